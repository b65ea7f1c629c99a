import { describe, expect, it } from "vitest";
import type { HandledRequest } from "../../../../src/http/handler.ts";
import { readJsonBody } from "../../../../src/git/forge/json-body.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import type { BodyLength } from "../../../../src/http/body.ts";

function toRequest(
  text: string,
  more: { readonly headers?: readonly HeaderField[]; readonly framing?: BodyLength } = {},
): HandledRequest {
  const body = more.framing ?? Buffer.byteLength(text);
  const headers = more.headers ?? [["Content-Type", "application/json"]];
  const request = { head: { body, headers }, readBody: () => Promise.resolve(Buffer.from(text)) };
  return request as unknown as HandledRequest;
}

describe("readJsonBody", () => {
  it("gives the parsed body, and null for none", async () => {
    expect((await readJsonBody(toRequest('{"a":1}'))).value).toEqual({ a: 1 });
    const framing = "none" as const;
    expect((await readJsonBody(toRequest("", { framing, headers: [] }))).value).toBeNull();
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/vnd.github.v3+json",
  ])("takes %s", async (type) => {
    const request = toRequest("{}", { headers: [["content-type", type]] });
    expect((await readJsonBody(request)).value).toEqual({});
  });

  it.each<readonly HeaderField[]>([
    [],
    [["content-type", "application/x-www-form-urlencoded"]],
    [["content-type", "multipart/form-data; boundary=application/json"]],
    [["content-type", "text/plain"]],
    [["content-type", "application/json; charset=utf-16"]],
    [["content-type", "application/json, text/plain"]],
    [["content-type", "application/jsonp"]],
    [
      ["content-type", "application/json"],
      ["content-type", "application/x-www-form-urlencoded"],
    ],
    [
      ["content-type", "application/json"],
      ["content-encoding", "gzip"],
    ],
  ])("takes no body with %j", async (...headers) => {
    await expect(readJsonBody(toRequest("{}", { headers }))).rejects.toMatchObject({ status: 415 });
  });
});
