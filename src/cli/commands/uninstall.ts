import { Command } from "commander";
import type { UninstallFlags } from "../uninstall/uninstall.ts";

const help = `
Vaults stay unless --vaults is given. The program itself, your projects and
images of your own stay.

Examples:
  vaultbox uninstall --dry-run
  vaultbox uninstall --vaults --yes`;

export function buildCommand(): Command {
  return new Command("uninstall")
    .summary("remove what vaultbox has on this machine and its engine")
    .description(
      "remove what vaultbox has on this machine and its engine: images, kept homes, logs, conversations, settings",
    )
    .option("--vaults", "delete the vaults too, with their keys and what the keychain has")
    .option("--force", "end sessions that run, and remove images that others' sessions use")
    .option("--no-engine", "don't ask an engine; what is on it stays")
    .option("--dry-run", "say what goes and what stays, and change nothing")
    .option("-y, --yes", "don't ask")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async (flags: UninstallFlags) => {
      const { uninstall } = await import("../uninstall/uninstall.ts");
      await uninstall(flags);
    });
}
