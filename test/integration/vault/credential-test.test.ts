import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSessionReport } from "../../../src/audit/session-report.ts";
import { toReportLines } from "../../../src/cli/audit/audit-text.ts";
import {
  type NewCredentialFlags,
  toNewCredential,
} from "../../../src/cli/credential/new-credential.ts";
import {
  type CredentialTest,
  testCredential,
  toTestLines,
} from "../../../src/cli/credential/test-credential.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { Secret } from "../../../src/base/redact.ts";
import { toShellWord } from "../../../src/base/shell-word.ts";
import { toAdd, toRemove } from "../../../src/vault/change-credentials.ts";
import { createVault } from "../../../src/vault/vault-catalog.ts";
import { createCanary, searchCanary, searchFiles } from "../../support/canary.ts";
import { toShellWords } from "../../support/remedy.ts";
import { runCli } from "../../support/run-cli.ts";
import { createTestCa } from "../../support/test-ca.ts";
import { startTlsUpstream } from "../../support/upstream.ts";
import { openShared } from "../../support/shared-place.ts";

const hosts = [
  "api.github.com",
  "api.datadoghq.com",
  "git.example.com",
  "api.example.com",
  "slack.com",
  "localhost",
];

interface Place extends AsyncDisposable {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secret: string;
  /** What the server was asked, with what it got as a credential */
  readonly asked: string[];
  /** The status, body and headers that it answers with from here on */
  readonly answerWith: (status: number, body?: string, headers?: Record<string, string>) => void;
  readonly add: (name: string, flags: NewCredentialFlags) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** Flags that put every host at the server */
  readonly reach: readonly string[];
  readonly check: (name: string, url?: string) => Promise<CredentialTest>;
  /** What `audit show` says of a test */
  readonly audit: (test: CredentialTest) => Promise<string>;
}

