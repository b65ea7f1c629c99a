import { expect, test } from "vitest";
import { createWorld } from "../../support/sandbox-world.ts";

/** Holds 100 MB, and says what is left of it. */
const hungry = "head -c 100000000 /dev/zero | tail -c 100000000 | wc -c";

test("an end by the memory limit says so, and the flag that it proposes is enough", async () => {
  await using world = await createWorld();
  const run = (...args: string[]) => world.run(["run", ...args]);
  const small = ["--memory", "64MiB"];
  const whole = await run(...small, "--", "perl", "-e", '$x = "a" x 100_000_000; print length $x');
  expect([whole.status, whole.stdout]).toEqual([137, ""]);
  const said =
    /warning: the sandbox ran out of memory: at 64MiB, with what is in \/tmp and \/dev\/shm, the kernel ended a process in it; for more: vaultbox run --memory (\S+) …\n/;
  const [, more = ""] = said.exec(whole.stderr) ?? [];
  expect(more).toBe("128MiB");
  // The command itself goes on, and fails for it
  const child = await run(...small, "--", "bash", "-o", "pipefail", "-c", hungry);
  expect([child.status === 0, said.test(child.stderr)]).toEqual([false, true]);
  const enough = await run("--memory", more, "--", "bash", "-o", "pipefail", "-c", hungry);
  expect([enough.status, enough.stdout, said.test(enough.stderr)]).toEqual([
    0,
    "100000000\n",
    false,
  ]);
  // The same status without the kernel's doing
  const killed = await run(...small, "--", "sh", "-c", "kill -9 $$");
  expect([killed.status, said.test(killed.stderr)]).toEqual([137, false]);
});
