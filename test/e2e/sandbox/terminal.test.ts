import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { SmallTerminal } from "../../support/small-terminal.ts";

/** A person at a terminal of 100 × 30: waits for a text, types, resizes, and says what the screen showed. */
const person = `
import fcntl, json, os, pty, select, struct, sys, termios, time
argv, steps = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
def size(rows, columns): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
size(30, 100)
before = termios.tcgetattr(fd)
screen, until = b"", time.time() + 60
while time.time() < until:
    ready, _, _ = select.select([fd], [], [], 0.1)
    if ready:
        try: chunk = os.read(fd, 65536)
        except OSError: break
        if not chunk: break
        screen += chunk
    if steps and steps[0][0].encode() in screen:
        _, kind, value = steps.pop(0)
        time.sleep(0.2)
        if kind == "type": os.write(fd, value.encode())
        elif kind == "signal": os.kill(pid, value)
        else: size(*value)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
restored = termios.tcgetattr(fd) == before
print(json.dumps({"screen": screen.decode("utf8", "replace"), "status": status, "restored": restored}))
`;

type Step = readonly [string, "type" | "size" | "signal", string | number | readonly number[]];

async function atTerminal(
  world: { home: string; workspace: string },
  script: string,
  steps: readonly Step[] = [],
): Promise<Seen> {
  return await seeing(world, ["run", "--", "sh", "-c", script], steps);
}

interface Seen {
  readonly screen: string;
  readonly status: number;
  /** Whether the terminal's settings were the same before and after */
  readonly restored: boolean;
}

async function seeing(
  world: { home: string; workspace: string },
  args: readonly string[],
  steps: readonly Step[],
): Promise<Seen> {
  const argv = [process.execPath, cliPath, ...args];
  const { stdout } = await promisify(execFile)(
    "python3",
    ["-c", person, JSON.stringify(argv), JSON.stringify(steps)],
    { cwd: world.workspace, env: { ...cliEnvironment(world.home), TERM: "xterm" } },
  );
  return JSON.parse(stdout) as Seen;
}

test("on a terminal the command has one of its own, of the same size, that follows and echoes nothing of ours", async () => {
  await using world = await createWorld();
  const script =
    "test -t 0 && test -t 1 && echo is-tty; sleep 0.5; stty size; read line; echo got:$line; stty size; exit 3";
  const { screen, status, restored } = await atTerminal(world, script, [
    ["30 100", "size", [40, 120]],
    ["30 100", "type", "hello\r"],
  ]);
  expect(status).toBe(3);
  expect(restored).toBe(true);
  expect(screen).toContain("is-tty");
  expect(screen).toContain("got:hello");
  expect(screen).toContain("40 120");
  expect(screen).not.toContain("go-");
  expect(screen).not.toContain("vbx-");
});

test("Ctrl-C goes to the command, which may live on", async () => {
  await using world = await createWorld();
  const script = 'trap "echo caught" INT; echo ready; read x; echo again; read y; echo got:$y';
  const { screen, status } = await atTerminal(world, script, [
    ["ready", "type", "\u0003"],
    ["caught", "type", "\r"],
    ["again", "type", "on\r"],
  ]);
  expect(screen).toContain("caught");
  expect(screen).toContain("again");
  expect(status).toBe(0);
});

test("Ctrl-Z doesn't stop the command for good, nor what it started", async () => {
  await using world = await createWorld();
  const script = "echo ready; cat; echo after cat";
  const { screen, status } = await atTerminal(world, script, [
    ["ready", "type", "\u001a"],
    ["^Z", "type", "on\r"],
    ["on\r\non\r\n", "type", "\u0004"],
  ]);
  expect(screen).toContain("after cat");
  expect(status).toBe(0);
});

test("no byte of the output changes on its way to the terminal", async () => {
  await using world = await createWorld();
  const script = "printf 'one\\ntwo\\n'; stty -opost; printf 'raw\\nend'";
  const { screen, restored } = await atTerminal(world, script);
  expect(screen).toContain("one\r\ntwo\r\nraw\nend");
  expect(restored).toBe(true);
});

test("after a full-screen program that was killed the terminal is an ordinary one again", async () => {
  await using world = await createWorld();
  const script = String.raw`printf '\033[?1049h\033[?25l\033[?1000;1006hscreen\033[?2004h'; kill -9 $$`;
  const { screen, status, restored } = await atTerminal(world, script);
  expect(status).toBe(137);
  const reset = screen.split("screen\x1b[?2004h")[1];
  for (const part of ["\x1b[?1049l", ";1000;", ";1006;", ";2004;", "\x1b[?7;25h"]) {
    expect(reset).toContain(part);
  }
  expect(restored).toBe(true);
});

test("the terminal is given back after a failure, a time limit and a signal to vaultbox", async () => {
  await using world = await createWorld();
  const failed = await seeing(world, ["run", "--mount", "/nonexistent:/x", "--", "true"], []);
  expect(failed).toMatchObject({ status: 125, restored: true });
  const limited = ["run", "--timeout", "1s", "--", "sleep", "60"];
  const late = await seeing(world, limited, []);
  expect(late).toMatchObject({ status: 124, restored: true });
  const ended = await atTerminal(world, "echo ready; exec sleep 60", [["ready", "signal", 15]]);
  expect(ended).toMatchObject({ status: 143, restored: true });
  expect(late.screen).toMatch(/vaultbox: the time limit[^\n]*\r\n/);
});

/** What a person can read of it. */
function readableLines(screen: string): readonly string[] {
  const terminal = new SmallTerminal();
  terminal.write(screen);
  return terminal.lines;
}

const hiding = String.raw`\033[8m\033]11;#000\007\033]10;#000\007\033(0\033[1;2r\033]0;`;

test("the report of what a sandbox left is readable, whatever it left the terminal in", async () => {
  await using world = await createWorld();
  const script = `echo touch >.envrc; printf 'it is done${hiding}'`;
  const { screen } = await atTerminal(world, script);
  const own = screen.slice(screen.indexOf("vaultbox: the sandbox left"));
  expect(own).toContain("directory environments: .envrc (new)");
  const isReadable = (lines: readonly string[]): boolean =>
    lines.some((line) => line.startsWith("vaultbox: the sandbox left 1 thing")) &&
    lines.some((line) => line.startsWith("vaultbox:   directory environments: .env"));
  expect(isReadable(readableLines(screen))).toBe(true);
  // The control: the same lines right behind the sandbox's last byte
  const left = screen.slice(0, screen.indexOf("\x1b]0;") + 4);
  expect(isReadable(readableLines(left + own))).toBe(false);
  recordScore({ row: 32, test: "hand-off", attempts: 1, blocked: 1, controlSucceeded: 1 });
});

test("a line that is said during the run is readable then, and said again at the end", async () => {
  await using world = await createWorld();
  const script = `printf 'working${hiding}'; trap "printf '\\033[2J'; exit" TERM; while :; do sleep 0.1; done`;
  const { screen } = await seeing(world, ["run", "--timeout", "1s", "--", "sh", "-c", script], []);
  const [before = "", then = "", again = ""] = screen.split("vaultbox: the time limit");
  expect(again).not.toBe("");
  const note = "vaultbox: the time limit";
  const sees = (shown: string) => readableLines(shown).some((line) => line.startsWith(note));
  expect(sees(`${before}${note}`)).toBe(true);
  expect(sees(`${before}${note}${then}${note}${again}`)).toBe(true);
  expect(sees(`${before.slice(0, before.indexOf("\x1b]0;") + 4)}${note}`)).toBe(false);
});
