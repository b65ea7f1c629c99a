import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { resolvePaths, type Paths } from "../../src/base/paths.ts";
import {
  defaultWorkspaceSettings,
  type WorkspaceSettings,
} from "../../src/policy/workspace-settings.ts";
import { beginSession, endSession, writeState } from "../../src/base/session-state.ts";
import type { Handoff } from "../../src/workspace/handoff/handoff.ts";
import { openWorkspaceSession } from "../../src/workspace/workspace-session.ts";

const run = promisify(execFile);

/** A session of which there is nothing but its workspace. */
export interface OpenSession {
  readonly id: string;
  /** Paths of what its sandbox doesn't see */
  readonly hidden: readonly string[];
  /** Scans at the workspace, and ends the session */
  readonly end: (signal?: AbortSignal) => Promise<Handoff>;
  /** Lets it look as if its process had died, before or after it looked at the workspace */
  readonly die: (options?: { readonly hasLooked?: boolean }) => Promise<void>;
}

/** A workspace without an engine, and sessions in it that know of each other. */
export interface SessionsPlace extends AsyncDisposable {
  readonly paths: Paths;
  readonly workspace: string;
  readonly open: (options?: {
    readonly workspace?: string;
    readonly settings?: Partial<WorkspaceSettings>;
  }) => Promise<OpenSession>;
}

export async function createSessionsPlace(): Promise<SessionsPlace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbp-")));
  const own = join(root, "w");
  await mkdir(own);
  const paths = resolvePaths({ VAULTBOX_HOME: join(root, "v") });
  let sessions = 0;
  return {
    paths,
    workspace: own,
    open: async ({ workspace = own, settings = {} } = {}) => {
      const id = String(++sessions).padStart(12, "0");
      const state = await beginSession(paths, { id, command: [], agent: "", workspace });
      const files = openWorkspaceSession({
        paths,
        session: id,
        workspace,
        settings: { ...defaultWorkspaceSettings, ...settings },
        mounts: [],
        admit: () => Promise.resolve(),
        pin: () => Promise.resolve(),
      });
      const { hidden } = await files.mount(await mkdtemp(join(root, "s-")));
      return {
        id,
        hidden,
        end: async (signal) => {
          const handoff = await files.inspect(signal);
          await files.close();
          await endSession(paths, state, 0);
          if (handoff === undefined) throw new Error("the session was not looked at");
          return handoff;
        },
        die: async ({ hasLooked = false } = {}) => {
          if (hasLooked) await files.inspect();
          await files.close();
          await writeState(paths, { ...state, owner: { ...state.owner, boot: "another" } });
        },
      };
    },
    // `rm` of Node takes no path of this length
    [Symbol.asyncDispose]: async () => void (await run("rm", ["-rf", root])),
  };
}
