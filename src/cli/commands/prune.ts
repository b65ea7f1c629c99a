import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("prune")
    .description(
      "remove what sessions that died left behind, histories kept for checking pushes, what is known of workspaces that are gone, and conversations beyond their limits",
    )
    .option("--history", "remove all conversations of agents that are kept for projects")
    .option("--json", "as one JSON document")
    .action(pruneLeftovers);
}

interface PruneFlags {
  readonly history?: boolean;
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
  const leftovers = await prune(paths, await connectEngine(process.env));
  const histories = await pruneHistories(paths, { all: flags.history === true });
  const removed = {
    ...leftovers,
    gitCacheBytes: await removeGitCaches(paths.git),
    packagesOf: await removeGonePlainFolders(paths),
    histories: histories.removed,
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
  const note = keptNote(histories.kept);
  if (note !== undefined) printNote(note);
}
