import { execFile } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { resolvePaths } from "../../src/base/paths.ts";
import { defaultWorkspaceSettings } from "../../src/policy/workspace-settings.ts";
import type { Handoff } from "../../src/workspace/handoff/handoff.ts";
import { finishDeadSession } from "../../src/workspace/dead-session.ts";
import {
  openWorkspaceSession,
  type WorkspaceSession,
} from "../../src/workspace/workspace-session.ts";
import { gitEnvironment } from "./git.ts";

const run = promisify(execFile);
const session = "0123456789ab";

/** A workspace, and sessions in it without an engine. */
export interface WorkspacePlace extends AsyncDisposable {
  readonly path: string;
  readonly open: () => WorkspaceSession;
  /** Opens a session and plans its mounts */
  readonly start: () => Promise<WorkspaceSession>;
  /** What the next process finds that the session left, when its own has died */
  readonly finish: () => Promise<Handoff | undefined>;
}

/**
 * @param owner user of everything in it; only root can choose another
 * @param around the folder in which the workspace is made; undefined: beside everything else
 */
export function createWorkspacePlace(
  owner = process.getuid?.() ?? 0,
  around?: string,
): WorkspacePlace {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "vbn-")));
  const path = join(around ?? base, "w");
  const directory = join(base, "run");
  const paths = resolvePaths({ VAULTBOX_HOME: join(base, "home"), XDG_RUNTIME_DIR: base });
  const folder = join(paths.state, "sessions", session);
  for (const one of [path, directory, folder]) mkdirSync(one, { recursive: true });
  for (const one of [base, path, directory, join(base, "home"), paths.state, folder]) {
    chownSync(one, owner, owner);
  }
  const stack = new AsyncDisposableStack();
  // A user that isn't root may not read root's list of folders
  const before = process.env["VAULTBOX_HOME"];
  process.env["VAULTBOX_HOME"] = join(base, "home");
  stack.defer(() => {
    if (before === undefined) delete process.env["VAULTBOX_HOME"];
    else process.env["VAULTBOX_HOME"] = before;
  });
  stack.defer(() => rmSync(base, { recursive: true, force: true }));
  const open = (): WorkspaceSession => {
    const opened = openWorkspaceSession({
      paths,
      session,
      workspace: path,
      settings: defaultWorkspaceSettings,
      mounts: [],
      admit: async () => {},
      pin: async () => {},
    });
    stack.defer(opened.close);
    return opened;
  };
  return {
    path,
    open,
    finish: () => finishDeadSession({ paths, roots: [path], session }),
    start: async () => {
      const opened = open();
      rmSync(join(directory, "shown"), { recursive: true, force: true });
      await opened.mount(directory);
      return opened;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What a sandbox's shell does in a workspace, and what the host's git does later; `$D` is a name that is no UTF-8. */
export async function runShell(
  { path }: { readonly path: string },
  lines: string,
  user = process.getuid?.() ?? 0,
): Promise<string> {
  const env = { ...gitEnvironment, LC_ALL: "C" };
  const script = `D=$(printf 'caf\\351'); ${lines}`;
  const { stdout } = await run("bash", ["-c", script], { cwd: path, env, uid: user, gid: user });
  return stdout;
}
