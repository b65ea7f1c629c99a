import { given } from "../../base/given.ts";
import { Command } from "commander";
import type { Engine } from "../../engine/engine.ts";
import type { Paths } from "../../base/paths.ts";
import type { LeftHandoff } from "../../session/leftovers.ts";
import type { RemovedRecords } from "../../session/remove-records.ts";
import type { RemovedImages } from "../../engine/image/remove-images.ts";

export function buildCommand(): Command {
  return new Command("prune")
    .description(
      "remove what sessions that died left behind, histories kept for checking pushes, what is known of workspaces that are gone, and conversations beyond their limits",
    )
    .option("--history", "remove all conversations of agents that are kept for projects")
    .option(
      "--images",
      "also remove images of older versions, and those with tools or on your own images",
    )
    .option(
      "--sessions <age>",
      "also remove the audit logs, and all else that is recorded, of sessions that ended longer ago, as in 90d",
    )
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox prune --images --sessions 90d")
    .action(pruneLeftovers);
}

/** Of logs: ten years. */
const maxAgeMs = 3650 * 86_400_000;

interface PruneFlags {
  readonly history?: boolean;
  readonly images?: boolean;
  readonly sessions?: string;
  readonly json?: boolean;
}

async function pruneLeftovers(flags: PruneFlags): Promise<void> {
  const [
    { resolvePaths },
    { connectEngine },
    { prune },
    { pruneHistories },
    { removeGitCaches },
    { removeGonePlainFolders },
    { keptNote, prunedLines },
    { printJson, printLines, printNote },
  ] = await Promise.all([
    import("../../base/paths.ts"),
    import("../../engine/connect-engine.ts"),
    import("../../session/leftovers.ts"),
    import("../../sandbox/home/history/prune-history.ts"),
    import("../../git/push/cache/git-cache.ts"),
    import("../../workspace/scan/plain-folder-record.ts"),
    import("../prune-text.ts"),
    import("../output.ts"),
  ]);
  const paths = resolvePaths();
  const before = flags.sessions === undefined ? undefined : await toTime(flags.sessions);
  const engine = await connectEngine(process.env);
  const { handoffLines } = await import("../../workspace/handoff/handoff-text.ts");
  const handoffs: LeftHandoff[] = [];
  const leftovers = await prune(paths, engine, (left) => {
    handoffs.push(left);
    if (flags.json === true) return;
    for (const line of handoffLines(left.handoff, `session ${left.session}`)) printNote(line);
  });
  const images = flags.images === true ? await pruneImages(engine) : undefined;
  const records = before === undefined ? undefined : await pruneRecords(paths, before);
  const histories = await pruneHistories(paths, { all: flags.history === true });
  const removed = {
    ...leftovers,
    handoffs,
    gitCacheBytes: await removeGitCaches(paths.git),
    packagesOf: await removeGonePlainFolders(paths),
    histories: histories.removed,
    ...given({ records, images: images?.removed }),
  };
  if (flags.json === true) {
    printJson({ removed, kept: { histories: histories.kept } });
    return;
  }
  printLines(prunedLines(removed));
  for (const tag of images?.used ?? []) printNote(`a container uses the image ${tag}: it is kept`);
  const note = keptNote(histories.kept);
  if (note !== undefined) printNote(note);
}

/** Before anything is removed. @throws VaultboxError VBX_USAGE */
async function toTime(age: string): Promise<string> {
  const { parseDuration } = await import("../../base/units.ts");
  return new Date(Date.now() - parseDuration(age, maxAgeMs)).toISOString();
}

async function pruneRecords(paths: Paths, before: string): Promise<RemovedRecords> {
  const { removeOldRecords } = await import("../../session/remove-records.ts");
  return await removeOldRecords(paths, before);
}

async function pruneImages(engine: Engine): Promise<RemovedImages> {
  const { agentProfiles } = await import("../../agents/select-agent.ts");
  const { removeImages } = await import("../../engine/image/remove-images.ts");
  const { toAgentPackage } = await import("../../agents/agent-profile.ts");
  const agents = agentProfiles.flatMap((profile) => toAgentPackage(profile) ?? []);
  return await removeImages(engine, agents, process.env);
}
