import type { GitSetting } from "./git-setting.ts";

const maxSectionLength = 1024;
const section = /^\[([A-Za-z0-9-]+)(?: "([\w./@:+*-]+)")?\]$/;
const setting =
  /^[ \t]*([A-Za-z][A-Za-z0-9-]*) = ([!$%&'()*+,./:<=>?@[\]^`{|}~\w-]+(?: [!$%&'()*+,./:<=>?@[\]^`{|}~\w-]+)*)$/;

/**
 * Reads a configuration that git wrote itself and nobody adorned: sections, and `name = value` without quotes, escapes,
 * comments, continued lines or carriage returns. Within that there is one way to read it. Undefined for anything else,
 * which only git can be asked about; that takes 5 to 15 `ms` for each repository.
 */
export function parsePlainConfiguration(content: Uint8Array): readonly GitSetting[] | undefined {
  const text = Buffer.from(content).toString("latin1");
  const settings: GitSetting[] = [];
  let prefix: string | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const head = section.exec(line);
    if (head !== null) {
      // It would be repeated for each of its settings
      if (line.length > maxSectionLength) return undefined;
      const [, name = "", inner] = head;
      prefix = inner === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${inner}`;
      continue;
    }
    const [, name, value] = setting.exec(line) ?? [];
    if (prefix === undefined || name === undefined) return undefined;
    settings.push({ key: `${prefix}.${name.toLowerCase()}`, value });
  }
  return settings;
}
