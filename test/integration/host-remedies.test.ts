// What texts propose that isn't vaultbox's own: git's, and what sets modes and names right. Each is run as it stands.
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkRuntimeFolder } from "../../src/cli/doctor/host-checks.ts";
import { listProposedCommands } from "../support/proposed-commands.ts";
import { cliEnvironment, runCli } from "../support/run-cli.ts";
import { createWorkspacePlace, runShell } from "../support/workspace-place.ts";

/** A repository in which a user may be who reads them. */
const repository = `git init -q -b main .; git config --global init.defaultBranch main
git config --global user.email a@example.com; git config --global user.name A
echo 1 > FILE; echo version: 1 > vaultbox.yaml; cp FILE .env.example; git add .; git commit -qm 1
git branch BRANCH; git init -q --bare ../remote; git remote add origin ../remote
git push -q origin main; git branch NAME; echo 2 >> FILE; echo x > vaultbox.yaml; git add FILE; git branch -q -u origin/main
`;

/** What stands for what is filled in; a command that isn't here is run as it is. */
const filled: Readonly<Record<string, string>> = {
  "git push {}": "git push origin main",
  "git for-each-ref --format='%(refname)' {}": "git for-each-ref --format='%(refname)' refs/heads",
  "git config --global --add safe.directory {}": "git config --global --add safe.directory /tmp/x",
  "git config --global user.name NAME, and user.email ADDRESS":
    "git config --global user.name NAME && git config --global user.email ADDRESS",
  "git rm --cached FILE, and a line in .gitignore":
    "git rm -q --cached FILE && echo FILE >> .gitignore",
  "git worktree remove /tmp/w": "git worktree add -q w BRANCH && git worktree remove w",
  "git worktree add /tmp/w BRANCH": "git worktree add w BRANCH",
  "git commit --no-gpg-sign": "git commit --no-gpg-sign -m signed",
  "git tag --no-sign": "git tag --no-sign v1",
  "git -c KEY=VALUE": "git -c user.name=B status",
};
/** They are no command alone, but a part of one, or a script of the sandbox's own. */
const inner = /^git ls-files --debug/;

const ofGit = [...new Set(listProposedCommands().map(({ command }) => command))].filter(
  (command) => command.startsWith("git ") && !inner.test(command),
);

test.concurrent.each(ofGit)("%s does what it says in a repository", async (command) => {
  const home = await mkdtemp(join(tmpdir(), "vbx-git-"));
  const folder = join(home, "w");
  await mkdir(folder);
  const env = { ...cliEnvironment(home), GIT_CONFIG_NOSYSTEM: "1", GIT_PAGER: "cat" };
  const run = (script: string): Promise<{ readonly said: string; readonly status: number }> =>
    new Promise((resolve) => {
      execFile("sh", ["-ec", script], { cwd: folder, env }, (error, ...said) =>
        resolve({ said: said.join(""), status: Number(error?.code ?? 0) }),
      );
    });
  try {
    expect(await run(repository)).toMatchObject({ status: 0 });
    const { said, status } = await run(filled[command] ?? command);
    expect([said, status]).toEqual([said, 0]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

/** The command behind the last colon of a hint. */
function toCommand(text: string): string {
  return /(?:^|: )((?:chmod|rm|mv) .+)$/m.exec(text)?.[1] ?? "false";
}

const shell = (command: string, cwd = "/"): Promise<number> =>
  new Promise((resolve) => {
    execFile("sh", ["-c", command], { cwd }, (error) => resolve(Number(error?.code ?? 0)));
  });

test.each<[what: string, make: (path: string) => Promise<void>]>([
  [
    "that others can read",
    async (path) => {
      await mkdir(path);
      await chmod(path, 0o755);
    },
  ],
  ["that is a file", (path) => writeFile(path, "")],
])("what doctor proposes for a runtime folder %s helps, whatever its path is", async (_, make) => {
  const home = await realpath(await mkdtemp(join(tmpdir(), "vbx doctor's ")));
  const path = join(home, "runtime");
  await make(path);
  const before = await checkRuntimeFolder(path);
  expect(before.status).toBe("fail");
  expect(await shell(toCommand(before.hint ?? ""))).toBe(0);
  expect((await checkRuntimeFolder(path)).status).toBe("ok");
  await rm(home, { recursive: true });
});

test("what is proposed for a vault that others can reach helps", async () => {
  const home = await realpath(await mkdtemp(join(tmpdir(), "vbx modes ")));
  const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
  const cli = (...words: readonly string[]) => runCli(words, { cwd: home, env });
  expect(
    (await cli("vault", "create", "work", "--store", "age", "--unlock", "identity")).status,
  ).toBe(0);
  for (const [path, mode] of [
    ["vaults/work.age", 0o644],
    ["vaults", 0o755],
  ] as const) {
    await chmod(join(home, "vaultbox", path), mode);
    const { status, stderr } = await cli("credential", "list", "--vault", "work");
    expect([stderr, status]).toEqual([expect.stringContaining("others can reach it"), 1]);
    expect(await shell(toCommand(stderr))).toBe(0);
    expect((await cli("credential", "list", "--vault", "work")).status).toBe(0);
  }
  await rm(home, { recursive: true });
});

test("what is proposed for a repository that can't be looked into helps", async () => {
  await using place = createWorkspacePlace(1000);
  await runShell(place, "git init -q 'a b'; mkdir 'a b/.git/x'; chmod 0 'a b/.git/x'", 1000);
  const start = async (): Promise<string> => {
    process.seteuid?.(1000);
    try {
      await place.start();
      return "";
    } catch (error) {
      return error instanceof Error && "hints" in error ? String(error.hints) : String(error);
    } finally {
      process.seteuid?.(0);
    }
  };
  const hint = await start();
  expect(hint).toContain("chmod -R u+rwX");
  expect(await shell(toCommand(hint))).toBe(0);
  expect(await start()).toBe("");
});
