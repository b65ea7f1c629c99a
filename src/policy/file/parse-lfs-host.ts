import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { parseHostPattern } from "../host-pattern.ts";

/**
 * One host where LFS objects may be stored, reached at port 443.
 * @throws VaultboxError VBX_POLICY_INVALID
 */
export function parseLfsHost(text: string): string {
  const { kind, host } = parseHostPattern(text);
  if (kind === "exact") return host;
  throw new VaultboxError(
    "VBX_POLICY_INVALID",
    `invalid host ${quoted(text)}: write each storage host by itself, without *`,
  );
}
