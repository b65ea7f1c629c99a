import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BindMount } from "../../src/engine/engine.ts";
import { resolvePaths } from "../../src/base/paths.ts";
import {
  defaultWorkspaceSettings,
  type WorkspaceSettings,
} from "../../src/policy/workspace-settings.ts";
import type { Handoff } from "../../src/workspace/handoff/handoff.ts";
import { openWorkspaceSession } from "../../src/workspace/workspace-session.ts";

/** A workspace whose sandbox is a function of the test. */
export interface WorkspaceFolder extends AsyncDisposable {
  readonly workspace: string;
  /** Opens a session, lets `work` be its sandbox, and closes it. */
  readonly during: (
    work: (sandbox: { readonly copies: readonly BindMount[] }) => Promise<void>,
    settings?: WorkspaceSettings,
  ) => Promise<Handoff>;
}

export async function createWorkspaceFolder(): Promise<WorkspaceFolder> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbh-")));
  const workspace = join(root, "w");
  await mkdir(workspace);
  const paths = resolvePaths({ VAULTBOX_HOME: join(root, "v") });
  let sessions = 0;
  return {
    workspace,
    during: async (work, settings = defaultWorkspaceSettings) => {
      const session = String(++sessions).padStart(12, "0");
      await mkdir(join(paths.sessions, session), { recursive: true });
      const files = openWorkspaceSession({
        paths,
        session,
        workspace,
        settings,
        mounts: [],
        admit: () => Promise.resolve(),
        pin: () => Promise.resolve(),
      });
      const { binds } = await files.mount(await mkdtemp(join(root, "s-")));
      await work({ copies: binds.filter(({ source, target }) => source !== target) });
      const handoff = await files.inspect();
      await files.close();
      if (handoff === undefined) throw new Error("the session was not looked at");
      return handoff;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Writes a file, and the folders around it. */
export async function writeInto(workspace: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await writeFile(join(workspace, path), content);
}
