import type { GitPlace } from "../../support/git-place.ts";

/**
 * A bare `repo.git` that takes every kind of push, and a clone of it in `work`, with one commit on main, one more in the
 * clone, and `url` as its remote.
 */
export async function makeWorkTree(
  place: GitPlace,
  options: { readonly format?: "sha1" | "sha256"; readonly url: string },
): Promise<void> {
  const { format = "sha1", url } = options;
  const work = { cwd: "work" };
  await place.git(["init", "-q", "-b", "main", `--object-format=${format}`, "work"]);
  await place.git(["commit", "-q", "--allow-empty", "-m", "one"], work);
  await place.git(["clone", "-q", "--bare", "work", "repo.git"]);
  for (const setting of [
    ["receive.advertisePushOptions", "true"],
    ["receive.advertiseAtomic", "true"],
    ["receive.denyDeleteCurrent", "ignore"],
    ["receive.shallowUpdate", "true"],
    ["receive.certNonceSeed", "seed"],
  ] as const) {
    await place.git(["config", ...setting], { cwd: "repo.git" });
  }
  await place.git(["remote", "add", "origin", `${url}/repo.git`], work);
  await place.git(["commit", "-q", "--allow-empty", "-m", "two"], work);
}

/** Full ref name → object id of the bare repository. */
export async function readRefs(place: GitPlace): Promise<ReadonlyMap<string, string>> {
  const list = ["for-each-ref", "--format=%(refname) %(objectname)"];
  const { stdout } = await place.git(list, { cwd: "repo.git" });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => line.split(" ") as [string, string]));
}
