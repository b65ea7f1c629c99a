import { expect, test } from "vitest";
import { toFetchRequest } from "../../../../src/git/wire/fetch-request.ts";
import { GitProtocolError } from "../../../../src/git/wire/git-protocol-error.ts";

const a = "a".repeat(40);

test("a request asks for no more than the server can do, and refuses what it can't do without", () => {
  const plain = {
    version: 2 as const,
    wants: [a],
    haves: [],
    objectFormat: "sha1" as const,
    capabilities: new Map<string, string | true>([["fetch", true]]),
  };
  const { headers, body } = toFetchRequest({ ...plain, filter: "tree:0" });
  expect(headers).toContainEqual(["Git-Protocol", "version=2"]);
  expect(body.toString()).not.toMatch(/filter|agent|object-format/);
  expect(() => toFetchRequest({ ...plain, depth: 1 })).toThrow(GitProtocolError);
  expect(() => toFetchRequest({ ...plain, capabilities: new Map() })).toThrow(GitProtocolError);
  expect(() => toFetchRequest({ ...plain, version: 0 })).toThrow("multiplex");
  expect(() => toFetchRequest({ ...plain, wants: [] })).toThrow(RangeError);
});
