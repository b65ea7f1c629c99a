import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitOptions, type GitResult, runGit } from "./git.ts";

type PlaceOptions = Partial<Pick<GitOptions, "cwd" | "input" | "env">>;

/** The real git program, with nothing of this machine's configuration, in a folder of its own. */
export interface GitPlace extends AsyncDisposable {
  readonly folder: string;
  /** Runs in `folder`, or in `options.cwd` within it; never throws for a failing git. */
  readonly git: (args: readonly string[], options?: PlaceOptions) => Promise<GitResult>;
}

export async function makeGitPlace(): Promise<GitPlace> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-git-"));
  // Its home is the folder, with a configuration of its own
  const own = { HOME: folder, GIT_CONFIG_GLOBAL: undefined };
  return {
    folder,
    git: (args, { cwd = ".", input, env }: PlaceOptions = {}) =>
      runGit(args, {
        cwd: join(folder, cwd),
        env: { ...own, ...env },
        ...(input === undefined ? {} : { input }),
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
