import { expect, test } from "vitest";
import { parseAuthority } from "../../../src/http/authority.ts";
import type { HeaderField } from "../../../src/http/header-fields.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import { readSecondResources } from "../../../src/http/second-resource.ts";
import { parseTarget } from "../../../src/http/target.ts";
import { refusalOf } from "../../support/credential-fixtures.ts";
import { recordScore } from "../../support/scoreboard.ts";

function read(
  line: string,
  ...headers: readonly HeaderField[]
): ReturnType<typeof readSecondResources> {
  const [, method = "", host = "", path = ""] = /^(\S+) ([^/]+)(.*)$/.exec(line) ?? [];
  const authority = parseAuthority(host, "https", 443);
  return readSecondResources({ head: { method, headers }, authority, target: { path } });
}

test.each([
  ["PUT s3.example.com/mine/a", ["x-amz-copy-source", "/theirs/k"], "read /theirs/k", "/k"],
  [
    "PUT s3.example.com/mine/a",
    ["X-Amz-Copy-Source", "theirs/a%62c?versionId=3"],
    "read /theirs/abc",
    "/abc",
  ],
  ["PUT mine.s3.eu.example.com/a", ["x-amz-copy-source", "mine/k"], "read /k", "/mine/k"],
  [
    "PUT mine-1.cos.x.example.com/a",
    ["x-cos-copy-source", "mine-1.cos.x.example.com/k"],
    "read /k",
    "/mine-1.cos.x.example.com/k",
  ],
  ["PUT storage.example.com/mine/a", ["x-qs-move-source", "/mine/k"], "move /mine/k", "/k"],
  [
    "PUT a.blob.example.com/c/b",
    ["x-ms-copy-source", "https://a.blob.example.com/c/x?sv=1"],
    "read /c/x",
  ],
  ["PUT a.dfs.example.com/f/b", ["x-ms-rename-source", "/f/x"], "move /f/x"],
  ["PUT swift.example.com/v1/acct/c/o", ["x-copy-from", "/c/x"], "read /v1/acct/c/x"],
  ["PUT rgw.example.com/swift/v1/c/o", ["x-copy-from", "c/x"], "read /swift/v1/c/x"],
  ["COPY dav.example.com/a", ["Destination", "https://dav.example.com/b"], "write /b", "/a"],
  ["COPY dav.example.com/a", ["Destination", "/b"], "write /b", "/a"],
  [
    "COPY dav.example.com/a",
    ["Destination", "/b%23c;d"],
    "write /b%23c;d",
    "write /b",
    "write /b%23c",
    "/a",
  ],
  [
    "PUT s3.example.com/mine/a",
    ["x-amz-copy-source", "mine/k%3F"],
    "read /mine/k%3F",
    "read /mine/k",
    "/k%3F",
    "/k",
  ],
  ["COPY couch.example.com/db/a", ["Destination", "b?rev=1-x"], "write /db/b", "/db/a"],
  ["POST tus.example.com/files", ["Upload-Concat", "final;/files/a"], "read /files/a"],
  [
    "COPY swift.example.com/v1/acct/c/o",
    ["Destination", "c/x"],
    "write /v1/acct/c/x",
    "/v1/acct/c/o",
  ],
] as const)("%s with %j is also a %s", (line, header, required, ...others) => {
  const found = read(line, [header[0], header[1]]);
  const texts = found.map(({ use, path, needs }) =>
    needs === "allowed" ? `${use} ${path}` : path,
  );
  expect(texts).toEqual([required, ...others]);
});

test("a request's own path may have a # or parameters beside a second resource, and no escaped slash", () => {
  const move = (path: string): readonly string[] => {
    const target = parseTarget("MOVE", path);
    const headers: readonly HeaderField[] = [["Destination", "/b"]];
    const authority = parseAuthority("dav.example.com", "https", 443);
    const found = readSecondResources({ head: { method: "MOVE", headers }, authority, target });
    return found.map(({ use, path: other }) => `${use} ${other}`);
  };
  expect(move("/a%23c;d")).toEqual(["write /b", "move /a%23c;d", "move /a", "move /a%23c"]);
  expect(() => move("/a%2Fc")).toThrow("in different ways");
  expect(() => move("/a%2Fc%23d")).toThrow("in different ways");
});

test("a destination that may be a path or an object of Swift's account must be allowed as both", () => {
  const found = read("COPY swift.example.com/v1/acct/c/o", ["Destination", "/c/x"]);
  expect(found.filter(({ needs }) => needs === "allowed").map(({ path }) => path)).toEqual([
    "/c/x",
    "/v1/acct/c/x",
  ]);
});

test("a relative destination must be allowed in every folder that the request is in", () => {
  const found = read("COPY couch.example.com/db/_design/a", ["Destination", "_design/b"]);
  expect(found.filter(({ needs }) => needs === "allowed").map(({ path }) => path)).toEqual([
    "/db/_design/b",
    "/db/_design/_design/b",
  ]);
  const parts = read("POST tus.example.com/f", [
    "Upload-Concat",
    "final;/f/a https://tus.example.com/f/b",
  ]);
  expect(parts.map(({ path }) => path)).toEqual(["/f/a", "/f/b"]);
  expect(read("POST tus.example.com/f", ["Upload-Concat", "partial"])).toEqual([]);
});