async function createPlace(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "vbt-"));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const [secret, ca, asked] = [createCanary(), createTestCa(), [] as string[]];
  let answer = { status: 200, body: "{}", headers: {} as Record<string, string> };
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = request;
    const keys = ["authorization", "private-token", "x-key", "dd-api-key", "dd-application-key"];
    const sent = keys.flatMap((name) => headers[name] ?? []).join(" and ") || "nothing";
    asked.push(`${method} ${headers.host}${url} with ${sent.replaceAll(secret, "SECRET")}`);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const upstream = stack.use(await startTlsUpstream({ handler, ca, hosts }));
  const caFile = join(home, "ca.pem");
  await writeFile(caFile, ca.certPem);
  const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox"), REAL_TOKEN: secret };
  const paths = resolvePaths(env);
  const context = { paths, env };
  await mkdir(paths.vaults, { recursive: true, mode: 0o700 });
  const { store } = await createVault(context, "default", { store: "age" });
  const connectTo = hosts.map((host) => `${host}:443:127.0.0.1:${upstream.port}`);
  const owned = stack.move();
  return {
    home,
    env,
    secret,
    asked,
    answerWith: (status, body = "{}", headers = {}) => (answer = { status, body, headers }),
    reach: ["--upstream-ca", caFile, ...connectTo.flatMap((place) => ["--connect-to", place])],
    add: async (name, flags) => {
      const credential = await toNewCredential(name, flags, new Date());
      const isStored = credential.source.type === "stored";
      const entry = { credential, ...(isStored ? { secret: new Secret(name, secret) } : {}) };
      await store.update(toAdd([entry], { vault: "default", replace: false }));
    },
    remove: (name) => store.update(toRemove("default", name)),
    check: (name, url) =>
      testCredential(name, {
        vault: "default",
        ...(url === undefined ? {} : { url }),
        upstream: { connectTo, upstreamCa: [ca.certPem], env: {} },
        paths,
        context,
      }),
    audit: async ({ session }) => {
      const path = join(paths.sessions, session, "audit.jsonl");
      const report = await readSessionReport(path, { limit: 10 }, session);
      return toReportLines(report, { session, path }).join("\n");
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("credential test makes one real request with the credential, and says what the answer means", async () => {
  await using place = await createPlace();
  const { add, check, audit, asked, answerWith, secret, home, env, reach } = place;
  await add("github", {});
  const line = ["credential", "test", "github", ...reach];
  const accepted = await runCli(line, { cwd: home, env });
  expect(accepted.stdout).toBe(
    "credential github is accepted (GET https://api.github.com/user answered 200)\n",
  );
  expect(accepted.stderr).toMatch(/^vaultbox: recorded: vaultbox audit show \S+\n$/);
  expect(accepted.status).toBe(0);
  expect(asked.splice(0)).toEqual(["GET api.github.com/user with Bearer SECRET"]);

  // An answer that shows the secret gives it to nobody
  answerWith(401, `{"message":"Bad credentials ${secret}"}`, { "X-Echo": secret });
  const refused = await runCli(line, { cwd: home, env });
  expect(refused.stdout).toBe(
    "credential github is refused: it is expired, revoked, or not the right one (GET https://api.github.com/user answered 401)\n",
  );
  const hint = "vaultbox: hint: give it a new secret: vaultbox credential rotate github\n";
  expect(refused.stderr).toContain(hint);
  expect(refused.status).toBe(1);

  const said = [accepted, refused].map(({ stdout, stderr }) => stdout + stderr);
  for (const [status, result] of [
    [403, "refused: it lacks a right that this request needs, or it is blocked"],
    [302, "neither accepted nor refused: the server points elsewhere, and nothing follows it"],
    [404, "neither accepted nor refused: the server knows no such path"],
    [429, "neither accepted nor refused: the server asks for fewer requests; try again later"],
    [503, "neither accepted nor refused: the server failed; try again later"],
    [204, "accepted"],
  ] as const) {
    answerWith(status, "", { Location: "https://elsewhere.example/", "X-Echo": secret });
    const tested = await check("github");
    const shown = toTestLines(tested).line;
    expect(shown).toMatch(
      new RegExp(`^credential github is (?:refused here: ${result.slice(9)}|${result}) `),
    );
    said.push(shown, JSON.stringify(tested), await audit(tested));
    expect(said.at(-1)).toContain("https://api.github.com/user");
    expect(said.at(-1)).toContain("with default/github");
  }
  expect(asked).toHaveLength(7);
  expect(searchCanary(said.join("\n"), secret)).toEqual([]);
  expect((await searchFiles([join(home, "vaultbox", "state")], secret)).hits).toEqual([]);
});

test("credential test asks a server of one's own, a repository's credential and a named URL", async () => {
  await using place = await createPlace();
  const { add, check, asked } = place;
  await add("lab", { preset: "gitlab", host: "git.example.com" });
  await add("ghes", { preset: "github", host: "git.example.com" });
  await add("one", { preset: "github", repository: "acme/widgets" });
  await add("billing", { host: "api.example.com", path: "/v1", header: "X-Key" });
  for (const name of ["lab", "ghes", "one"]) {
    expect(await check(name)).toMatchObject({ result: "accepted" });
  }
  const named = await check("billing", "https://api.example.com/v1/me?a=b#c");
  expect(named).toMatchObject({ result: "accepted", url: "https://api.example.com/v1/me" });
  expect(asked.splice(0)).toEqual([
    "GET git.example.com/api/v4/user with SECRET",
    "GET git.example.com/api/v3/user with Bearer SECRET",
    "GET api.github.com/user with Bearer SECRET",
    "GET api.example.com/v1/me?a=b with SECRET",
  ]);
  const toFailure = (tested: Promise<unknown>): Promise<unknown> =>
    tested.catch((error: unknown) => error);
  const unknown = await toFailure(check("billing"));
  expect(unknown).toMatchObject({
    code: "VBX_USAGE",
    message:
      'cannot test "billing": vaultbox knows no request that does no harm at "api.example.com"',
    hints: ["name one: vaultbox credential test billing --url https://api.example.com/v1/PATH"],
  });
  expect(asked).toEqual([]);
});

describe("credential test asks nothing that the credential isn't for", () => {
  const place = openShared(async (stack) => {
    const made = stack.use(await createPlace());
    await made.add("billing", { host: "api.example.com", path: "/v1", header: "X-Key" });
    return made;
  });

  test.each([
    [
      "https://slack.com/v1/me",
      'cannot test "billing" at "slack.com": it is for api.example.com/v1',
    ],
    ["https://api.example.com/v2/me", "it is for api.example.com/v1"],
    ["https://api.example.com/v1/..%2fv2", "it is for api.example.com/v1"],
    ["https://api.example.com:8443/v1/me", "it is for api.example.com/v1"],
    ["http://api.example.com/v1/me", "a credential goes on https only"],
    ["https://me:pw@api.example.com/v1/me", "it holds a user name or password"],
    ["/v1/me", "it is no absolute URL"],
  ])("%s", async (url, why) => {
    const { check, asked } = place();
    await expect(check("billing", url)).rejects.toMatchObject({
      code: "VBX_USAGE",
      message: expect.stringContaining(why),
    });
    expect(asked).toEqual([]);
  });
});

test("credential test reads the answer where a service says 200 to everybody", async () => {
  await using place = await createPlace();
  const { add, check, answerWith, asked } = place;
  await add("slack", {});
  answerWith(200, '{"ok":false,"error":"invalid_auth"}');
  expect(await check("slack")).toMatchObject({ result: "refused" });
  answerWith(200, '{"ok":true}');
  expect(await check("slack")).toMatchObject({ result: "accepted" });
  expect(asked[0]).toBe("POST slack.com/api/auth.test with Bearer SECRET");
});

test("a secret whose command or variable doesn't work is named when it is tested and in the audit, never its output", async () => {
  await using place = await createPlace();
  const { add, check, audit, asked, secret, home } = place;
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(home, name), `#!/bin/sh\n${text}\n`, { mode: 0o700 });
    return join(home, name);
  };
  const leak = await write("leak", `echo ${secret}; echo ${secret} >&2; exit 3`);
  const two = await write("two", `echo ${secret}; echo ${secret}`);
  const github = { preset: "github" };
  const said: string[] = [];
  const from = 'cannot get the secret of "x" from its command:';
  for (const [flags, why] of [
    [{ fromCommand: toShellWord(leak) }, `${from} cannot run "${leak}": exit status 3`],
    [
      { fromCommand: toShellWord(two) },
      `${from} what "${two}" prints holds a line break, which no HTTP header can carry`,
    ],
    [{ fromCommand: "no-such-program" }, `${from} cannot run "no-such-program": ENOENT`],
    [
      { fromEnv: "UNSET" },
      'cannot get the secret of "x": the environment variable "UNSET" is not set',
    ],
  ] as const) {
    await add("x", { ...github, ...flags });
    const tested = await check("x");
    expect(toTestLines(tested).line).toBe(
      `credential x has no secret to send: ${why} (GET https://api.github.com/user)`,
    );
    expect(tested.hint).toBe("see where its secret comes from: vaultbox credential show x");
    const shown = await audit(tested);
    expect(shown).toContain(`credentials that failed: ${why} (1)`);
    said.push(JSON.stringify(tested), shown);
    await place.remove("x");
  }
  // No request is known, and the secret is what fails
  await add("custom", { host: "api.example.com", fromCommand: toShellWord(leak) });
  await expect(check("custom")).rejects.toMatchObject({ code: "VBX_HOST_COMMAND_FAILED" });
  expect(asked).toEqual([]);
  expect(searchCanary(said.join("\n"), secret)).toEqual([]);
  await add("works", { ...github, fromEnv: "REAL_TOKEN" });
  expect(await check("works")).toMatchObject({ result: "accepted" });
  expect((await searchFiles([join(home, "vaultbox", "state")], secret)).hits).toEqual([]);
});

