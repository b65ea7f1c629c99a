import { Command } from "commander";
import type { Engine } from "../../docker/engine.ts";
import type { RemovedImages } from "../../docker/image/remove-images.ts";

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
    .option("--json", "as one JSON document")
    .action(pruneLeftovers);
}

interface PruneFlags {
  readonly history?: boolean;
  readonly images?: boolean;
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
    import("../../config/paths.ts"),
    import("../../docker/connect-engine.ts"),
    import("../../sandbox/leftovers.ts"),
    import("../../sandbox/history/prune-history.ts"),
    import("../../git-cache/git-cache.ts"),
    import("../../sandbox/workspace/scan/plain-folder-record.ts"),
    import("../prune-text.ts"),
    import("../output.ts"),
  ]);
  const paths = resolvePaths();
  const engine = await connectEngine(process.env);
  const leftovers = await prune(paths, engine);
  const images = flags.images === true ? await pruneImages(engine) : undefined;
  const histories = await pruneHistories(paths, { all: flags.history === true });
  const removed = {
    ...leftovers,
    gitCacheBytes: await removeGitCaches(paths.git),
    packagesOf: await removeGonePlainFolders(paths),
    histories: histories.removed,
    ...(images === undefined ? {} : { images: images.removed }),
  };
  if (flags.json === true) {
    printJson({ removed, kept: { histories: histories.kept } });
    return;
  }
  const { handoffLines } = await import("../../sandbox/workspace/handoff/handoff-text.ts");
  for (const { session, handoff } of removed.handoffs) {
    for (const line of handoffLines(handoff, `session ${session}`)) printNote(line);
  }
  printLines(prunedLines(removed));
  for (const tag of images?.used ?? []) printNote(`a container uses the image ${tag}: it is kept`);
  const note = keptNote(histories.kept);
  if (note !== undefined) printNote(note);
}

async function pruneImages(engine: Engine): Promise<RemovedImages> {
  const { agentProfiles } = await import("../../agents/select-agent.ts");
  const { removeImages } = await import("../../docker/image/remove-images.ts");
  const { toAgentPackage } = await import("../agent-package.ts");
  const agents = agentProfiles.flatMap((profile) => toAgentPackage(profile) ?? []);
  return await removeImages(engine, agents, process.env);
}
