import { access } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { takeBack } from "../../support/take-back.ts";

const evil =
  "git init -q n; git -C n config core.fsmonitor 'touch ../RAN; false'; echo planted; sleep 60 & wait";
/** What it saw at its start is held in its place by mounts; a copy is as good. */
const giveBack =
  "echo begun; until [ -e n/.git.vaultbox-disabled/HEAD.vaultbox-disabled ]; do sleep 0.1; done; cp -r n/.git.vaultbox-disabled n/.git; mv n/.git/HEAD.vaultbox-disabled n/.git/HEAD";

test("a disabled repository that a second session gives back is held again at its end", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  const first = world.spawn(["run", "--", "sh", "-c", evil]);
  await untilOutput(first, "planted");
  const second = world.spawn(["run", "--", "sh", "-c", giveBack]);
  let said = "";
  second.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await untilOutput(second, "begun");
  first.kill("SIGTERM");
  await untilClosed(first);
  expect(await untilClosed(second)).toBe(0);
  expect(said).toContain(
    "disabled: n/.git sets core.fsmonitor; it is n/.git.vaultbox-disabled-2 now",
  );
  const look = async (): Promise<boolean> => {
    await git(join(workspace, "n"), "status").catch(() => undefined);
    return await access(join(workspace, "RAN")).then(
      () => true,
      () => false,
    );
  };
  expect(await look()).toBe(false);
  // The control: taken back by the user, git runs it
  takeBack(join(workspace, "n"), ".git.vaultbox-disabled-2");
  const control = await look();
  expect(control).toBe(true);
  recordScore({
    row: 57,
    test: "a held repository, given back by a second session",
    attempts: 1,
    blocked: 1,
    controlSucceeded: Number(control),
  });
});
