import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { readGit } from "../../support/git.ts";
import { type CaseWorld, type PushCase, describePushes } from "./push-table.ts";

const execute = promisify(execFile);
const x = "refs/heads/agent/x";
const main = "refs/heads/main";

/** Puts a commit with so many bytes that don't compress on top of the client's agent/x. */
async function addBytes({ folder, ids }: CaseWorld, bytes: number): Promise<void> {
  const cwd = folder;
  const input = randomBytes(bytes);
  const blob = await readGit(["hash-object", "-w", "--stdin"], { cwd, input });
  const tree = await readGit(["mktree"], { cwd, input: `100644 blob ${blob}\tnoise\n` });
  const args = ["commit-tree", "-p", ids.work2, "-m", "noise", tree];
  await readGit(["update-ref", x, await readGit(args, { cwd })], { cwd });
}

/** Clones with the given options, commits on agent/x, and pushes it to `to`. */
function fromClone(
  options: readonly string[],
  to: string,
): (world: CaseWorld) => Promise<{ status: number; text: string }> {
  return async ({ client, url, folder }) => {
    const cwd = join(folder, "clone");
    const clone = ["clone", "--quiet", "--branch=agent/x", ...options, url, cwd];
    const cloned = await client.run(clone, { cwd: folder });
    if (cloned.status !== 0) return { status: 255, text: `the clone failed: ${cloned.stderr}` };
    const commit = ["commit", "--quiet", "--allow-empty", "--message=from the clone"];
    await client.run(commit, { cwd });
    const { status, stdout, stderr } = await client.run(["push", "origin", `HEAD:${to}`], { cwd });
    return { status: status ?? 255, text: stdout + stderr };
  };
}

/** Pushes with a certificate that an SSH key signed. */
function signed(
  args: readonly string[],
): (world: CaseWorld) => Promise<{ status: number; text: string }> {
  return async ({ folder, push }) => {
    const key = join(folder, "key");
    await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    await readGit(["config", "gpg.format", "ssh"], { cwd: folder });
    await readGit(["config", "user.signingkey", key], { cwd: folder });
    return push(["--signed=true", ...args]);
  };
}

const versions = ["0", "1", "2"].flatMap((version): readonly PushCase[] => [
  {
    name: `protocol v${version}: a fast-forward is done`,
    config: [`protocol.version=${version}`],
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: `protocol v${version}: main is refused`,
    config: [`protocol.version=${version}`],
    local: { [main]: "mergeFromMain" },
    push: ["URL", "main"],
    unchecked: { [main]: "mergeFromMain" },
  },
]);

const sha256: readonly PushCase[] = [
  {
    name: "SHA-256: a fast-forward is done",
    format: "sha256",
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "SHA-256: a rewrite is refused",
    format: "sha256",
    local: { [x]: "amended" },
    push: ["--force", "URL", "agent/x"],
    unchecked: { [x]: "amended" },
  },
  {
    name: "SHA-256: main is refused",
    format: "sha256",
    local: { [main]: "mergeFromMain" },
    push: ["URL", "main"],
    unchecked: { [main]: "mergeFromMain" },
  },
  {
    name: "SHA-256: a denied path is refused",
    format: "sha256",
    rule: { denyPaths: [".github/workflows/**"] },
    local: { [x]: "workflow3" },
    push: ["URL", "agent/x"],
    unchecked: { [x]: "workflow3" },
  },
];

const cases: readonly PushCase[] = [
  {
    name: "a push option that asks for nothing is sent along",
    upstreamConfig: ["receive.advertisePushOptions=true"],
    push: ["-o", "team=blue", "URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "a push option that sets a pipeline's variable",
    upstreamConfig: ["receive.advertisePushOptions=true"],
    push: ["-o", "ci.variable=A=1", "URL", "agent/x"],
    unchecked: { [x]: "work3" },
    says: [/a push option of it is not allowed/],
  },
  {
    name: "a push option that merges a merge request",
    upstreamConfig: ["receive.advertisePushOptions=true"],
    push: ["-o", "merge_request.merge_when_pipeline_succeeds", "URL", "agent/x"],
    unchecked: { [x]: "work3" },
    says: [/a push option of it is not allowed/],
  },
  ...versions,
  ...sha256,
  {
    name: "a pack of two megabytes, sent in chunks, is done",
    push: async (world) => {
      await addBytes(world, 2_000_000);
      return world.push(["URL", "agent/x"]);
    },
    after: { [x]: "new" },
  },
  {
    name: "a pack above max_pack is refused with the limit",
    rule: { maxPackBytes: 100_000 },
    push: async (world) => {
      await addBytes(world, 200_000);
      return world.push(["URL", "agent/x"]);
    },
    unchecked: { [x]: "new" },
  },
  {
    name: "a pack above max_pack, sent in chunks, is refused",
    rule: { maxPackBytes: 1_500_000 },
    push: async (world) => {
      await addBytes(world, 4_000_000);
      return world.push(["URL", "agent/x"]);
    },
    unchecked: { [x]: "new" },
  },
  {
    name: "a new branch above max_pack, which isn't looked into, ends before it's there",
    rule: { maxPackBytes: 1_500_000 },
    push: async (world) => {
      await addBytes(world, 4_000_000);
      return world.push(["URL", "agent/x:refs/heads/agent/new"]);
    },
    unchecked: { "refs/heads/agent/new": "new" },
    says: [/HTTP 413/],
  },
  {
    name: "a push from a shallow clone is done",
    push: fromClone(["--depth=1"], x),
    after: { [x]: "new" },
  },
  {
    name: "a push from a shallow clone to main is refused",
    push: fromClone(["--depth=1"], main),
    says: [/rejected/],
  },
  {
    name: "a push from a partial clone is done",
    push: fromClone(["--filter=blob:none"], x),
    after: { [x]: "new" },
  },
  {
    name: "a new branch from a partial clone is made",
    push: fromClone(["--filter=tree:0"], "refs/heads/agent/new"),
    after: { "refs/heads/agent/new": "new" },
  },
  {
    name: "a signed push is done",
    upstreamConfig: ["receive.certNonceSeed=seed"],
    push: signed(["URL", "agent/x"]),
    after: { [x]: "work3" },
  },
  {
    name: "a signed push to main is refused",
    upstreamConfig: ["receive.certNonceSeed=seed"],
    local: { [main]: "mergeFromMain" },
    push: signed(["URL", "main"]),
    unchecked: { [main]: "mergeFromMain" },
  },
  {
    name: "a signed push that rewrites is refused",
    upstreamConfig: ["receive.certNonceSeed=seed"],
    local: { [x]: "amended" },
    push: signed(["--force", "URL", "agent/x"]),
    unchecked: { [x]: "amended" },
  },
  {
    name: "a push without a git entry that allows pushes ends with the reason",
    rule: "read",
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
    says: [
      /^remote: vaultbox: refused to push/m,
      /^remote: .*--git 'https:\/\/git\.example\.test\/acme\d+\/widgets:push=/m,
    ],
  },
  {
    name: "a push to a repository that no entry names is refused",
    rule: "unnamed",
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
    says: [/^remote: vaultbox: /m],
  },
];

describePushes({
  title: "every kind of push that git makes ends as the rule says",
  score: "pushes by every protocol version, object format and kind of clone",
  cases,
});
