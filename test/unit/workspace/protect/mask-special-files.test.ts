import { execFile } from "node:child_process";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Folder } from "../../../../src/base/fs/beneath.ts";
import { maskSpecialFiles } from "../../../../src/workspace/protect/mask-special-files.ts";
import { planProtection } from "../../../../src/workspace/protect/protection.ts";
import { createScanBudget, startLimits } from "../../../../src/workspace/scan-budget.ts";
import { scanWorkspace } from "../../../../src/workspace/scan/scan.ts";
import { createGitFolder } from "../../../support/git.ts";
import { toLooked, toWorkspaceRoot } from "../../../support/workspace-root.ts";

const run = promisify(execFile);
const none = { special: [], unlisted: [], origin: undefined };

test("a special file that two folders contain is masked once, by the folder it's seen in", () => {
  const inner = { ...none, source: "/w/in", target: "/w/in", special: [["k"]] };
  const outer = {
    ...none,
    source: "/w",
    target: "/w",
    special: [["in", "k"], ["over", "k"], ["own"]],
  };
  const { copies, special } = maskSpecialFiles([outer, inner], ["/w/over", "/w/own"]);
  expect(copies.map(({ target }) => target)).toEqual(["/w/in/k"]);
  expect(special).toEqual(["/w/in/k"]);
});

test("more special files than a start can mask are refused with a way out", () => {
  const special = Array.from({ length: 201 }, (_, index) => [`s${index}`]);
  const mask = (length: number): unknown =>
    maskSpecialFiles(
      [{ ...none, source: "/w", target: "/w", special: special.slice(0, length) }],
      [],
    );
  expect(() => mask(200)).not.toThrow();
  expect(() => mask(201)).toThrow(
    expect.objectContaining({
      code: "VBX_WORKSPACE_UNSAFE",
      message: expect.stringContaining('mask 201 sockets, pipes and devices ("/w/s0", "/w/s1"'),
    }),
  );
});

test("special files are masked also when nothing is protected or hidden, as are folders that can't be listed", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await mkdir(join(path, "node_modules/x"), { recursive: true });
  await mkdir(join(path, "closed"));
  for (const pipe of ["p", "node_modules/x/p"]) await run("mkfifo", [join(path, pipe)]);
  using root = Folder.openRoot(path);
  const budget = createScanBudget(startLimits);
  const scan = await scanWorkspace(root, path, { hide: undefined, deep: false, budget });
  // Root lists every folder, so one is said to be closed
  await chmod(join(path, "closed"), 0o711);
  const closed = { ...scan, closed: [["closed"]] };
  const { folders } = await planProtection(toLooked(toWorkspaceRoot(path, root), closed, false), {
    protect: "none",
    hides: false,
    budget: createScanBudget(startLimits),
  });
  const { copies } = maskSpecialFiles(folders, []);
  expect(
    copies.map(({ target, content }) => [
      target,
      content instanceof Uint8Array ? content.length : content,
    ]),
  ).toEqual([
    [join(path, "p"), 0],
    [join(path, "node_modules/x/p"), 0],
    [join(path, "closed"), "folder"],
  ]);
});
