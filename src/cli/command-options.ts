import { given } from "../base/given.ts";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { entryKinds } from "../session/entry-kinds.ts";
import type { PolicyOptions } from "../session/plan/session-policy.ts";
import { VaultboxError } from "../base/errors.ts";
import { findToolFault, type ImageSettings, maxTools } from "../policy/image-settings.ts";

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

/** Adds `--connect-to` and `--upstream-ca`: how this host reaches upstreams, which a project file can't set. */
export function addUpstreamOptions(command: Command): Command {
  return command
    .option(
      "--connect-to <host:port:addr:port>",
      "reach HOST:PORT at ADDR:PORT, as curl does (repeatable)",
      collect,
      [],
    )
    .option(
      "--upstream-ca <file>",
      "trust these certificates for upstreams too (repeatable)",
      collect,
      [],
    );
}

/** Flags that say what the image of a sandbox is made of. */
export interface ImageFlags {
  readonly image?: string;
  readonly package: readonly string[];
  readonly npmPackage: readonly string[];
}

/** Adds `--image`, `--package` and `--npm-package`. */
export function addImageOptions(command: Command): Command {
  return command
    .addOption(new Option("--image <image>", "use this image instead of vaultbox's own"))
    .addOption(repeatable("--package <name>", "add a package of the image's distribution"))
    .addOption(repeatable("--npm-package <name>", "add a package that npm installs"));
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (repeatable)`).argParser(collect).default([]);
}

/**
 * What the flags say of the image.
 * @throws VaultboxError VBX_USAGE
 */
export function readImageFlags(flags: ImageFlags): ImageSettings {
  const packages = flags.package;
  const npm = flags.npmPackage;
  checkTools("--package", packages, "packages");
  checkTools("--npm-package", npm, "npm");
  return { ...(flags.image === undefined ? {} : { from: flags.image }), packages, npm };
}

function checkTools(flag: string, names: readonly string[], kind: "packages" | "npm"): void {
  const fail = (why: string, hint: string): never => {
    throw new VaultboxError("VBX_USAGE", `cannot read ${flag}: ${why}`, { hints: [hint] });
  };
  if (names.length > maxTools) {
    fail(
      `${names.length} packages are more than ${maxTools}`,
      "make an image of your own: --image NAME",
    );
  }
  for (const name of names) {
    const fault = findToolFault(kind, name);
    if (fault !== undefined) fail(fault, "docs/images.md says what can be added, and how");
  }
}
