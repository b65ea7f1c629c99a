import { execFile } from "node:child_process";
import { chmod, chown, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { git, gitEnvironment } from "../../support/git.ts";

const run = promisify(execFile);

/** One way to make the host's git run a program; the settings are `section.key value` lines for `git config`. */
interface Plant {
  readonly key: string;
  readonly settings?: readonly (readonly [string, string])[];
  /** Shell lines of the sandbox, run in the repository; `$P` is the program with its argument, `$W` the workspace */
  readonly script?: string;
  /** `.gitattributes` of the repository */
  readonly attributes?: string;
}

/** Every key of the table in the threat notes, further scopes and files, and tricks against mounts. */
export const plants: readonly Plant[] = [
  { key: "fsmonitor", settings: [["core.fsmonitor", "$P"]] },
  {
    key: "hooks-path",
    settings: [["core.hooksPath", "$W/evilhooks/hooks-path"]],
    script: "hooks $W/evilhooks/hooks-path",
  },
  { key: "hooks", script: "hooks .git/hooks" },
  { key: "hooks-moved", script: "mv .git/hooks .git/old; hooks .git/hooks" },
  { key: "filter-clean", settings: [["filter.x.clean", "$P"]], attributes: "* filter=x" },
  { key: "filter-smudge", settings: [["filter.x.smudge", "$P"]], attributes: "* filter=x" },
  { key: "filter-process", settings: [["filter.x.process", "$P"]], attributes: "* filter=x" },
  { key: "textconv", settings: [["diff.x.textconv", "$P"]], attributes: "* diff=x" },
  { key: "diff-external", settings: [["diff.external", "$P"]] },
  { key: "diff-command", settings: [["diff.x.command", "$P"]], attributes: "* diff=x" },
  { key: "ssh-command", settings: [["core.sshCommand", "$P"]] },
  { key: "uploadpack", settings: [["remote.local.uploadpack", "$P"]] },
  { key: "git-proxy", settings: [["core.gitProxy", "$W/payload-proxy.sh"]] },
  {
    key: "ext-url",
    settings: [
      ["protocol.ext.allow", "always"],
      ["remote.ext.url", "ext::$P"],
    ],
  },
  { key: "merge-driver", settings: [["merge.x.driver", "$P"]], attributes: "* merge=x" },
  {
    key: "gpg",
    settings: [
      ["gpg.program", "$W/payload-gpg.sh"],
      ["commit.gpgSign", "true"],
    ],
  },
  { key: "editor", settings: [["core.editor", "$P"]] },
  {
    key: "include",
    settings: [["include.path", "$W/evil/include"]],
    script: "evil $W/evil/include",
  },
  {
    key: "include-if",
    settings: [["includeIf.gitdir:/.path", "$W/evil/include-if"]],
    script: "evil $W/evil/include-if",
  },
  {
    key: "submodule-update",
    settings: [
      ["submodule.sub.update", "!$P"],
      ["submodule.sub.active", "true"],
      ["submodule.sub.url", "../up.git"],
    ],
    script:
      "printf '[submodule \"sub\"]\\n\\tpath = sub\\n\\turl = ../up.git\\n' > .gitmodules; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; mkdir -p sub",
  },
  {
    key: "worktree-scope",
    settings: [["extensions.worktreeConfig", "true"]],
    script: "evil .git/config.worktree",
  },
  {
    key: "commondir",
    script:
      "mkdir -p $W/evil/common; cp -r .git/* $W/evil/common; rm -f $W/evil/common/commondir; evil $W/evil/common/config; rm -f .git/commondir; echo $W/evil/common > .git/commondir",
  },
  { key: "rename", script: "mv .git .gitold && cp -r .gitold .git; evil .git/config" },
  {
    key: "rename-parent",
    script:
      "cd ..; mv rename-parent rename-old && cp -r rename-old rename-parent; evil rename-parent/.git/config",
  },
  {
    key: "config-replaced",
    script:
      "cp .git/config c; evil c; cat c > .git/config; ln -f c .git/config; mv -f c .git/config",
  },
  {
    key: "nested",
    script:
      "mkdir -p nested; cd nested; git init -q .; git commit -q --allow-empty -m n; evil .git/config; cd ..; git add nested",
  },
  {
    key: "nested-elsewhere",
    script:
      "mkdir -p nested store; git init -q --separate-git-dir store/g nested; evil store/g/config",
  },
  {
    key: "bare",
    script:
      "git init -q --bare nested; evil nested/config; git -C nested config core.bare false; git -C nested config core.worktree .",
  },
  {
    key: "husky",
    script:
      "hooks .husky/_; echo '$P' >> .husky/pre-commit; rm -rf .husky; mkdir -p .husky/_; hooks .husky/_",
  },
  {
    key: "work-tree",
    script:
      "git worktree add -q nested -b nested; d=.git/worktrees/nested; mkdir -p $W/evil/wt; cp -r .git/* $W/evil/wt; rm -f $W/evil/wt/commondir; evil $W/evil/wt/config; echo $W/evil/wt > $d/commondir",
  },
  {
    key: "module",
    script:
      "mkdir -p .git/modules/nested nested; cp -r .git/objects .git/refs .git/HEAD .git/modules/nested/; evil .git/modules/nested/config; echo 'gitdir: ../.git/modules/nested' > nested/.git",
  },
  {
    key: "rebase-exec",
    script:
      "git commit -q --allow-empty -m r; GIT_SEQUENCE_EDITOR='sed -i 1ibreak' git rebase -q -i HEAD~1; echo \"exec $P\" >> .git/rebase-merge/git-rebase-todo",
  },
];

/** What a user, an editor or a shell prompt runs all day. */
export const hostCommands: readonly (readonly string[])[] = [
  ["status"],
  ["diff"],
  ["add", "-A"],
  ["commit", "-m", "host"],
  ["commit", "--allow-empty"],
  ["stash"],
  ["rebase", "--continue"],
  ["stash", "pop"],
  ["blame", "f"],
  ["log", "-p", "-2"],
  ["show"],
  ["fetch", "--all"],
  ["checkout", "side"],
  ["checkout", "main"],
  ["ls-files", "-m"],
  ["grep", "x"],
  ["branch", "-a"],
  ["tag", "host-tag"],
  ["merge", "--no-edit", "side"],
  ["rebase", "side"],
  ["gc", "-q"],
  ["worktree", "list"],
  ["submodule", "status"],
  ["submodule", "update"],
];

/** The sandbox's part: plants everything, in every way it knows. `exit` of one plant ends none of the others. */
export function toPlantScript(workspace: string, markers: string): string {
  const head = `
W=${workspace}
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
mkdir -p $W/evil $W/evilhooks
printf '#!/bin/sh\\necho "$*" >> ${markers}/$1\\nexit 0\\n' > $W/payload.sh
printf '#!/bin/sh\\necho hit >> ${markers}/gpg\\nexit 1\\n' > $W/payload-gpg.sh
printf '#!/bin/sh\\necho hit >> ${markers}/git-proxy\\nexit 1\\n' > $W/payload-proxy.sh
chmod 755 $W/payload*.sh
hooks() { mkdir -p $1; for h in pre-commit post-commit commit-msg prepare-commit-msg post-checkout post-merge pre-rebase post-index-change reference-transaction post-rewrite pre-auto-gc; do printf '#!/bin/sh\\n%s\\n' "$P" > $1/$h; chmod 755 $1/$h; done; }
evil() { printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = %s\\n' "$P" >> $1; }
set_key() { git config "$1" "$2" || { printf '[%s]\\n\\t%s = %s\\n' "\${1%.*}" "\${1##*.}" "$2" >> .git/config; }; }
`;
  const parts = plants.map(({ key, settings = [], script = "", attributes }) => {
    const lines = [
      `( cd $W/${key} || exit`,
      `P="$W/payload.sh ${key}"`,
      ...settings.map(([name, value]) => `set_key ${name} "${value}"`),
      ...(attributes === undefined ? [] : [`echo '${attributes}' > .gitattributes`]),
      script,
      "echo changed >> f",
      ") >/dev/null 2>&1",
    ];
    return lines.join("\n");
  });
  // What can't be set in a repository that was there is set in one that wasn't
  const again = plants
    .filter(({ settings }) => settings !== undefined)
    .map(({ key, settings = [] }) =>
      [
        `( cd $W/${key} && mkdir -p again && cd again && git init -q . && git commit -q --allow-empty -m x`,
        `P="$W/payload.sh ${key}"`,
        ...settings.map(([name, value]) => `git config ${name} "${value}"`),
        "cp ../.gitattributes . ; cp ../f f",
        ") >/dev/null 2>&1",
      ].join("\n"),
    );
  return [head, ...parts, ...again, "true"].join("\n");
}

/** A repository for each plant, with two branches that conflict, and remotes of several kinds. */
export async function createRepositories(workspace: string, owner: number): Promise<void> {
  const template = join(workspace, "template");
  await mkdir(template);
  await git(template, "init", "-q", "-b", "main");
  await writeFile(join(template, "f"), "x\n");
  await mkdir(join(template, ".husky/_"), { recursive: true });
  await writeFile(join(template, ".husky/pre-commit"), "true\n");
  await git(template, "add", "-A");
  await git(template, "commit", "-q", "-m", "one");
  await git(template, "switch", "-q", "-c", "side");
  await writeFile(join(template, "f"), "y\n");
  await git(template, "commit", "-q", "-a", "-m", "two");
  await git(template, "switch", "-q", "main");
  await git(template, "clone", "-q", "--bare", template, join(workspace, "up.git"));
  for (const [name, url] of [
    ["origin", "ssh://git@127.0.0.1:1/x.git"],
    ["local", "../up.git"],
    ["plain", "git://127.0.0.1:1/x.git"],
    ["ext", "ext::false"],
  ] as const) {
    await git(template, "remote", "add", name, url);
  }
  for (const { key } of plants) await cp(template, join(workspace, key), { recursive: true });
  await git(join(workspace, "husky"), "config", "core.hooksPath", ".husky/_");
  for (const key of ["worktree-scope"]) {
    await git(join(workspace, key), "config", "extensions.worktreeConfig", "true");
  }
  await rm(template, { recursive: true });
  if (owner !== 0) await run("chown", ["-R", `${owner}:${owner}`, workspace]);
}

/**
 * Runs every command in every repository that was planted into, and in what was planted there.
 * @returns how many commands were run
 */
export async function runHostGit(
  workspace: string,
  places: readonly string[] = ["nested", "again", "."],
): Promise<number> {
  // safe.directory: otherwise root's git would do nothing in a user's repository, and all of it would look harmless
  const env = {
    ...gitEnvironment,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    GIT_ALLOW_PROTOCOL: "file:ssh:git:ext",
  };
  const lines = hostCommands.map(
    (words) => `${slowly(words)}git ${words.join(" ")} </dev/null; n=$((n+1))`,
  );
  const script = `
n=0
for key in ${plants.map(({ key }) => key).join(" ")}; do
  for inner in ${places.join(" ")}; do
    cd ${workspace}/$key/$inner 2>/dev/null || continue
    { ${lines.join("\n")}
    } >/dev/null 2>&1
  done
done
echo $n`;
  const { stdout } = await run("timeout", ["150", "sh", "-c", script], { env });
  return Number(stdout);
}

/** What takes long is run in the repositories themselves only. */
function slowly(words: readonly string[]): string {
  return words[0] === "gc" ? '[ "$inner" != . ] || ' : "";
}

/** A folder in which the planted program leaves a file for each key it ran for. */
export async function createMarkers(folder: string): Promise<string> {
  const path = join(folder, "markers");
  await mkdir(path);
  await chmod(path, 0o777);
  await chown(path, 0, 0);
  return path;
}
