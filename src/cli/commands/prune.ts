import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("prune")
    .description("remove what sessions that died left behind; audit logs and kept homes stay")
    .option("--json", "as one JSON document")
    .action(pruneLeftovers);
}

async function pruneLeftovers(flags: { readonly json?: boolean }): Promise<void> {
  const [{ resolvePaths }, { connectEngine }, { prune }, { printJson, printLines }] =
    await Promise.all([
      import("../../config/paths.ts"),
      import("../../docker/connect-engine.ts"),
      import("../../sandbox/leftovers.ts"),
      import("../output.ts"),
    ]);
  const removed = await prune(resolvePaths(), await connectEngine(process.env));
  if (flags.json === true) {
    printJson({ removed });
    return;
  }
  const lines = [
    ...removed.sessions.map((id) => `session ${id}`),
    ...removed.containers.map((name) => `container ${name}`),
    ...removed.volumes.map((name) => `volume ${name}`),
  ];
  printLines(lines.length === 0 ? ["nothing to remove"] : lines.map((line) => `removed ${line}`));
}
