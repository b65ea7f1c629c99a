import { connectEngine } from "../../engine/connect-engine.ts";
import type { Engine } from "../../engine/engine.ts";
import { isVaultboxError, VaultboxError } from "../../base/errors.ts";

/** The engine that is there; that it isn't needed is the user's to say. @throws VaultboxError VBX_ENGINE_UNREACHABLE */
export async function connectToUninstall(env: NodeJS.ProcessEnv): Promise<Engine> {
  try {
    return await connectEngine(env);
  } catch (cause) {
    if (!isVaultboxError(cause, "VBX_ENGINE_UNREACHABLE")) throw cause;
    const hints = [
      ...cause.hints.slice(0, 1),
      "without what is on it: vaultbox uninstall --no-engine",
    ];
    throw new VaultboxError(cause.code, cause.message, { hints, cause });
  }
}
