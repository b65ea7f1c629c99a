import { VaultboxError } from "../../../base/errors.ts";
import { readWritableFolders } from "../../../base/folder-list.ts";
import { withoutPrograms } from "../../../base/program-environment.ts";
import { findProgram } from "../../../base/find-program.ts";
import { quoted } from "../../../base/printable.ts";
import { type GitProgram, readGit } from "./git-process.ts";
import { oldestGit } from "./limits.ts";

const versionTimeoutMs = 10_000;
const hints: readonly string[] = [
  `install git ${oldestGit.join(".")} or newer on the host, or leave out what must be checked (a rule with force, and without paths, needs no look at the pack)`,
];

/**
 * Finds git on the search path, where neither a project nor a sandbox could have put it.
 * @throws VaultboxError VBX_GIT_UNUSABLE when it's missing or too old
 */
export async function findGit(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<GitProgram> {
  const folders = withoutPrograms(readWritableFolders(environment));
  const program = findProgram("git", environment["PATH"] ?? "", folders);
  if ("why" in program) {
    throw unusable(program.why === "ENOENT" ? "there is no git on the search path" : program.why);
  }
  const { file } = program;
  const version = await readVersion(file);
  if (version !== undefined && isNewEnough(version)) return { file, version };
  throw unusable(`${quoted(file)} is ${version === undefined ? "not a git" : `git ${version}`}`);
}

/** Whether `2.39.5`, as `git version` says it, is one that can be used. */
export function isNewEnough(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > oldestGit[0] || (major === oldestGit[0] && minor >= oldestGit[1]);
}

async function readVersion(file: string): Promise<string | undefined> {
  const { signal } = new AbortController();
  const place = { git: { file }, repository: "/", signal, timeoutMs: versionTimeoutMs };
  const { status, stdout } = await readGit({ ...place, args: ["version"] });
  return status === 0 ? /^git version (\d+\.\d+(?:\.\d+)*)/.exec(stdout)?.[1] : undefined;
}

function unusable(why: string): VaultboxError {
  return new VaultboxError(
    "VBX_GIT_UNUSABLE",
    `pushes that must be checked need git ${oldestGit.join(".")} or newer on the host: ${why}`,
    { hints },
  );
}
