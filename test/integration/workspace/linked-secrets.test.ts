import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { hideLinked } from "../../../src/workspace/hide/hide-linked.ts";
import { parseHideRules } from "../../../src/workspace/hide/hide-rules.ts";
import { inspectRoot } from "../../../src/workspace/roots/scan-root.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { writeInto } from "../../support/workspace-folder.ts";
import { toWorkspaceRoot } from "../../support/workspace-root.ts";

/** A link in the workspace `w` or the mount `m`, and the file with a secret that it shows. */
const links: readonly (readonly [link: string, to: string, file: string])[] = [
  ["w/.env", "../m/prod.txt", "m/prod.txt"],
  ["w/.aws", "../m/aws", "m/aws/credentials"],
  ["w/a/.aws", "../dot/aws", "w/dot/aws/credentials"],
  ["w/.ssh", "dot/ssh", "w/dot/ssh/work"],
  ["w/.kube", "dot/k", "w/dot/k/config"],
  ["w/.config", "dot/config", "w/dot/hub/hosts.yml"],
  ["w/dot/config/gh", "../hub", "w/dot/hub/hosts.yml"],
  ["w/.npmrc", "dot/npm", "w/dot/npm"],
  ["w/key.pem", "../m/key", "m/key"],
  ["m/.env", "../w/plain.txt", "w/plain.txt"],
  ["m/.docker", "../w/dot/docker", "w/dot/docker/config.json"],
  ["m/x/.env.local", "../../w/other", "w/other"],
];
const secrets = new Map([
  ["w/dot/npm", "//h/:_authToken=hunter2hunter2\n"],
  ["m/key", "-----BEGIN PRIVATE KEY-----\n"],
]);

async function toHidden(hide: readonly string[], isFollowed = true): Promise<readonly string[]> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "vbl-")));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(base, { recursive: true }));
  for (const [, , file] of links) await writeInto(base, file, secrets.get(file) ?? "SECRET");
  for (const folder of ["w/a", "w/dot/config", "m/x"])
    await mkdir(join(base, folder), { recursive: true });
  for (const [link, to] of links) await symlink(to, join(base, link));
  // One that leads around itself, and one to what isn't mounted
  await symlink("..", join(base, "w/dot/.config"));
  await symlink("/etc/hostname", join(base, "w/a/.env"));
  const rules = parseHideRules(hide);
  const looked = await Promise.all(
    ["w", "m"].map((name) => {
      const folder = stack.use(Folder.openRoot(join(base, name)));
      const root = toWorkspaceRoot(join(base, name), folder);
      return inspectRoot(name === "w" ? root : { ...root, kind: "mount", writable: false }, rules);
    }),
  );
  const all = isFollowed ? await hideLinked(looked) : looked;
  expect(all.map(({ scan }) => scan.complete)).toEqual([true, true]);
  return all.flatMap(({ root, scan }) =>
    scan.secrets.map((names) => [root.source.slice(base.length + 1), ...names].join("/")),
  );
}

test("what links with the names of secrets lead to is hidden, in every mounted folder", async () => {
  const hidden = await toHidden(["default"]);
  const files = [...new Set(links.map(([, , file]) => file))];
  expect(files.filter((file) => !hidden.includes(file))).toEqual([]);
  expect(hidden.filter((file) => !files.includes(file))).toEqual([]);
  // The control: by their own names, and those of links that stay in one folder, none is
  const plain = await toHidden(["default"], false);
  const controls = files.filter((file) => !plain.includes(file)).length;
  expect(controls).toBe(files.length);
  recordScore({
    row: 57,
    test: "links with the names of secrets",
    attempts: files.length,
    blocked: files.length,
    controlSucceeded: controls,
  });
});

test("an exception for a link's path, or for where it leads, shows the file", async () => {
  const hidden = await toHidden(["default", "!.npmrc", "!plain.txt"]);
  expect(hidden).not.toContain("w/dot/npm");
  expect(hidden).not.toContain("w/plain.txt");
  expect(hidden).toContain("m/prod.txt");
});

test("a pattern of the user's counts for the path through a link", async () => {
  expect(await toHidden([".ssh/*"])).toEqual(["w/dot/ssh/work"]);
});
