import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLfsBatch, readLfsLock, readLfsPlace, toLfsBatchBody } from "../../../src/git/lfs.ts";

const oid = "a".repeat(64);

test.each([
  ["/acme/widgets.git/info/lfs/objects/batch", "acme/widgets", "batch"],
  ["/acme/widgets/info/lfs/objects/batch", "acme/widgets", "batch"],
  ["/group/sub/widgets.git/info/lfs/locks", "group/sub/widgets", "locks"],
  ["/acme/widgets.git/info/lfs/locks/verify", "acme/widgets", "verify-locks"],
  ["/acme/widgets.git/info/lfs/locks/17/unlock", "acme/widgets", "unlock"],
  ["/acme/widgets.git/info/lfs/objects", "acme/widgets", "unknown"],
  ["/acme/widgets.git/info/lfs/objects/batch/", "acme/widgets", "unknown"],
  ["/acme/widgets.git/info/lfs", "acme/widgets", "unknown"],
])("%s is a place of LFS", (path, repository, endpoint) => {
  expect(readLfsPlace(path)).toEqual({ repository, endpoint });
});

test.each([
  "/acme/widgets.git/info/refs",
  "/acme/widgets.git/info/lfsx/objects/batch",
  "/info/lfs",
])("%s is none", (path) => {
  expect(readLfsPlace(path)).toBeUndefined();
});

describe("an LFS batch", () => {
  const batch = { operation: "upload", objects: [{ oid, size: 3 }] };

  test("goes on with what is known of it only, and by one transfer", () => {
    const read = readLfsBatch({
      ...batch,
      transfers: ["lfs-standalone-file", "tus", "ssh", "basic"],
      ref: { name: "refs/heads/main", extra: 1 },
      objects: [{ oid, size: 3, extra: true }],
      extra: "x",
    });
    expect(toLfsBatchBody(read!)).toEqual({
      operation: "upload",
      transfers: ["basic"],
      ref: { name: "refs/heads/main" },
      objects: [{ oid, size: 3 }],
      hash_algo: "sha256",
    });
  });

  test.each([
    [null],
    [[batch]],
    [{ ...batch, operation: "delete" }],
    [{ ...batch, objects: {} }],
    [{ ...batch, objects: [{ oid: "x", size: 3 }] }],
    [{ ...batch, objects: [{ oid: oid.toUpperCase(), size: 3 }] }],
    [{ ...batch, objects: [{ oid, size: -1 }] }],
    [{ ...batch, objects: [{ oid, size: 1.5 }] }],
    [{ ...batch, objects: [{ oid, size: "3" }] }],
    [{ ...batch, hash_algo: "md5" }],
    [{ ...batch, ref: "main" }],
    [{ ...batch, objects: Array.from({ length: 1001 }, () => ({ oid, size: 1 })) }],
  ])("that isn't as documented is not understood: %j", (plain) => {
    expect(readLfsBatch(plain)).toBeUndefined();
  });

  test("never throws, whatever was sent", () => {
    const law = fc.property(fc.jsonValue(), (plain) => {
      const read = readLfsBatch(plain);
      return read === undefined || ["download", "upload"].includes(read.operation);
    });
    expect(() => fc.assert(law)).not.toThrow();
  });
});

describe("an LFS lock request", () => {
  test.each([
    ["locks", "GET", undefined, "read"],
    ["locks", "POST", { path: "a.psd" }, "lfs-write"],
    ["verify-locks", "POST", {}, "lfs-write"],
    ["unlock", "POST", {}, "lfs-write"],
    ["unlock", "POST", { force: false }, "lfs-write"],
    ["unlock", "POST", { force: true }, "forbidden"],
    ["unlock", "POST", { force: "yes" }, "forbidden"],
  ] as const)("%s %s %j is %s", (endpoint, method, plain, type) => {
    expect(readLfsLock(endpoint, method, plain)?.action.type).toBe(type);
  });

  test.each([
    ["locks", "DELETE", undefined],
    ["locks", "POST", undefined],
    ["locks", "POST", { path: 1 }],
    ["verify-locks", "GET", undefined],
    ["unlock", "PUT", {}],
    ["unlock", "POST", { ref: "main" }],
  ] as const)("%s %s %j is not understood", (endpoint, method, plain) => {
    expect(readLfsLock(endpoint, method, plain)).toBeUndefined();
  });
});
