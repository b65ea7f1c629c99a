import { given } from "../base/given.ts";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { SessionPolicyOptions } from "./session-policy.ts";

/** The flags of every command that makes a session's policy, as commander parses them. */
export interface PolicyFlags {
  readonly allow: readonly string[];
  readonly git: readonly string[];
  readonly policy?: string;
  readonly workspace: string;
  readonly agent?: string;
}

/** Adds `--allow`, `--git`, `--policy`, `--workspace` and `--agent`. */
export function addPolicyOptions(command: Command): Command {
  return command
    .option("--allow <rule>", 'a host, "METHODS URL" or preset:NAME (repeatable)', collect, [])
    .option(
      "--git <url[:key=value]>",
      "a repository that may be read, and pushed with :push=agent/* (repeatable)",
      collect,
      [],
    )
    .option("--policy <file>", "use this file's egress and limits instead of the project file's")
    .option("--workspace <dir>", "the folder of the project", ".")
    .option("--agent <agent>", "prepare the run for this agent, whatever the command is");
}

export function toSessionPolicyOptions(
  flags: PolicyFlags,
  command: readonly string[] = [],
): SessionPolicyOptions {
  return {
    workspace: resolve(flags.workspace),
    allow: flags.allow,
    git: flags.git,
    command,
    ...given({ policy: flags.policy, agent: flags.agent }),
  };
}

/** For an option that can be repeated. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
