import { Option, type Command } from "commander";
import { VaultboxError } from "../base/errors.ts";
import { findToolFault, maxTools, type ImageSettings } from "../policy/image-settings.ts";
import { collect } from "./policy-options.ts";

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
