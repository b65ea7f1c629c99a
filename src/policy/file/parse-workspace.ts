import {
  readChoice,
  readList,
  readMap,
  readString,
  report,
  type Field,
  type FileReader,
} from "./fields.ts";
import { defaultWorkspaceSettings, type WorkspaceSettings } from "../workspace-settings.ts";

export const workspaceKeys = ["hide", "protect"] as const;
export const protectChoices = ["default", "none"] as const;
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
