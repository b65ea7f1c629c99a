import { expect, test } from "vitest";
import type { ByteSource } from "../../../../src/http/http1/body-reader.ts";
import { readHead } from "../../../../src/http/http1/read-head.ts";
import { requestLine } from "../../../../src/http/http1/request-head.ts";

function toSource(...texts: readonly string[]): ByteSource {
  const left: Buffer[] = texts.map((text) => Buffer.from(text, "latin1"));
  return {
    next: () => Promise.resolve(left.shift()),
    unread: (bytes) => void left.unshift(bytes),
  };
}

const head = "GET /a HTTP/1.1\r\nHost: a.test\r\nX-A: 1";

test("a request's head is the same wherever it is cut, behind empty lines too", async () => {
  for (const before of ["", "\r\n", "\r\n\r\n"]) {
    const text = `${before}${head}\r\n\r\n`;
    for (let at = 1; at < text.length; at += 1) {
      const source = toSource(text.slice(0, at), text.slice(at));
      const options = { maxBytes: 1024, firstLine: requestLine, mayFollowEmptyLines: true };
      const got = await readHead(source, await source.next(), options);
      expect(got, `cut at ${at} of ${JSON.stringify(text)}`).toBe(head);
    }
  }
});
