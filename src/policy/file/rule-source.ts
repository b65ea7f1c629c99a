/** Where a rule was written, for `policy show`, `policy explain` and the audit. */
export interface RuleSource {
  readonly kind: "project" | "file" | "flag" | "preset" | "agent" | "user" | "worktree";
  /** What the user would recognise: `vaultbox.yaml:7`, `--allow`, `preset:npm`, `work tree` */
  readonly label: string;
}
