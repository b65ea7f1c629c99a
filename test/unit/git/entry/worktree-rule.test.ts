import { expect, test } from "vitest";
import { toWorktreeNotes } from "../../../../src/git/entry/worktree-rule.ts";
import { gitRule } from "../../../support/git-rule.ts";

test("only the rule that run made by itself has a note, and its command is safe for a shell", () => {
  const source = { kind: "worktree", label: "work tree" } as const;
  expect(toWorktreeNotes([gitRule(), gitRule({ source })])).toEqual([
    "git: acme/widgets may be read; to let it push: vaultbox run --git 'https://github.com/acme/widgets:push=agent/*'",
  ]);
  const [note] = toWorktreeNotes([gitRule({ source, repository: "acme/a';reboot;'" })]);
  expect(note).toContain(String.raw`'https://github.com/acme/a'\'';reboot;'\'':push=agent/*'`);
});
