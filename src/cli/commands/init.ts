import { resolve } from "node:path";
import { Command } from "commander";
import { given } from "../../base/given.ts";
import { resolvePaths } from "../../base/paths.ts";
import { printLines } from "../output.ts";
import { collect } from "../command-options.ts";

interface InitFlags {
  readonly agent?: string;
  readonly preset: readonly string[];
  readonly workspace: string;
}

const examples = `
The new file is trusted as it was written; after a change, run vaultbox trust.

Examples:
  vaultbox init
  vaultbox init --agent claude --preset npm --preset github`;

export function buildCommand(): Command {
  return new Command("init")
    .description("write a commented vaultbox.yaml; an existing one is never touched")
    .option("--agent <agent>", "the agent that works in this project")
    .option("--preset <preset>", "allow what this preset allows (repeatable)", collect, [])
    .option("--workspace <dir>", "the folder to write it to", ".")
    .addHelpText("after", examples)
    .action(init);
}

async function init(flags: InitFlags): Promise<void> {
  const { initProjectFile } = await import("../../config/init-project-file.ts");
  const { selectAgent } = await import("../../agents/select-agent.ts");
  const { findPreset } = await import("../../presets/presets.ts");
  const { findOldPolicySessions, toOldPolicyLines } = await import("../old-policy-sessions.ts");
  const agent = flags.agent === undefined ? undefined : selectAgent([], flags.agent).name;
  const presets = [...new Set(flags.preset)].map((name) => findPreset(name).name);
  const workspace = resolve(flags.workspace);
  const paths = resolvePaths();
  const path = await initProjectFile({ workspace, presets, ...given({ agent }) }, paths);
  printLines([
    `wrote ${path}, and trusted it as it is`,
    "see what it allows: vaultbox policy show",
    ...toOldPolicyLines(await findOldPolicySessions(path, paths)),
  ]);
}
