import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("prune")
    .description(
      "remove what sessions that died left behind, histories kept for checking pushes, and what is known of workspaces that are gone",
    )
    .option("--json", "as one JSON document")
    .action(pruneLeftovers);
}

async function pruneLeftovers(flags: { readonly json?: boolean }): Promise<void> {
  const [
    { resolvePaths },
    { connectEngine },
    { prune },
    { removeGitCaches },
    { removeGonePlainFolders },
    { formatSize },
    { printJson, printLines, printNote },
    { quoted },
  ] = await Promise.all([
    import("../../config/paths.ts"),
    import("../../docker/connect-engine.ts"),
    import("../../sandbox/leftovers.ts"),
    import("../../git-cache/git-cache.ts"),
    import("../../sandbox/workspace/scan/plain-folder-record.ts"),
    import("../../units.ts"),
    import("../output.ts"),
    import("../../printable.ts"),
  ]);
  const paths = resolvePaths();
  const leftovers = await prune(paths, await connectEngine(process.env));
  const removed = {
    ...leftovers,
    gitCacheBytes: await removeGitCaches(paths.git),
    packagesOf: await removeGonePlainFolders(paths),
  };
  if (flags.json === true) {
    printJson({ removed });
    return;
  }
  const { handoffLines } = await import("../../sandbox/workspace/handoff/handoff-text.ts");
  for (const { session, handoff } of removed.handoffs) {
    for (const line of handoffLines(handoff, `session ${session}`)) printNote(line);
  }
  const lines = [
    ...removed.sessions.map((id) => `session ${id}`),
    ...removed.containers.map((name) => `container ${name}`),
    ...removed.volumes.map((name) => `volume ${name}`),
    ...(removed.gitCacheBytes === 0
      ? []
      : [`what is known of upstream repositories (${formatSize(removed.gitCacheBytes)})`]),
    ...removed.packagesOf.map(
      (path) => `what is known of the packages of ${quoted(path)}, which is gone`,
    ),
  ];
  printLines(lines.length === 0 ? ["nothing to remove"] : lines.map((line) => `removed ${line}`));
}