test("Overwrite: F makes a destination that isn't replaced", () => {
  const [found] = read("COPY dav.example.com/a", ["Destination", "/b"], ["Overwrite", "F"]);
  expect(found?.use).toBe("create");
});

test.each([
  ["another server", ["Destination", "https://other.example.com/b"]],
  ["a part at another server", ["Upload-Concat", "final;https://other.example.com/f/a"]],
  ["another port", ["Destination", "https://dav.example.com:8443/b"]],
  ["another scheme", ["Destination", "http://dav.example.com/b"]],
  ["no path", ["Destination", "b"]],
  ["dot segments", ["Destination", "/a/../b"]],
  ["user information", ["Destination", "https://dav.example.com@other.example.com/b"]],
  ["a spelling that CGI folds", ["x_amz_copy_source", "/mine/k"]],
  ["another tenant's bucket", ["x-amz-copy-source", "/other:mine/k"]],
  ["a bucket alone", ["x-amz-copy-source", "mine"]],
  ["an access point", ["x-amz-copy-source", "arn:aws:s3:eu-1:1:accesspoint/mine//k"]],
  ["a key that servers decode twice", ["x-amz-copy-source", "/mine/%252e%252e/k"]],
  ["an object's neighbour by name alone", ["x-oss-symlink-target", "k"]],
  ["another account", ["x-copy-from-account", "other"]],
  ["no account to be in", ["x-copy-from", "c/x"]],
  ["a list of two", ["If", "<https://dav.example.com/a> ([x]) <https://other.example.com/> ([y])"]],
] as const)("a header that names %s is refused", (_, header) => {
  const run = () => read("COPY dav.example.com/a", [header[0], header[1]]);
  expect(refusalOf(run)).toMatchObject({ status: 400, reason: "request-invalid" });
});

test.each(["other:c/x", "/other%3Ac/x"])(
  "a container of another tenant is refused: %j",
  (value) => {
    const run = () => read("COPY swift.example.com/v1/acct/c/o", ["Destination", value]);
    expect(refusalOf(run)).toMatchObject({ status: 400 });
  },
);

test("a bucket of another host is refused, and a header that is there twice", () => {
  const copy: HeaderField = ["x-amz-copy-source", "theirs/k"];
  expect(refusalOf(() => read("PUT mine.s3.example.com/a", copy)).message).toContain(
    "it is in another bucket than the host's",
  );
  expect(refusalOf(() => read("PUT s3.example.com/a/b", copy, copy)).message).toContain("twice");
});

test.each(["Range", "Overwrite", "Lock-Token", "Depth", "If-Match", "X-Amz-Copy-Source-Range"])(
  "%s names no second resource",
  (name) => {
    expect(read("PUT dav.example.com/a", [name, "<urn:uuid:1>"])).toEqual([]);
  },
);

/** Values of 45 KB, each of the shapes that a header may name resources in. */
const longValues = [
  "b".repeat(45_000),
  '"'.repeat(45_000),
  `/${"b/".repeat(22_000)}b`,
  "</a> ".repeat(9_000),
  `final;${"/a ".repeat(15_000)}/a`,
  `mine/${"%22".repeat(15_000)}`,
  "(".repeat(45_000),
];

test("one request of 60 KB makes no gigabyte of paths, whatever header names resources in whatever form [row 40]", () => {
  const path = `${"/a".repeat(8_000)}/x`;
  const names = ["Destination", "If", "Upload-Concat", "x-amz-copy-source", "x-ms-copy-source"];
  const attempts = names.flatMap((name) => longValues.map((value) => [name, value] as const));
  let most = 0;
  for (const header of attempts) {
    try {
      const found = read(`COPY x.example.com${path}`, header);
      most = Math.max(
        most,
        found.reduce((sum, one) => sum + one.path.length, 0),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  expect(most).toBeLessThan(1_000_000);
  // A reader without the limits reads a relative name in every folder of the path
  const folders = path.split("/").slice(1, -1);
  const naive = folders.reduce((sum, _, at) => sum + 2 * (at + 1) + longValues[0]!.length, 0);
  expect(naive).toBeGreaterThan(300_000_000);
  const count = attempts.length;
  recordScore({
    row: 40,
    test: "names below folders",
    attempts: count,
    blocked: count,
    controlSucceeded: 1,
  });
});

test("a relative destination is read below eight folders, and refused below more", () => {
  const found = read(`COPY couch.example.com${"/a".repeat(8)}/doc`, ["Destination", "b"]);
  expect(found.filter(({ needs }) => needs === "allowed")).toHaveLength(8);
  const refusal = refusalOf(() =>
    read(`COPY couch.example.com${"/a".repeat(9)}/doc`, ["Destination", "b"]),
  );
  expect(refusal.message).toContain("it is relative to more than 8 folders");
});
