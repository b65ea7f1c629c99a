import type { GitSetting } from "../git-setting.ts";

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
