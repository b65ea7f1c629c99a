import { isAbsolute, join } from "node:path";
import { inState, readOwnHome, resolveBaseFolder, resolveStateFolder } from "./state-folder.ts";

/** Where vaultbox keeps things on disk. */
export interface Paths {
  readonly config: string;
  readonly vaults: string;
  readonly state: string;
  readonly sessions: string;
  /** What the host knows of upstream repositories; can be fetched again */
  readonly git: string;
  /** Short, because a unix socket path has 104 bytes at most on macOS */
  readonly runtime: string;
}

/**
 * `VAULTBOX_HOME` moves all of it; otherwise the XDG base directories.
 * @throws VaultboxError VBX_CONFIG_INVALID when one of these variables can't be used
 */
export function resolvePaths(env: NodeJS.ProcessEnv = process.env): Paths {
  const root = readOwnHome(env);
  const state = resolveStateFolder(env);
  if (root !== undefined) {
    return {
      config: join(root, "config"),
      vaults: join(root, "vaults"),
      state,
      sessions: inState(state, "sessions"),
      git: inState(state, "git"),
      runtime: join(root, "run"),
    };
  }
  const runtimeRoot = env["XDG_RUNTIME_DIR"];
  return {
    config: join(resolveBaseFolder(env, "XDG_CONFIG_HOME", ".config"), "vaultbox"),
    vaults: join(resolveBaseFolder(env, "XDG_DATA_HOME", ".local/share"), "vaultbox", "vaults"),
    state,
    sessions: inState(state, "sessions"),
    git: inState(state, "git"),
    // Not in the shared temporary folder: whoever made `/tmp/vaultbox-1000` first would own what is put in it
    runtime:
      runtimeRoot !== undefined && isAbsolute(runtimeRoot)
        ? join(runtimeRoot, "vaultbox")
        : inState(state, "run"),
  };
}
