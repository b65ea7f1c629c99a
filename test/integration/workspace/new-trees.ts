/** A way to a program of the sandbox, by settings that it didn't write. All are shell lines; `$P` is its program. */
export interface NewTree {
  readonly name: string;
  /** Of the user, before */
  readonly before: string;
  readonly plant: string;
  /** The user, afterwards */
  readonly use: string;
}

export const filter = `mkdir tools; echo cat > tools/clean; git config filter.x.clean 'sh tools/clean'; echo '*.x filter=x' > .gitattributes; echo 1 > f.x; git add .; git commit -qm x`;
export const hooks = `mkdir hk; echo exit 0 > hk/pre-commit; chmod +x hk/pre-commit; git config core.hooksPath hk; git add .; git commit -qm x`;
export const hook = `mkdir scripts; echo true > scripts/check.sh; printf '#!/bin/sh\\nsh ./scripts/check.sh\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; git add .; git commit -qnm x`;

export const newTrees: readonly NewTree[] = [
  {
    name: "filter in a new work tree",
    before: filter,
    plant: `git worktree add -q n; cp "$P" n/tools/clean; echo 2 > n/f.x`,
    use: "cd n; git status",
  },
  {
    name: "hooks in a new work tree",
    before: hooks,
    plant: `git worktree add -q n; cp "$P" n/hk/pre-commit`,
    use: "cd n; git commit -q --allow-empty -m x",
  },
  {
    name: "a hook's script in a new work tree",
    before: hook,
    plant: `git worktree add -q n; cp "$P" n/scripts/check.sh`,
    use: "cd n; git commit -q --allow-empty -m x",
  },
  {
    name: "a copied .git file",
    before: `${filter}; git worktree add -q wt`,
    plant: `mkdir -p n/tools; cp wt/.git n; cp .gitattributes n; cp "$P" n/tools/clean; echo 2 > n/f.x`,
    use: "cd n; git status",
  },
  {
    name: "settings of the user in a new repository",
    before: `git config -f "$HOME/.gitconfig" core.hooksPath global-hk`,
    plant: `git init -q n; mkdir n/global-hk; cp "$P" n/global-hk/pre-commit`,
    use: "cd n; git commit -q --allow-empty -m x",
  },
  {
    name: "conditional settings of the user in a bare repository",
    before: `printf '[core]\\n\\thooksPath = ghk\\n' > "$HOME/x.inc"; git config -f "$HOME/.gitconfig" includeIf.gitdir:/.path x.inc`,
    plant: `git init -q --bare n; mkdir n/ghk; cp "$P" n/ghk/post-receive`,
    use: "git push -q n HEAD:refs/heads/x",
  },
];
