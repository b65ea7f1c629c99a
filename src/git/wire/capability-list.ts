import { quoted } from "../../base/printable.ts";
import { GitProtocolError } from "./git-protocol-error.ts";
import type { ObjectFormat } from "./object-id.ts";

/** What a peer can do, or chose: `name` or `name=value` (gitprotocol-capabilities). */
export type Capabilities = ReadonlyMap<string, string | true>;

/**
 * Reads the list behind the NUL of a first line. Of a repeated capability the first counts, as in git.
 * @throws GitProtocolError for anything but printable ASCII: git separates at tabs and line breaks too, others may not
 */
export function parseCapabilities(text: string): Capabilities {
  if (!/^[ -~]*$/.test(text)) {
    throw new GitProtocolError(`the capability list ${quoted(text)} isn't printable ASCII`);
  }
  const capabilities = new Map<string, string | true>();
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const at = word.indexOf("=");
    const name = at === -1 ? word : word.slice(0, at);
    if (!capabilities.has(name)) capabilities.set(name, at === -1 ? true : word.slice(at + 1));
  }
  return capabilities;
}

/** @throws GitProtocolError for a format that isn't known */
export function readObjectFormat(capabilities: Capabilities): ObjectFormat {
  const format = capabilities.get("object-format") ?? "sha1";
  if (format === "sha1" || format === "sha256") return format;
  throw new GitProtocolError(`the object format ${quoted(String(format))} isn't known`);
}
