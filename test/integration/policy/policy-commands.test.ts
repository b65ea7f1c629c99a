import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toShellWord } from "../../../src/base/shell-word.ts";
import { runCliHere } from "../../support/cli-here.ts";
import type { CliResult } from "../../support/run-cli.ts";

interface Project extends AsyncDisposable {
  readonly workspace: string;
  readonly write: (name: string, text: string) => Promise<void>;
  readonly run: (...args: readonly string[]) => Promise<CliResult>;
}

async function createProject(): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-policy-")));
  const workspace = join(root, "w");
  await mkdir(workspace);
  const inHint = toShellWord(join(workspace, "vaultbox.yaml"));
  const clean = (text: string) =>
    text.replaceAll(inHint, "WORKSPACE/vaultbox.yaml").replaceAll(workspace, "WORKSPACE");
  return {
    workspace,
    write: (name, text) => writeFile(join(workspace, name), text),
    run: async (...args) => {
      const env = { VAULTBOX_HOME: join(root, "home") };
      const { stdout, stderr, status } = await runCliHere(args, { cwd: workspace, env });
      return { stdout: clean(stdout), stderr: clean(stderr), status };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const file = `version: 1
egress:
  - host: docs.example.com
  - host: api.example.com
    allow: ["GET /v1/**", "POST /v1/items"]
    deny: ["/v1/admin/**"]
limits: { duration: 2h, requests: 5000 }
`;

test("trust shows what a file grants, and only then does policy show use it", async () => {
  await using project = await createProject();
  await project.write("vaultbox.yaml", file);
  expect(await project.run("policy", "show")).toMatchInlineSnapshot(`
    {
      "status": 1,
      "stderr": "vaultbox: error: "WORKSPACE/vaultbox.yaml" is not trusted
    vaultbox: hint: read it, then run: vaultbox trust WORKSPACE/vaultbox.yaml
    vaultbox: hint: until then vaultbox doesn't run here: what a project file allows is your decision
    ",
      "stdout": "",
    }
  `);
  expect(await project.run("trust")).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "vaultbox: error: cannot ask whether to go on: there is no terminal
    vaultbox: hint: add --yes
    ",
      "stdout": "WORKSPACE/vaultbox.yaml (not trusted) grants:

    EFFECT  RULE                                   CLIENT CREDENTIALS  FROM
    allow   GET,HEAD https://docs.example.com/**   refuse              vaultbox.yaml:3
    allow   GET https://api.example.com/v1/**      refuse              vaultbox.yaml:5
    allow   POST https://api.example.com/v1/items  refuse              vaultbox.yaml:5
    deny    * https://api.example.com/v1/admin/**  -                   vaultbox.yaml:6

    Limits

      Duration: 2h
      Requests: 5000

    ",
    }
  `);
  expect(await project.run("trust", "--yes")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("trusted WORKSPACE/vaultbox.yaml as it is now") as string,
  });
  expect(await project.run("policy", "show")).toMatchInlineSnapshot(`
    {
      "status": 0,
      "stderr": "",
      "stdout": "EFFECT  RULE                                   CLIENT CREDENTIALS  FROM
    allow   GET,HEAD https://docs.example.com/**   refuse              vaultbox.yaml:3
    allow   GET https://api.example.com/v1/**      refuse              vaultbox.yaml:5
    allow   POST https://api.example.com/v1/items  refuse              vaultbox.yaml:5
    deny    * https://api.example.com/v1/admin/**  -                   vaultbox.yaml:6

    Limits

      Duration: 2h
      Requests: 5000

    Sandbox

      Memory: half of this machine's, at most 8GiB (--memory)
      /tmp: 2GiB, /var/tmp: 512MiB, /run: 64MiB, a volume of the image: 512MiB
      /dev/shm: half of the memory
      What is in these is part of the memory; the home and the workspace are on disk, without a limit
      Processors: all (--cpus)
      Processes: 4096
    ",
    }
  `);
  expect(await project.run("trust", "--revoke")).toMatchObject({ status: 0 });
  expect(await project.run("policy", "show")).toMatchObject({ status: 1, stdout: "" });
});

test("policy explain names the decision, the rule and where it is written", async () => {
  await using project = await createProject();
  await project.write("vaultbox.yaml", file);
  await project.run("trust", "--yes");
  const explain = (...args: readonly string[]) => project.run("policy", "explain", ...args);
  expect((await explain("GET", "https://api.example.com/v1/x?y=1")).stdout).toMatchInlineSnapshot(`
    "allow GET https://api.example.com/v1/x?y=1

      Rule: GET https://api.example.com/v1/**
      From: vaultbox.yaml:5
      Credential: none
    "
  `);
  expect((await explain("GET", "https://api.example.com/v1/admin/x")).stdout)
    .toMatchInlineSnapshot(`
    "deny GET https://api.example.com/v1/admin/x

      Reason: denied-by-rule
      Rule: * https://api.example.com/v1/admin/**
      From: vaultbox.yaml:6
    "
  `);
  const { stdout } = await explain("DELETE", "https://api.example.com/v1/x", "--json");
  expect(JSON.parse(stdout)).toEqual({
    request: {
      scheme: "https",
      host: "api.example.com",
      port: 443,
      method: "DELETE",
      path: "/v1/x",
      websocket: false,
    },
    verdict: "deny",
    reason: "method-not-allowed",
    rule: null,
    source: null,
    repository: null,
    detail: [],
    credential: null,
  });
  expect(await explain("GET", "https://api.example.com/v1/../x")).toMatchObject({ status: 2 });
  expect(await explain("GET", "/v1")).toMatchObject({ status: 2 });
  expect(await explain("get", "https://api.example.com/")).toMatchObject({ status: 2 });
});

test("policy explain decides a second resource that a header names", async () => {
  await using project = await createProject();
  const rule = "* https://dav.example.com/open/**";
  const explain = (...headers: readonly string[]) => {
    const flags = headers.flatMap((header) => ["--header", header]);
    const url = "https://dav.example.com/open/a";
    return project.run("policy", "explain", "COPY", url, "--allow", rule, ...flags);
  };
  expect((await explain("Destination: /open/b")).stdout).toContain("allow COPY");
  expect((await explain("Destination: https://dav.example.com/closed/b")).stdout)
    .toMatchInlineSnapshot(`
    "deny COPY https://dav.example.com/open/a

      Reason: path-not-allowed

      it does what PUT /closed/b would do
    "
  `);
  expect(await explain("Destination: https://other.example.com/b")).toMatchObject({ status: 2 });
  expect(await explain("X-Original-URL: /closed")).toMatchObject({ status: 2 });
});

test("policy explain names the credential that would be attached", async () => {
  await using project = await createProject();
  const add = "credential add billing --host api.example.com --path /v1 --from-env BILLING_KEY";
  const added = await project.run(...add.split(" "));
  expect(added).toMatchObject({ status: 0 });
  const explain = (url: string) =>
    project.run("policy", "explain", "GET", url, "--allow", "api.example.com");
  expect((await explain("https://api.example.com/v1/items")).stdout).toContain(
    "Credential: default/billing\n",
  );
  expect((await explain("https://api.example.com/v10")).stdout).toContain("Credential: none\n");
  expect(
    await project.run("policy", "explain", "GET", "https://api.example.com/v1", "--vault", "none"),
  ).toMatchObject({ status: 0, stdout: expect.stringContaining("host-not-allowed") as string });
});

test.each([
  ["a key of its own in the query", "https://api.example.com/v1/x?api_key=abcdefghijk123", []],
  ["a token of its own", "https://api.example.com/v1/x", ["Authorization: Bearer foo"]],
  ["a token of its own where nothing is bound", "https://free.example.com/x", ["X-Api-Key: foo"]],
] as const)(
  "policy explain refuses what the proxy refuses of an allowed request: %s",
  async (_, url, headers) => {
    await using project = await createProject();
    const add = "credential add billing --host api.example.com --from-env BILLING_KEY";
    expect(await project.run(...add.split(" "))).toMatchObject({ status: 0 });
    const flags = headers.flatMap((header) => ["--header", header]);
    const rules = ["--allow", "api.example.com", "--allow", "GET https://free.example.com/**"];
    const { stdout } = await project.run("policy", "explain", "GET", url, ...flags, ...rules);
    expect(stdout).toMatch(/^deny GET /);
    expect(stdout).toContain("Reason: foreign-credential\n");
    // By the rules alone it is allowed
    const plain = await project.run("policy", "explain", "GET", url.replace(/\?.*/, ""), ...rules);
    expect(plain.stdout).toMatch(/^allow GET /);
  },
);

test.each(["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.8", "2130706433"])(
  "policy explain refuses the address %s, which the proxy never dials",
  async (host) => {
    await using project = await createProject();
    const rules = ["--allow", `GET https://${host}/**`, "--allow", "GET https://192.0.2.0/**"];
    const explain = (at: string) =>
      project.run("policy", "explain", "GET", `https://${at}/x`, ...rules, "--json");
    const found = await explain(host);
    if (found.status !== 0) return expect(found.status).toBe(2);
    expect(JSON.parse(found.stdout)).toMatchObject({
      verdict: "deny",
      reason: "address-not-allowed",
    });
    // What the user maps there is dialled
    await mkdir(join(project.workspace, "../home/config"), { recursive: true });
    await project.write(
      "../home/config/config.json",
      JSON.stringify({ connectTo: [`${host}:443:127.0.0.1:8443`] }),
    );
    expect(JSON.parse((await explain(host)).stdout)).toMatchObject({ verdict: "allow" });
  },
);

test("policy explain refuses another Host than the URL's, as the proxy does", async () => {
  await using project = await createProject();
  const explain = (host: string) =>
    project.run(
      "policy",
      "explain",
      "GET",
      "https://api.example.com/x",
      "--header",
      `Host: ${host}`,
    );
  expect((await explain("evil.example.com")).stderr).toContain("names different hosts");
  expect((await explain("api.example.com")).status).toBe(0);
});

test("policy check lists every problem and ends with status 1", async () => {
  await using project = await createProject();
  await project.write("vaultbox.yaml", "version: 1\nagnt: x\negress:\n  - host: '*'\n");
  expect(await project.run("policy", "check", "vaultbox.yaml")).toMatchInlineSnapshot(`
    {
      "status": 1,
      "stderr": "",
      "stdout": "vaultbox.yaml:2:1: agnt: unknown key (did you mean agent?); known: version, agent, agent_credential, vaults, egress, home, history, limits, image, env, workspace, signing
    vaultbox.yaml:4:5: egress[0].host: invalid host "*": there is no rule for every host; write the hosts, or *.example.com
    ",
    }
  `);
  const { stdout, status } = await project.run("policy", "check", "vaultbox.yaml", "--json");
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: "project",
    ok: false,
    problems: [
      { line: 2, key: "agnt" },
      { line: 4, key: "egress[0].host" },
    ],
  });
  await project.write("ci.yaml", "version: 1\negress: []\n");
  expect(await project.run("policy", "check", "ci.yaml")).toMatchObject({
    stdout: "ci.yaml: no problem (read as a policy file)\n",
    status: 0,
  });
  expect(await project.run("policy", "check", "none.yaml")).toMatchObject({ status: 1 });
});

