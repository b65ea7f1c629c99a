import { readdir } from "node:fs/promises";
import { resolvePaths } from "../../base/paths.ts";
import { isSessionId } from "../../base/session-id.ts";
import { inState } from "../../base/state-folder.ts";

/** Reads names that are known without the engine, a vault's content or a question to the user. */
type NameSource = () => Promise<readonly string[]>;

/**
 * The word between the brackets of a flag or an argument, as help shows it, is what it takes: a new flag `--from <vault>`
 * completes vaults. A vault is never opened, so a credential is proposed by the name its preset gives it.
 */
const sources: ReadonlyMap<string, NameSource> = new Map<string, NameSource>([
  ["vault", readVaultNames],
  ["preset", readPresetNames],
  ["preset-or-name", readPresetNames],
  ["credential", readPresetNames],
  ["rule", async () => (await readPresetNames()).map((name) => `preset:${name}`)],
  ["agent", readAgentNames],
  ["session", async () => (await readSorted(resolvePaths().sessions)).filter(isSessionId)],
  ["running-session", async () => (await readSorted(activeFolder())).filter(isSessionId)],
]);

const vaultFile = /^([a-z0-9][a-z0-9._-]*)\.(?:age|keychain)$/i;

/** Names for what help calls `word`; none when they can't be read. */
export async function readKnownNames(word: string): Promise<readonly string[]> {
  const read = sources.get(word);
  // Completion says nothing on the user's prompt line, whatever is wrong
  return read === undefined ? [] : await read().catch(() => []);
}

async function readVaultNames(): Promise<readonly string[]> {
  const files = await readSorted(resolvePaths().vaults);
  return [...new Set(files.flatMap((file) => vaultFile.exec(file)?.[1] ?? []))];
}

function activeFolder(): string {
  return inState(resolvePaths().state, "active");
}

async function readPresetNames(): Promise<readonly string[]> {
  const { listPresets } = await import("../../presets/presets.ts");
  return listPresets().map(({ name }) => name);
}

async function readAgentNames(): Promise<readonly string[]> {
  const { agentProfiles } = await import("../../agents/select-agent.ts");
  return agentProfiles.map(({ name }) => name);
}

async function readSorted(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).toSorted();
}
