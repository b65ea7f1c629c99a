import {
  readChoice,
  readList,
  readMap,
  readString,
  report,
  type Field,
  type FileReader,
} from "./yaml-reader.ts";

/** `workspace:` of the project file: what of the mounted folder the sandbox may read and change. */
export interface WorkspaceSettings {
  /** Globs of what is hidden; `default` is vaultbox's own list, `!glob` an exception; empty hides nothing */
  readonly hide: readonly string[];
  /** Whether what git runs is kept from the sandbox */
  readonly protect: "default" | "none";
}

export const workspaceKeys = ["hide", "protect"] as const;
export const protectChoices = ["default", "none"] as const;
export const defaultWorkspaceSettings: WorkspaceSettings = {
  hide: ["default"],
  protect: "default",
};

const maxGlobs = 100;
/** Relative, without steps upwards; a glob is matched, never opened. */
const globShape = /^!?(?!\/*$)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]{1,200}$/;

export function parseWorkspace(reader: FileReader, field: Field): WorkspaceSettings {
  const fields = readMap(reader, field, workspaceKeys) ?? {};
  const hide = fields.hide === undefined ? undefined : readGlobs(reader, fields.hide);
  const protect = fields.protect && readChoice(reader, fields.protect, protectChoices);
  return {
    hide: hide ?? defaultWorkspaceSettings.hide,
    protect: protect ?? defaultWorkspaceSettings.protect,
  };
}

function readGlobs(reader: FileReader, field: Field): readonly string[] {
  const items = readList(reader, field) ?? [];
  if (items.length > maxGlobs) report(reader, field, `write ${maxGlobs} globs at most`);
  return items.flatMap((item) => {
    const text = readString(reader, item);
    if (text === undefined || globShape.test(text)) return text ?? [];
    report(reader, item, "write a name or a path below the workspace, such as .env* or private/**");
    return [];
  });
}