test("--policy stands in for the project file's egress, and --allow adds to it", async () => {
  await using project = await createProject();
  await project.write("vaultbox.yaml", file);
  await project.write("ci.yaml", "version: 1\negress:\n  - host: ci.example.com\n");
  await project.run("trust", "--yes");
  const flags = ["--policy", "ci.yaml", "--allow", "more.example.com", "--json"];
  const { stdout } = await project.run("policy", "show", ...flags);
  expect(JSON.parse(stdout)).toMatchObject({
    hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    limits: {},
    rules: [
      { rule: "GET,HEAD https://ci.example.com/**", source: { label: "ci.yaml:3" } },
      { rule: "GET,HEAD https://more.example.com/**", source: { label: "--allow" } },
    ],
  });
});

test("init writes a project file once, and what it wrote is trusted", async () => {
  await using project = await createProject();
  expect(await project.run("init", "--agent", "claude")).toMatchInlineSnapshot(`
    {
      "status": 0,
      "stderr": "",
      "stdout": "wrote WORKSPACE/vaultbox.yaml, and trusted it as it is
    see what it allows: vaultbox policy show
    ",
    }
  `);
  expect(await project.run("policy", "show")).toMatchObject({ status: 0 });
  expect(await project.run("init")).toMatchInlineSnapshot(`
    {
      "status": 1,
      "stderr": "vaultbox: error: "WORKSPACE/vaultbox.yaml" is there already
    vaultbox: hint: edit it, then run: vaultbox trust
    ",
      "stdout": "",
    }
  `);
  expect(await project.run("init", "--preset", "nmp")).toMatchObject({ status: 1 });
  expect(await project.run("init", "--agent", "cluade")).toMatchObject({ status: 2 });
});

test("control characters of a file never reach the terminal", async () => {
  await using project = await createProject();
  const evil = '"\\e]52;c;ZXZpbA==\\a\\u202e"';
  await project.write(
    "vaultbox.yaml",
    `version: 1\nagent: ${evil}\n${evil}: 1\negress: [{host: ${evil}}]\n`,
  );
  await project.write("env.yaml", `version: 1\nenv: {A: ${evil}}\n`);
  for (const args of [
    ["policy", "check", "vaultbox.yaml"],
    ["trust", "--yes"],
    ["trust", "env.yaml", "--show"],
  ]) {
    const { stdout, stderr } = await project.run(...args);
    // eslint-disable-next-line no-control-regex
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(`${stdout}${stderr}`).not.toBe("");
  }
});
