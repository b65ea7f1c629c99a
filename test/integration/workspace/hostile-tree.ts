import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a sandbox leaves in a workspace to keep the look at it busy. */
export interface HostileTree {
  readonly what: string;
  /** @param workspace an empty folder */
  readonly plant: (workspace: string) => void;
}

const megabyte = 1024 * 1024;

/** Makes folders within folders, however long the path gets, and works in the innermost. */
function withinDeep(top: string, { depth, name }: Level, work: () => void): void {
  const before = process.cwd();
  process.chdir(top);
  for (let level = 0; level < depth; level++) {
    mkdirSync(name);
    process.chdir(name);
  }
  work();
  process.chdir(before);
}

interface Level {
  readonly depth: number;
  readonly name: string;
}

function writeRepository(folder: string, files: Readonly<Record<string, string>>): void {
  for (const name of ["objects", "refs", "rebase-merge"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, "HEAD"), "ref: refs/heads/main\n");
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

function fillWith(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const git = path.slice(0, path.indexOf("/.git/") + 5);
  if (path.includes("/.git/")) writeRepository(git, {});
  writeFileSync(path, content);
}

function inRepository(files: Readonly<Record<string, string>>): HostileTree["plant"] {
  return (workspace) => writeRepository(join(workspace, "n/.git"), files);
}

function fill(folder: string, count: number, name: (index: number) => string): void {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    closeSync(openSync(join(folder, name(index)), "w"));
  }
}

export const hostileTrees: readonly HostileTree[] = [
  {
    what: "empty files in a .git/worktrees as deep as a look goes",
    plant: (workspace) =>
      withinDeep(workspace, { depth: 190, name: "d".repeat(40) }, () =>
        fill(".git/worktrees", 100, (index) => `f${index}`),
      ),
  },
  {
    what: "empty files in a deeper .git/worktrees",
    plant: (workspace) =>
      withinDeep(workspace, { depth: 190, name: "d".repeat(200) }, () =>
        fill(".git/worktrees", 300, (index) => `f${index}`),
      ),
  },
  {
    what: "empty .git files",
    plant: (workspace) => {
      for (let index = 0; index < 600; index++) fill(join(workspace, `n${index}`), 1, () => ".git");
    },
  },
  {
    what: "a todo list of line breaks",
    plant: inRepository({ "rebase-merge/git-rebase-todo": "\n".repeat(megabyte) }),
  },
  {
    what: "a .git file of line breaks",
    plant: (workspace) => writeFileSync(join(workspace, ".git"), `${"\n".repeat(megabyte - 1)}x`),
  },
  {
    what: "a .git file with a long path",
    plant: (workspace) => fillWith(join(workspace, "n/.git"), `gitdir: ${"a/".repeat(400_000)}b\n`),
  },
  {
    what: "a .git file with a path that links make longer",
    plant: (workspace) => {
      for (let index = 0; index < 40; index++)
        symlinkSync(
          `${"./".repeat(100)}${"a/../".repeat(750)}l${index + 1}`,
          join(workspace, `l${index}`),
        );
      symlinkSync("a/".repeat(2000), join(workspace, "l40"));
      writeFileSync(join(workspace, ".git"), `gitdir: l0/${"a/".repeat(1500)}\n`);
    },
  },
  {
    what: "alternates with a long path",
    plant: (workspace) =>
      fillWith(join(workspace, "n/.git/objects/info/alternates"), "a/".repeat(300_000)),
  },
  {
    what: "many alternates",
    plant: (workspace) =>
      fillWith(join(workspace, "n/.git/objects/info/alternates"), "../objects\n".repeat(90_000)),
  },
  {
    what: "files that others may write to, in a repository",
    plant: (workspace) => {
      const before = process.umask(0);
      fill(join(workspace, "n/.git/objects/zz"), 130_000, (index) => `${index}`);
      process.umask(before);
    },
  },
  {
    what: "a long core.worktree",
    plant: inRepository({ config: `[core]\n\tworktree = ${"../".repeat(300_000)}!\n` }),
  },
  {
    what: "a remote's long address",
    plant: inRepository({ config: `[remote "o"]\n\turl = ${".".repeat(megabyte - 100)}!\n` }),
  },
  {
    what: "many settings with a long name",
    plant: inRepository({
      config: `[${"a".repeat(500_000)}]\n${"\ta = b\n".repeat(70_000)}`,
    }),
  },
  {
    what: "many settings that git must read",
    plant: inRepository({ config: `[a "${"x".repeat(500_000)}"]\n${"a\n".repeat(200_000)}` }),
  },
  {
    what: "one folder with 20,000 names",
    plant: (workspace) => fill(join(workspace, "many"), 20_000, (index) => `f${index}`),
  },
  {
    what: "settings with names that are numbers",
    plant: (workspace) => fill(join(workspace, ".vscode"), 3000, (index) => String(index * 65_536)),
  },
  {
    what: "folders within folders, 400 deep",
    plant: (workspace) => withinDeep(workspace, { depth: 400, name: "d" }, () => undefined),
  },
  {
    what: "repositories within repositories",
    plant: (workspace) => {
      mkdirSync(join(workspace, ".git"));
      withinDeep(join(workspace, ".git"), { depth: 250, name: "modules" }, () => undefined);
      let folder = join(workspace, ".git");
      for (let level = 0; level < 250 && folder.length < 4000; level++) {
        writeRepository(folder, {});
        folder = join(folder, "modules");
      }
    },
  },
  {
    what: "files that seem huge",
    plant: (workspace) => {
      writeRepository(join(workspace, "n/.git"), {});
      for (const name of ["config", "packed-refs", "index", "rebase-merge/git-rebase-todo"]) {
        const file = openSync(join(workspace, "n/.git", name), "w");
        ftruncateSync(file, 2 ** 40);
        closeSync(file);
      }
      fill(join(workspace, "n/.git/hooks"), 5000, (index) => `h${index}`);
    },
  },
  {
    what: "a repository with 5,000 refs",
    plant: (workspace) => {
      writeRepository(join(workspace, "n/.git"), {});
      fill(join(workspace, "n/.git/refs/heads"), 5000, (index) => `b${index}`);
    },
  },
];