test("a secret that can't be had from its command is told of when the credential is added, and stored", async () => {
  await using place = await createPlace();
  const { home, env, secret } = place;
  const program = join(home, "leak");
  await writeFile(program, `#!/bin/sh\necho ${secret}; echo ${secret} >&2; exit 3\n`, {
    mode: 0o700,
  });
  const added = await runCli(
    ["credential", "add", "github", "--from-command", toShellWord(program)],
    { env },
  );
  expect(added.stderr).toBe(`\
vaultbox: warning: cannot get the secret of "github" from its command: cannot run "${program}": exit status 3; it is stored, and requests are refused until that works
vaultbox: hint: run its command yourself; it is shown by: vaultbox credential show github
vaultbox: stored the credential "github" in the vault "default" for api.github.com, github.com; in a sandbox: GH_TOKEN, GITHUB_TOKEN
`);
  expect(added.status).toBe(0);
  expect(searchCanary(added.stdout + added.stderr, secret)).toEqual([]);
});

test("credential test says what it could not reach, and what can't be tested", async () => {
  await using place = await createPlace();
  await place.add("github", {});
  const { env } = place;
  const closed = ["--connect-to", "api.github.com:443:127.0.0.1:1"];
  const { stdout, status } = await runCli(["credential", "test", "github", ...closed], { env });
  expect(stdout).toMatch(
    /^credential github could not be tested: .*\(GET https:\/\/api\.github\.com\/user\)\n$/,
  );
  expect(status).toBe(1);
  await expect(place.check("missing")).rejects.toMatchObject({ code: "VBX_CREDENTIAL_UNKNOWN" });
});

test("the hint of a server on this machine is for the test again, and reaches it when it's followed", async () => {
  await using place = await createPlace();
  await place.add("here", { host: "localhost" });
  const { env, reach } = place;
  const [flag = "", caFile = ""] = reach;
  const [, port = ""] = /^localhost:443:127\.0\.0\.1:(\d+)$/.exec(reach.at(-1) ?? "") ?? [];
  const url = "https://localhost/a?b=1;c";
  const told = await runCli(["credential", "test", "here", "--url", url], { env });
  const [, proposed = ""] = /^vaultbox: hint: vaultbox (.+)$/m.exec(told.stderr) ?? [];
  expect(proposed).toBe(
    `credential test here --url '${url}' --connect-to localhost:443:ADDRESS:443`,
  );
  const words = toShellWords(proposed.replace("ADDRESS:443", `127.0.0.1:${port}`));
  const followed = await runCli([...words, flag, caFile], { env });
  expect(followed.stdout).toBe(
    "credential here is accepted (GET https://localhost/a answered 200)\n",
  );
  expect(place.asked).toEqual(["GET localhost/a?b=1;c with Bearer SECRET"]);
});

test("a credential that goes with another one on every request is tested with it", async () => {
  await using place = await createPlace();
  await place.add("datadog-app", {});
  await place.check("datadog-app");
  await place.add("datadog", {});
  expect(await place.check("datadog-app")).toMatchObject({ result: "accepted" });
  expect(place.asked).toEqual([
    "GET api.datadoghq.com/api/v2/validate_keys with SECRET",
    "GET api.datadoghq.com/api/v2/validate_keys with SECRET and SECRET",
  ]);
});
