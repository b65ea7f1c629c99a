import { createHash, randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorld } from "../../support/sandbox-world.ts";

test("a command's output, errors and status are its own", async () => {
  await using world = await createWorld();
  const result = await world.run(["run", "--", "sh", "-c", "echo out; echo err >&2; exit 7"]);
  expect(result).toEqual({ stdout: "out\n", stderr: "err\n", status: 7 });
});

test("a command that isn't there, or can't be executed, ends as with docker run", async () => {
  await using world = await createWorld();
  const missing = await world.run(["run", "--", "no-such-command"]);
  expect(missing.status).toBe(127);
  expect(missing.stderr).toContain("vaultbox");
  expect((await world.run(["run", "--", "/etc/passwd"])).status).toBe(126);
  expect((await world.run(["run", "--", "sh", "-c", "kill -TERM $$"])).status).toBe(143);
});

test("vaultbox's own failures are 125, and wrong usage is 2", async () => {
  await using world = await createWorld();
  expect((await world.run(["run", "--mount", "/var/run/docker.sock", "--", "true"])).status).toBe(
    125,
  );
  expect((await world.run(["run", "--workspace", "/", "--", "true"])).status).toBe(125);
  expect((await world.run(["run", "--alow", "x", "--", "true"])).status).toBe(2);
  expect((await world.run(["run"])).status).toBe(2);
});

test("stdin arrives unchanged, and no byte of it is taken as an answer to vaultbox", async () => {
  await using world = await createWorld();
  const input = Buffer.concat([Buffer.from("go\ngo-\n\n"), randomBytes(3_000_000)]);
  const result = await world.run(["run", "--", "sha256sum"], { input });
  expect(result.stdout.split(" ")[0]).toBe(createHash("sha256").update(input).digest("hex"));
});

test("an ordinary owner's workspace gives a sandbox of that user, with a name and a writable home", async () => {
  await using world = await createWorld(1000);
  const script =
    "id -u; id -g; id -un; pwd; echo made > made; echo $HOME; touch $HOME/x && echo home-ok";
  const result = await world.run(["run", "--", "sh", "-c", script]);
  expect(result.stdout).toBe(`1000\n1000\nagent\n${world.workspace}\n/home/agent\nhome-ok\n`);
  expect(await readFile(join(world.workspace, "made"), "utf8")).toBe("made\n");
  expect((await stat(join(world.workspace, "made"))).uid).toBe(1000);
});

test("a home is new each run, unless it has a name", async () => {
  await using world = await createWorld();
  const name = `t${randomBytes(4).toString("hex")}`;
  const write = ["--", "sh", "-c", "echo kept > $HOME/f"];
  const read = ["--", "sh", "-c", "cat $HOME/f || echo none"];
  await world.run(["run", ...write]);
  expect((await world.run(["run", ...read])).stdout).toBe("none\n");
  try {
    await world.run(["run", "--home", name, ...write]);
    expect((await world.run(["run", "--home", name, ...read])).stdout).toBe("kept\n");
  } finally {
    const { connectEngine } = await import("../../../src/engine/connect-engine.ts");
    await (await connectEngine(process.env)).removeVolume(`vaultbox-home-${name}`);
  }
});

test("the project file is read-only in the sandbox, and the rest of the workspace isn't", async () => {
  await using world = await createWorld();
  await writeFile(join(world.workspace, "vaultbox.yaml"), "version: 1\n");
  await world.run(["trust", "--yes"]);
  const script =
    "echo x >> vaultbox.yaml; mv vaultbox.yaml y; rm -f vaultbox.yaml; echo z > z; cat z";
  const result = await world.run(["run", "--", "sh", "-c", script]);
  expect(result.stdout).toBe("z\n");
  expect(await readFile(join(world.workspace, "vaultbox.yaml"), "utf8")).toBe("version: 1\n");
});

test("a time limit ends the command with status 124", async () => {
  await using world = await createWorld();
  const result = await world.run(["run", "--timeout", "1s", "--", "sleep", "60"]);
  expect(result.status).toBe(124);
});

test.each(["unix", "stdio"])(
  "a refused request says why on the %s link, and the run ends with a summary",
  async (link) => {
    await using world = await createWorld();
    const curl = ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://refused.example/"];
    const result = await world.run(["run", "--link", link, "--", "curl", ...curl]);
    expect(result.stdout).toMatch(/^403/);
    expect(result.stderr).toContain("1 request, 1 refused");
  },
);

test("a run that fails before its command has an audit log that says so, and verifies", async () => {
  await using world = await createWorld();
  const failed = await world.run(["run", "--runtime", "no-such-runtime", "--", "true"]);
  expect(failed.status).toBe(125);
  const verified = await world.run(["audit", "verify"]);
  expect(verified.stdout).toMatch(/^session [0-9a-f]{12}: intact, 2 records, ended\n$/);
  const shown = await world.run(["audit", "show"]);
  expect(shown.stdout).toContain("  Command: not started\n");
  expect(shown.stdout).toMatch(/ {2}Note: \S+ not-started\n/);
  expect(shown.stdout).toMatch(/ {2}Ended: \S+, exit status 125\n/);
});
