import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runCliHere } from "../../support/cli-here.ts";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";

const runCommand = promisify(execFile);

interface Place extends AsyncDisposable {
  readonly home: string;
  /** Folder with a trusted project file that says `vaults: [work]` and has a signing key; folder without one */
  readonly project: string;
  readonly plain: string;
  readonly cli: (cwd: string, ...args: readonly string[]) => Promise<string>;
  /** What `vaultbox proxy` says before it serves */
  readonly startProxy: (cwd: string, ...args: readonly string[]) => Promise<string>;
}

/** The vaults `default`, `work` and `other` have a credential for the same host each. */
async function createPlace(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), "vbv-"));
  const [project, plain] = [join(home, "project"), join(home, "plain")];
  const cli = async (cwd: string, ...args: readonly string[]): Promise<string> => {
    const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
    const { stdout, stderr, status } = await runCliHere(args, { cwd, env });
    expect({ args, stderr, status }).toMatchObject({ status: 0 });
    return stdout;
  };
  await mkdir(project);
  await mkdir(plain);
  for (const vault of ["default", "work", "other"]) {
    if (vault !== "default") await cli(plain, "vault", "create", vault, "--store", "age");
    const to = [
      "--host",
      "api.example.com",
      "--from-env",
      "X",
      "--env",
      `${vault.toUpperCase()}_TOKEN`,
    ];
    await cli(plain, "credential", "add", "items", "--vault", vault, ...to);
  }
  const egress = "egress: [{host: api.example.com, access: write}]";
  const file = `version: 1\nvaults: [work]\nsigning: { key: work-key, name: Me, email: me@example.com }\n${egress}\n`;
  await writeFile(join(project, "vaultbox.yaml"), file);
  await cli(project, "trust", "--yes");
  await cli(project, "credential", "add", "work-key", "--vault", "work", "--generate-signing-key");
  await runCommand("git", ["init", "-q", project]);
  return {
    home,
    project,
    plain,
    cli,
    startProxy: (cwd, ...args) => startProxy({ home, cwd, args }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

async function startProxy(options: {
  readonly home: string;
  readonly cwd: string;
  readonly args: readonly string[];
}): Promise<string> {
  const { home, cwd, args } = options;
  const places = ["--socket", join(home, "p.sock"), "--ca-out", join(home, "ca.pem")];
  const child = spawn(process.execPath, [cliPath, "proxy", ...places, ...args], {
    cwd,
    env: cliEnvironment(home),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  try {
    while (!/_TOKEN=/.test(said) && child.exitCode === null) await sleep(20);
    return said;
  } finally {
    child.kill("SIGKILL");
  }
}

test("a proxy alone uses the vaults that the trusted project file names, as run and policy explain do", async () => {
  await using place = await createPlace();
  const { project, plain, cli, startProxy: start } = place;
  const explain = ["policy", "explain", "GET", "https://api.example.com/x"];
  const rule = ["--allow", "api.example.com"];
  const named = await start(project);
  expect(named).toContain("WORK_TOKEN=");
  expect(named).not.toContain("DEFAULT_TOKEN=");
  expect(named).toContain("commits and tags are signed with work/work-key");
  expect(await start(project, "--no-sign")).not.toContain("signed");
  expect(await cli(project, ...explain)).toContain("Credential: work/items\n");
  const flagged = await start(project, "--vault", "other", "--no-sign");
  expect(flagged).toContain("OTHER_TOKEN=");
  expect(flagged).not.toContain("WORK_TOKEN=");
  expect(await cli(project, ...explain, "--vault", "other")).toContain("Credential: other/items\n");
  // Where no file says which, it's the default one
  const unnamed = await start(plain, ...rule);
  expect(unnamed).toContain("DEFAULT_TOKEN=");
  expect(unnamed).not.toContain("signed");
  expect(await cli(plain, ...explain, ...rule)).toContain("Credential: default/items\n");
});

test("an empty list of vaults is none, in the project file and in the preferences, unless --vault names one", async () => {
  await using place = await createPlace();
  const { project, plain, cli, home } = place;
  const explain = ["policy", "explain", "GET", "https://api.example.com/x"];
  const egress = "egress: [{host: api.example.com, access: write}]";
  await writeFile(join(project, "vaultbox.yaml"), `version: 1\nvaults: []\n${egress}\n`);
  await cli(project, "trust", "--yes");
  expect(await cli(project, "trust", "--show")).toContain("  Vaults: none\n");
  expect(await cli(project, ...explain)).toContain("Credential: none\n");
  expect(await cli(project, ...explain, "--vault", "work")).toContain("Credential: work/items\n");
  const config = join(home, "vaultbox", "config");
  await mkdir(config, { recursive: true });
  await writeFile(join(config, "config.json"), '{"vaults":[]}');
  const rule = ["--allow", "api.example.com"];
  expect(await cli(plain, ...explain, ...rule)).toContain("Credential: none\n");
  await writeFile(join(config, "config.json"), '{"vaults":["other"]}');
  expect(await cli(plain, ...explain, ...rule)).toContain("Credential: other/items\n");
});
