import { expect, test } from "vitest";
import { createPlaceholderSearch } from "../../../../src/credential/placeholder-search.ts";
import type { HttpRequest } from "../../../../src/http/http-request.ts";
import { strayPlaceholder } from "../../../../src/proxy/decide/stray-placeholder.ts";
import { makeCredential } from "../../../support/credential-fixtures.ts";

const here = makeCredential({ type: "bearer" }, { host: "api.here.test", pathPrefix: "/v1" });
const wild = makeCredential({ type: "bearer" }, { host: "*.wild.test" });
const findPlaceholder = createPlaceholderSearch([here, wild]);

function flagsOf(text: string, host: string): readonly string[] {
  const head = { target: "/v2/x", headers: [["Authorization", text]] } as unknown as HttpRequest;
  return strayPlaceholder({ findPlaceholder }, head, host);
}

test("a placeholder is flagged at a host that its credential isn't for, and nowhere else", () => {
  const flagged = ["placeholder-at-wrong-host"];
  // Refused for its path, its method or its port: the host is the right one
  expect(flagsOf(`Bearer ${here.placeholder}`, "api.here.test")).toEqual([]);
  expect(flagsOf(`Bearer ${wild.placeholder}`, "a.wild.test")).toEqual([]);
  expect(flagsOf(`Bearer ${here.placeholder}`, "here.test")).toEqual(flagged);
  expect(flagsOf(`Bearer ${wild.placeholder}`, "wild.test")).toEqual(flagged);
  expect(flagsOf(`Bearer ${here.placeholder}`, "api.here.test.evil.test")).toEqual(flagged);
  // One of another credential beside it is found all the same
  expect(flagsOf(`${here.placeholder} ${wild.placeholder}`, "api.here.test")).toEqual(flagged);
  const encoded = Buffer.from(`x:${wild.placeholder}`).toString("base64");
  expect(flagsOf(`${here.placeholder} ${encoded}`, "api.here.test")).toEqual(flagged);
  expect(flagsOf("Bearer other", "b.test")).toEqual([]);
});
