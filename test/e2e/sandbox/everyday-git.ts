/** What agents do all day, each with its exit status; the same names, dates and settings give the same object ids. */
export const everyday: readonly string[] = [
  "git status --porcelain -z | od -An -c",
  "git switch -q -c agent/one",
  "echo one >> src/0/0.ts; git add -A; git commit -q -m one",
  "echo two >> src/0/1.ts; git commit -q -a -m two",
  "git mv src/0/2.ts src/0/moved.ts; git commit -q -m moved",
  "git rm -q src/0/3.ts; git commit -q -m removed",
  "echo more >> src/0/4.ts; git stash -q; git status --porcelain; git stash pop -q; git diff --stat",
  "echo n > new.ts; git stash push -q -u -m all; ls new.ts; git stash apply -q; git stash drop -q; cat new.ts",
  "git restore src/0/4.ts; git clean -fdq; git status --porcelain",
  "git switch -q main; echo base > base.ts; git add base.ts; git commit -q -m base",
  "git switch -q agent/one; git rebase -q main; git log --oneline | cat",
  "git switch -q main; git merge -q --ff-only agent/one; git log -1 --format=%H",
  "git switch -q -c agent/two HEAD~2; echo other > src/0/5.ts; git commit -q -a -m other",
  "git merge -q -m merged main; git log -1 --format=%T",
  "git cherry-pick -x main~1 > /dev/null; git cherry-pick --abort; git log -1 --format=%H",
  "git revert --no-edit HEAD~1 > /dev/null; git log -1 --format=%T",
  "git reset -q --hard HEAD~1; git checkout -q -- .; git log -1 --format=%H",
  "git switch -q -c conflict main; echo a > src/0/6.ts; git commit -q -a -m a",
  "git switch -q -c other main; echo b > src/0/6.ts; git commit -q -a -m b",
  "git merge -q conflict > /dev/null; echo ab > src/0/6.ts; git commit -q -a -m both; git log -1 --format=%T",
  "git rebase -q -i --exec true HEAD~1 > /dev/null 2>&1; git log -1 --format=%T",
  "git commit -q --amend -m better; git log -1 --format=%H",
  "git tag v1; git tag -a -m two v2; git describe; git tag -d v1",
  "git worktree add -q wt -b wt; git -C wt log -1 --format=%H; echo w > wt/w.ts",
  "git -C wt add w.ts; git -C wt commit -q -m w; git worktree remove --force wt; git worktree prune; git log -1 --format=%H wt",
  "git notes add -m note HEAD; git notes show HEAD",
  "git format-patch -q -1 -o /tmp/patches main; git am -q /tmp/patches/*.patch > /dev/null; git am --abort; ls /tmp/patches | wc -l",
  "git bisect start -q HEAD HEAD~2 > /dev/null; git bisect run true > /dev/null; git bisect reset -q; git log -1 --format=%H",
  "git grep -c export -- src/1 | tail -1; git blame -s src/0/0.ts | cat; git diff --stat main | cat",
  "git bundle create -q /tmp/all.bundle main; git archive --format=tar main src/0/0.ts | wc -c",
  "git reflog expire --expire=now --all; git gc -q --prune=now; git fsck --no-dangling",
  "git maintenance run --quiet --task=gc; git count-objects | cat; git branch -q -D conflict 2> /dev/null",
  "git switch -q main; git status --porcelain -z | od -An -c; git rev-parse HEAD agent/one agent/two other wt",
];

/** The same result wherever it's run. */
const settings = `export GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C HOME=/tmp
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
export GIT_AUTHOR_DATE='2026-01-02T03:04:05Z' GIT_COMMITTER_DATE='2026-01-02T03:04:05Z' GIT_EDITOR=true GIT_PAGER=cat
rm -rf /tmp/patches /tmp/all.bundle
`;

/** Prints what each command says and its status. */
export function toScript(commands: readonly string[]): string {
  const steps = commands.map(
    (command, index) => `echo "## ${index}"\n{ ${command}\n} 2>&1\necho "status $?"`,
  );
  return `${settings}${steps.join("\n")}\n`;
}
