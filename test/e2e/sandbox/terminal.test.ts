import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import { createWorld } from "../../support/sandbox-world.ts";

/** A person at a terminal of 100 × 30: waits for a text, types, resizes, and says what the screen showed. */
const person = `
import fcntl, json, os, pty, select, struct, sys, termios, time
argv, steps = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
def size(rows, columns): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
size(30, 100)
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
        else: size(*value)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"screen": screen.decode("utf8", "replace"), "status": status}))
`;

type Step = readonly [string, "type" | "size", string | readonly number[]];

async function atTerminal(
  world: { home: string; workspace: string },
  script: string,
  steps: readonly Step[],
): Promise<{ screen: string; status: number }> {
  const argv = [process.execPath, cliPath, "run", "--", "sh", "-c", script];
  const { stdout } = await promisify(execFile)(
    "python3",
    ["-c", person, JSON.stringify(argv), JSON.stringify(steps)],
    { cwd: world.workspace, env: { ...cliEnvironment(world.home), TERM: "xterm" } },
  );
  return JSON.parse(stdout) as { screen: string; status: number };
}

test("on a terminal the command has one of its own, of the same size, that follows and echoes nothing of ours", async () => {
  await using world = await createWorld();
  const script =
    "test -t 0 && test -t 1 && echo is-tty; sleep 0.5; stty size; read line; echo got:$line; stty size; exit 3";
  const { screen, status } = await atTerminal(world, script, [
    ["30 100", "size", [40, 120]],
    ["30 100", "type", "hello\r"],
  ]);
  expect(status).toBe(3);
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
