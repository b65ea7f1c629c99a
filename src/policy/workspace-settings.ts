/** `workspace:` of the project file: what of the mounted folder the sandbox may read and change. */
export interface WorkspaceSettings {
  /** Globs of what is hidden; `default` is vaultbox's own list, `!glob` an exception; empty hides nothing */
  readonly hide: readonly string[];
  /** Whether what git runs is kept from the sandbox */
  readonly protect: "default" | "none";
}

export const defaultWorkspaceSettings: WorkspaceSettings = {
  hide: ["default"],
  protect: "default",
};
