import { realpathSync, symlinkSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { followInside, toNames } from "../../../src/workspace/host-path.ts";

const names = ["a", "b", "c", "l0", "l0", "l1", "a/l2", "..", "..", "."];
const path = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join("/"));

const target = fc.oneof(fc.constantFrom(".", "a", "a/b", "l1", "../a"), path);

/** Where the kernel ends; undefined when nothing is there. */
function ask(named: string): string | undefined {
  try {
    return realpathSync.native(named);
  } catch {
    return undefined;
  }
}

test("a path is followed to where the kernel ends, and never called inside when that is outside", async () => {
  let outside = 0;
  let deceived = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, { minLength: 4, maxLength: 4 }),
      path,
      async (targets, wanted) => {
        const root = await realpath(await mkdtemp(join(tmpdir(), "vbf-")));
        try {
          const workspace = join(root, "w");
          await mkdir(join(workspace, "a/b/c"), { recursive: true });
          await mkdir(join(root, "a/b"), { recursive: true });
          for (const [index, target] of targets.entries()) {
            symlinkSync(target, join(workspace, index < 2 ? "" : "a", `l${index}`));
          }
          const end = ask(`${workspace}/${wanted}`);
          const inside = followInside(workspace, { from: [], path: wanted });
          if (end === undefined) return;
          const isOutside = toNames(workspace, end) === undefined;
          if (isOutside) outside++;
          // The control: a path whose text stays in the folder, and that leads out
          if (isOutside && toNames(workspace, resolve(workspace, wanted)) !== undefined) deceived++;
          if (isOutside) expect(inside).toBeUndefined();
          if (inside !== undefined) expect(join(workspace, ...inside)).toBe(end);
        } finally {
          await rm(root, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(outside).toBeGreaterThan(0);
  expect(deceived).toBeGreaterThan(0);
});
