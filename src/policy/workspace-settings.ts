import { readChoice, readList, readMap, readShaped, type Field } from "./file/fields.ts";

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

export const workspaceKeys = ["hide", "protect"] as const;
export const protectChoices = ["default", "none"] as const;
const maxGlobs = 100;
/** Relative, without steps upwards; a glob is matched, never opened. */
const globShape = /^!?(?!\/*$)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]{1,200}$/;
const notAGlob = "write a name or a path below the workspace, such as .env* or private/**";

export function parseWorkspace(field: Field): WorkspaceSettings {
  const { hide, protect } = readMap(field, workspaceKeys) ?? {};
  const readGlob = (item: Field) => readShaped(item, globShape, notAGlob);
  const limit = { max: maxGlobs, tooMany: `write ${maxGlobs} globs at most` };
  return {
    hide: readList(hide, readGlob, limit) ?? defaultWorkspaceSettings.hide,
    protect: readChoice(protect, protectChoices) ?? defaultWorkspaceSettings.protect,
  };
}
