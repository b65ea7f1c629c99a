import type { Folder } from "../../../base/fs/beneath.ts";
import type { OtherSystem, PointerFile, SettingsFile } from "../other-system.ts";
import { maxConfigurationBytes } from "../git-configuration.ts";
import type { Look } from "./inspection.ts";
import type { GitSetting } from "../git-setting.ts";

/** The folder of another system's repository: what its settings make a program run, and where else it leads. */
export function inspectOtherSystem(look: Look, folder: Folder, system: OtherSystem): void {
  for (const { path } of [...system.settings, ...system.pointers]) findDetour(look, folder, path);
  for (const file of system.settings) inspectSettings(look, folder, file);
  for (const file of system.pointers) inspectPointer(look, folder, file);
}

/** A file or a link where a folder is on the way: it says that the rest lies elsewhere. */
function findDetour(look: Look, root: Folder, path: string): void {
  const names = path.split("/").slice(0, -1);
  for (const [index, name] of names.entries()) {
    using around = root.openPath(names.slice(0, index));
    const kind = around?.facts(name)?.kind;
    if (around === undefined || kind === undefined || kind === "folder") continue;
    const place = names.slice(0, index + 1).join("/");
    const content = look.note(around, name) ?? around.readLink(name);
    look.danger(`leads elsewhere (${place})`, content, place);
  }
}

function inspectSettings(look: Look, root: Folder, { path, harmless }: SettingsFile): void {
  const found = noteFile(look, root, path);
  const content = found?.content?.subarray(0, maxConfigurationBytes);
  const settings = content && parsePlainSettings(content);
  if (found !== undefined && settings === undefined)
    return look.danger(`has a ${path} that isn't plain`, content ?? found.target, path);
  for (const { key, value = "" } of settings ?? []) {
    const isKnown = harmless.some(([name, accepts]) => name.test(key) && accepts(value));
    if (!isKnown) look.danger(`sets ${key}`, value, path);
  }
}

function inspectPointer(look: Look, root: Folder, { path, isHarmless }: PointerFile): void {
  const found = noteFile(look, root, path);
  if (found === undefined || (found.content && isHarmless(found.content.toString("latin1").trim())))
    return;
  look.danger(`leads elsewhere (${path})`, found.content ?? found.target, path);
}

/** What a file says, and where a link leads; undefined when nothing is there. */
function noteFile(
  look: Look,
  root: Folder,
  path: string,
): { readonly content: Buffer | undefined; readonly target: string | undefined } | undefined {
  const names = path.split("/");
  const name = names.at(-1) ?? "";
  using around = root.openPath(names.slice(0, -1));
  if (around?.facts(name) === undefined) return undefined;
  return { content: look.note(around, name), target: around.readLink(name) };
}

const section = /^\[([\w.-]+)\][ \t]*$/;
const key = /(?:[\w:-]+|"[^"\\]*"|'[^']*')/;
const setting = new RegExp(`^(${key.source}(?:\\.${key.source})*)[ \\t]*=(.*)$`);
const ignored = /^[ \t]*(?:[#;].*|%include builtin:[\w.]+)?$/;
/** A longer one isn't plain */
const maxLineLength = 16_384;
const quotedText = /^(?:"([^"\\]*)"|'([^']*)')$/;

/**
 * Reads settings in the form that INI and TOML share: sections, and a value on the same line. Undefined for anything
 * else, such as lines that go on, or files that are included: what they mean depends on the system.
 */
export function parsePlainSettings(content: Uint8Array): readonly GitSetting[] | undefined {
  const found: GitSetting[] = [];
  let prefix = "";
  for (const line of Buffer.from(content).toString("latin1").split(/\r?\n/)) {
    if (ignored.test(line)) continue;
    const head = section.exec(line);
    if (head !== null) {
      prefix = `${head[1]}.`;
      continue;
    }
    const [, name, value = ""] = setting.exec(line.length > maxLineLength ? "" : line) ?? [];
    const written = value.trim();
    if (name === undefined || /^(?:"""|''')/.test(written)) return undefined;
    const inner = quotedText.exec(written);
    found.push({ key: `${prefix}${name}`, value: inner?.[1] ?? inner?.[2] ?? written });
  }
  return found;
}
