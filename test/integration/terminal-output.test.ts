// What a person sees on a terminal of 80 columns, and what a program reads that stands behind a pipe.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openAuditLog } from "../../src/audit/audit-log.ts";
import { resolvePaths } from "../../src/base/paths.ts";
import { beginSession } from "../../src/base/session-state.ts";
import { decisionOf } from "../support/audit-fixture.ts";
import { runCli } from "../support/run-cli.ts";
import { runOnTerminal } from "../support/terminal.ts";

const id = "0123456789ab";
const command = ["sh", "-c", `echo ${"word ".repeat(60)}end`];
const path = `/v1/${"segment/".repeat(40)}end`;

interface Place extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** A session that runs (in this process) and has one refused request; its command and URL are long. */
async function createPlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), "vbx-tty-"));
  const env = { HOME: root, VAULTBOX_HOME: join(root, "v") };
  const paths = resolvePaths(env);
  await beginSession(paths, { id, command, agent: "generic", workspace: "/w" });
  await using log = await openAuditLog(join(paths.sessions, id, "audit.jsonl"), { session: id });
  await log.start({ command, policyHash: "", vaults: [] });
  await log.decision(decisionOf(1, { verdict: "deny", reason: "host-not-allowed", path }));
  return { env, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

const escape = String.fromCharCode(27);

/** The screen of an 80 column terminal, without the line that the helper adds. */
async function see(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { screen } = await runOnTerminal(args, { env, when: "never", type: "", columns: 80 });
  return screen.replaceAll("\r\n", "\n").replace(/echo is (?:on|off)\n$/, "");
}

test("in a pipe values are whole, however long, and each row is a line", async () => {
  await using place = await createPlace();
  const { env } = place;
  const [running, past, shown] = await Promise.all([
    runCli(["ps"], { env }),
    runCli(["audit", "list"], { env }),
    runCli(["audit", "show", id], { env }),
  ]);
  expect(running.stdout.split("\n")[1]).toMatch(/word word end$/);
  expect(past.stdout.split("\n")[1]).toMatch(/word word end$/);
  expect(shown.stdout).toContain(`${path} `);
  expect(running.stderr + past.stderr + shown.stderr).not.toContain("values that end");
});

test("on a terminal long values are cut, and it's said where they are whole", async () => {
  await using place = await createPlace();
  const running = await see(["ps"], place.env);
  expect(running).toMatch(/ sh -c echo word word\n.* word…\u00a0\(314\u00a0characters\)\n/s);
  expect(running).toMatch(/\nvaultbox: values that end in … are whole in: vaultbox ps --json\n$/);
  const shown = await see(["audit", "show", id], place.env);
  expect(shown).toContain(`are whole in: vaultbox audit show ${id} --json\n`);
  const { stdout } = await runCli(["ps", "--json"], { env: place.env });
  expect(JSON.parse(stdout).sessions[0].command).toEqual(command);
});

test("words that need an eye have a colour on a terminal; NO_COLOR and TERM=dumb take it away", async () => {
  await using place = await createPlace();
  const env = { ...place.env, TERM: "xterm-256color" };
  const shown = await see(["audit", "show", id], env);
  expect(shown).toContain(`${escape}[31mdeny${escape}[39m  `);
  expect(shown).toContain(`1 request, ${escape}[33m1 refused${escape}[39m, `);
  const wrong = await see(["audit", "show", "ffff"], env);
  expect(wrong).toContain(`vaultbox: ${escape}[31merror${escape}[39m: cannot find`);
  expect(wrong).toContain(`vaultbox: ${escape}[36mhint${escape}[39m: `);
  expect(await see(["audit", "show", "--alow"], env)).toContain(
    `${escape}[31merror${escape}[39m: unknown`,
  );
  for (const off of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    expect(await see(["audit", "show", id], { ...env, ...off })).not.toContain(escape);
  }
});

test.each(["audit show ID", "audit show ffff", "doctor", "ps --alow"])(
  "without a terminal there is no escape sequence, unless FORCE_COLOR asks for colours: %s",
  async (line) => {
    await using place = await createPlace();
    const env = { ...place.env, TERM: "xterm-256color", DOCKER_HOST: "unix:///nowhere.sock" };
    const args = line.replace("ID", id).split(" ");
    const { stdout, stderr } = await runCli(args, { env });
    expect(stdout + stderr).not.toContain(escape);
    const forced = await runCli(args, { env: { ...env, FORCE_COLOR: "1" } });
    expect(forced.stdout + forced.stderr).toContain(`${escape}[3`);
  },
);
