import { readChosenFile, vouchForChosenFile, type ChosenFileRules } from "../config/chosen-file.ts";
import { caFileHint, parseCaFile } from "../proxy/upstream/upstream-roots.ts";

const kind = {
  // Room for a system's whole bundle several times
  maxBytes: 4 * 1024 * 1024,
  code: "VBX_UPSTREAM_CA_INVALID",
  cannot: "cannot use the CA file",
  hint: caFileHint,
} as const;

/**
 * The certificates of the files that `--upstream-ca` names, one PEM text each.
 * @throws VaultboxError VBX_UPSTREAM_CA_INVALID, VBX_FILE_UNTRUSTED when a sandbox could have written one
 */
export async function readUpstreamCa(
  files: readonly string[],
  rules: ChosenFileRules,
): Promise<readonly string[]> {
  const certificates: string[] = [];
  for (const name of files) {
    const file = await readChosenFile(name, kind);
    await vouchForChosenFile(name, file, rules);
    certificates.push(...parseCaFile(name, Buffer.from(file.content).toString("utf8")));
  }
  return certificates;
}
