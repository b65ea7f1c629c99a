import { describe, expect, it } from "vitest";
import type { DoorRequest } from "../../../../src/proxy/doors/door.ts";
import { createJsonBodyReader } from "../../../../src/proxy/doors/api/json-body.ts";
import type { HeaderField } from "../../../../src/proxy/http1/header.ts";
import type { RequestFraming } from "../../../../src/proxy/http1/request-head.ts";

function toRequest(
  text: string,
  more: { readonly headers?: readonly HeaderField[]; readonly framing?: RequestFraming } = {},
): DoorRequest {
  const body = more.framing ?? { kind: "length", length: Buffer.byteLength(text) };
  const headers = more.headers ?? [["Content-Type", "application/json"]];
  const request = { head: { body, headers }, readBody: () => Promise.resolve(Buffer.from(text)) };
  return request as unknown as DoorRequest;
}

const limits = { maxBodyBytes: 100, maxHeldBytes: 150 };

describe("createJsonBodyReader", () => {
  it("gives the parsed body, and null for none", async () => {
    const read = createJsonBodyReader(limits);
    expect((await read(toRequest('{"a":1}'))).value).toEqual({ a: 1 });
    const framing = { kind: "none" } as const;
    expect((await read(toRequest("", { framing, headers: [] }))).value).toBeNull();
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/vnd.github.v3+json",
  ])("takes %s", async (type) => {
    const read = createJsonBodyReader(limits);
    const request = toRequest("{}", { headers: [["content-type", type]] });
    expect((await read(request)).value).toEqual({});
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
    const read = createJsonBodyReader(limits);
    await expect(read(toRequest("{}", { headers }))).rejects.toMatchObject({ status: 415 });
  });

  it("holds no more than it may, and takes more when something was let go", async () => {
    const read = createJsonBodyReader(limits);
    const text = JSON.stringify("x".repeat(78));
    const first = await read(toRequest(text));
    await expect(read(toRequest(text))).rejects.toMatchObject({
      status: 503,
      reason: "limit-exceeded",
    });
    // What doesn't say its length may be as long as any
    const chunked = { framing: { kind: "chunked" } } as const;
    await expect(read(toRequest("{}", chunked))).rejects.toMatchObject({ status: 503 });
    first.release();
    first.release();
    const second = await read(toRequest(text));
    await expect(read(toRequest(text))).rejects.toMatchObject({ status: 503 });
    second.release();
  });

  it("lets go of what it refuses", async () => {
    const read = createJsonBodyReader(limits);
    for (let count = 0; count < 5; count += 1) {
      await expect(read(toRequest("{".repeat(90)))).rejects.toMatchObject({ status: 400 });
    }
    await expect(read(toRequest("x".repeat(101)))).rejects.toMatchObject({ status: 413 });
    expect((await read(toRequest(JSON.stringify("x".repeat(90))))).bytes).toHaveLength(92);
  });
});
