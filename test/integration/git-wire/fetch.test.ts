import { expect, test } from "vitest";
import { type Advertisement, parseAdvertisement } from "../../../src/git/wire/advertisement.ts";
import { toFetchRequest, type UploadPackRequest } from "../../../src/git/wire/fetch-request.ts";
import { type FetchResponse, readFetchResponse } from "../../../src/git/wire/fetch-response.ts";
import { GitProtocolError } from "../../../src/git/wire/git-protocol-error.ts";
import type { NextPiece } from "../../../src/git/wire/pkt-reader.ts";
import { startGitBackend } from "../../support/git-backend.ts";
import { drain } from "../../support/git-pieces.ts";
import { type GitPlace, makeGitPlace } from "../../support/git-place.ts";

type Version = 0 | 1 | 2;
type Format = "sha1" | "sha256";

/** A repository of three commits on main, with a tag; resolves to the commits, oldest first. */
async function makeHistory(place: GitPlace, format: Format): Promise<readonly string[]> {
  await place.git(["init", "-q", "-b", "main", `--object-format=${format}`, "work"]);
  const ids: string[] = [];
  for (const name of ["one", "two", "three"]) {
    await place.git(["commit", "-q", "--allow-empty", "-m", name], { cwd: "work" });
    await place.git(
      ["update-index", "--add", "--cacheinfo", `100644,${await blob(place)},${name}`],
      {
        cwd: "work",
      },
    );
    await place.git(["commit", "-q", "--amend", "--no-edit"], { cwd: "work" });
    ids.push((await place.git(["rev-parse", "HEAD"], { cwd: "work" })).stdout.trim());
  }
  await place.git(["tag", "-a", "v1", "-m", "v1"], { cwd: "work" });
  await place.git(["clone", "-q", "--bare", "work", "repo.git"]);
  await place.git(["config", "uploadpack.allowFilter", "true"], { cwd: "repo.git" });
  await place.git(["config", "uploadpack.allowAnySHA1InWant", "true"], { cwd: "repo.git" });
  return ids;
}

async function blob(place: GitPlace): Promise<string> {
  const input = Buffer.from(String(Math.random()).repeat(50));
  return (await place.git(["hash-object", "-w", "--stdin"], { cwd: "work", input })).stdout.trim();
}

function toReader(response: Response): NextPiece {
  const reader = response.body!.getReader();
  return async () => {
    const { value } = await reader.read();
    return value === undefined ? undefined : Buffer.from(value);
  };
}

async function discover(url: string, version: Version): Promise<Advertisement> {
  const headers = { "Git-Protocol": `version=${version}` };
  const response = await fetch(`${url}/repo.git/info/refs?service=git-upload-pack`, { headers });
  return await parseAdvertisement(toReader(response));
}

async function post(url: string, { headers, body }: UploadPackRequest): Promise<NextPiece> {
  const init = {
    method: "POST",
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  };
  return toReader(
    await fetch(`${url}/repo.git/git-upload-pack`, { ...init, body: new Uint8Array(body) }),
  );
}

/** Types of the objects of a pack, by id. */
async function unpack(
  place: GitPlace,
  response: FetchResponse,
  format: Format,
): Promise<ReadonlyMap<string, string>> {
  const pack = await drain(response.next);
  await place.git(["init", "-q", "--bare", `--object-format=${format}`, "into.git"]);
  const indexed = await place.git(["index-pack", "--stdin"], { cwd: "into.git", input: pack });
  expect(indexed).toMatchObject({ status: 0 });
  const list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"];
  const { stdout } = await place.git(list, { cwd: "into.git" });
  const lines = stdout.trim().split("\n");
  return new Map(lines.map((line) => line.split(" ") as [string, string]));
}

function countTypes(objects: ReadonlyMap<string, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of objects.values()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

const dialects = [
  [0, "sha1"],
  [1, "sha1"],
  [2, "sha1"],
  [0, "sha256"],
  [2, "sha256"],
] as const;

test.each(dialects)(
  "the refs of a real server come in version %i with %s, or with version 2 what it can do",
  async (version, format) => {
    await using place = await makeGitPlace();
    const ids = await makeHistory(place, format);
    await using server = await startGitBackend(place.folder);
    const { refs, peeled, ...found } = await discover(server.url, version);
    expect(found).toMatchObject({ version, objectFormat: format });
    const listed = version === 2 ? undefined : ids[2];
    expect(refs.get("refs/heads/main")).toBe(listed);
    expect(refs.get("HEAD")).toBe(listed);
    expect(peeled.get("refs/tags/v1")).toBe(listed);
    expect(found.capabilities.has("fetch")).toBe(version === 2);
  },
);

test.each(dialects)(
  "version %i with %s gives the commits of a history, with or without what is here, and the trees of one commit",
  async (version, format) => {
    await using place = await makeGitPlace();
    const ids = await makeHistory(place, format);
    await using server = await startGitBackend(place.folder);
    const found = await discover(server.url, version);
    const ask = async (
      wish: Pick<Parameters<typeof toFetchRequest>[0], "haves" | "filter" | "depth">,
    ): Promise<FetchResponse> => {
      const request = toFetchRequest({ ...found, ...wish, wants: [ids[2]!] });
      return await readFetchResponse(await post(server.url, request), { version });
    };
    const all = await ask({ haves: [], filter: "tree:0" });
    expect(countTypes(await unpack(place, all, format))).toEqual({ commit: 3 });
    const cut = await ask({ haves: [], filter: "blob:none", depth: 1 });
    expect(cut.shallow).toEqual([ids[2]]);
    await using second = await makeGitPlace();
    expect(countTypes(await unpack(second, cut, format))).toEqual({ commit: 1, tree: 1 });
    await using third = await makeGitPlace();
    const newer = await ask({ haves: [ids[0]!], filter: "tree:0" });
    expect([...(await unpack(third, newer, format)).keys()].sort()).toEqual(
      [ids[1]!, ids[2]!].sort(),
    );
  },
);

test.each([0, 2] as const)(
  "a wish that a real server refuses in version %i ends with its words",
  async (version) => {
    await using place = await makeGitPlace();
    await makeHistory(place, "sha1");
    await using server = await startGitBackend(place.folder);
    const found = await discover(server.url, version);
    const request = toFetchRequest({ ...found, wants: ["b".repeat(40)], haves: [] });
    const read = (async () => {
      const response = await readFetchResponse(await post(server.url, request), { version });
      return await drain(response.next);
    })();
    await expect(read).rejects.toThrow(GitProtocolError);
    await expect(read).rejects.toThrow(/the server says: upload-pack: not our ref b+/);
  },
);
