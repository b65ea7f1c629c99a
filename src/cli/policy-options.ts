import { given } from "../base/given.ts";
import { resolve } from "node:path";
import type { Command } from "commander";
import { entryKinds } from "../session/entry-kinds.ts";
import type { PolicyOptions } from "../session/plan/session-policy.ts";

/** The flags of every command that makes a session's policy, as commander parses them. */
export interface PolicyFlags {
  readonly allow: readonly string[];
  readonly policy?: string;
  readonly workspace: string;
  readonly agent?: string;
}

/** Adds `--allow`, the flags of entry kinds (`--git`), `--policy`, `--workspace` and `--agent`. */
export function addPolicyOptions(command: Command): Command {
  command.option(
    "--allow <rule>",
    'a host, "METHODS URL" or preset:NAME (repeatable)',
    collect,
    [],
  );
  for (const { key, flag } of entryKinds) {
    if (flag === undefined) continue;
    command.option(`--${key} <${flag.value}>`, `${flag.help} (repeatable)`, collect, []);
  }
  return command
    .option("--policy <file>", "use this file's egress and limits instead of the project file's")
    .option("--workspace <dir>", "the folder of the project", ".")
    .option("--agent <agent>", "prepare the run for this agent, whatever the command is");
}

export function toPolicyOptions(
  flags: PolicyFlags,
  command: readonly string[] = [],
): PolicyOptions {
  return {
    workspace: resolve(flags.workspace),
    allow: flags.allow,
    entryFlags: toEntryFlags(flags),
    command,
    ...given({ policy: flags.policy, agent: flags.agent }),
  };
}

/** The values of the flags of entry kinds, by their keys. */
function toEntryFlags(flags: object): Readonly<Record<string, readonly string[]>> {
  const values: Readonly<Record<string, unknown>> = { ...flags };
  const keys = entryKinds.flatMap(({ key, flag }) => (flag === undefined ? [] : [key]));
  return Object.fromEntries(keys.map((key) => [key, values[key] as readonly string[]]));
}

/** For an option that can be repeated. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
