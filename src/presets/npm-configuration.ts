import { VaultboxError } from "../base/errors.ts";
import type { RunClient } from "./run-client.ts";

/**
 * The registry of the user's npm first, then those of scopes (`@scope:registry`).
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED
 */
export async function readNpmUrls(run: RunClient): Promise<readonly string[]> {
  try {
    const registry = await run("npm", ["config", "get", "registry"]);
    const settings: unknown = JSON.parse(await run("npm", ["config", "list", "--json"]));
    return [registry.trim(), ...scopeRegistries(settings)];
  } catch (cause) {
    throw new VaultboxError(
      "VBX_HOST_COMMAND_FAILED",
      "cannot read the registry of your npm configuration: npm did not answer",
      {
        hints: [
          "install npm on this machine, or leave the preset out and allow the registry's host: --allow HOST",
        ],
        cause,
      },
    );
  }
}

function scopeRegistries(settings: unknown): readonly string[] {
  if (typeof settings !== "object" || settings === null) return [];
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) =>
    key.startsWith("@") && key.endsWith(":registry") && typeof value === "string" ? [value] : [],
  );
}
