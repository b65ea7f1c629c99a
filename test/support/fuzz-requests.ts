import fc from "fast-check";

const anyOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const methods = anyOf(
  "GET",
  "POST",
  "PUT",
  "DELETE",
  "HEAD",
  "PATCH",
  "OPTIONS",
  "get",
  "PO ST",
  "CONNECT",
);
const targets = fc.oneof(
  { weight: 4, arbitrary: anyOf("/", "/a/b", "/a?x=1&y=2", "/a%20b", "/@s%2fn", "/~u/x.y") },
  {
    weight: 1,
    arbitrary: anyOf(
      "/a/../b",
      "//a",
      "/a%2fb",
      "/a%2f..%2fb",
      "/a/./b",
      "/a//b",
      "/a%e9",
      "/a%c0%ae/b",
      "/Z\xc3\xbcrich",
      "/a?q=\xc3\xbc\xa0\x85",
      "*",
      "/a#f",
      "http://HOST/abs",
      "http://other.fuzz.example/",
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map((text) => `/${text}`) },
);
const versions = fc.oneof(
  { weight: 8, arbitrary: fc.constant(" HTTP/1.1") },
  {
    weight: 1,
    arbitrary: anyOf(" HTTP/1.0", " HTTP/2.0", "", "  HTTP/1.1", " HTTP/1.1 ", "\tHTTP/1.1"),
  },
);
const lineEnds = fc.oneof(
  { weight: 30, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: anyOf("\n", "\r", "\r\r\n", "\n\r\n") },
);
const fields = fc.oneof(
  {
    weight: 4,
    arbitrary: anyOf(
      "Accept: */*",
      "X-A: b",
      "User-Agent: f",
      "Connection: close",
      "Connection: keep-alive",
      "X-Empty:",
      "TE: trailers",
      "Cookie: a=b",
    ),
  },
  {
    weight: 1,
    arbitrary: anyOf(
      "Content-Length: 5",
      "Content-Length: 0",
      "Content-Length: +5",
      "Content-Length: 5, 5",
      "Content-Length : 5",
      "Content_Length: 5",
      "Transfer-Encoding: chunked",
      "Transfer-Encoding: identity",
      "Transfer-Encoding:\x0bchunked",
      "Transfer-Encoding: xchunked",
      "Transfer_Encoding: chunked",
      "X: y\r\n Transfer-Encoding: chunked",
      "Expect: 100-continue",
      "Expect: y 100-continue",
      "Connection: content-length",
      "Connection: transfer-encoding",
      "Host: other.fuzz.example",
      "Upgrade: h2c",
      "Upgrade: TLS/1.0, h2c",
      "Connection: Upgrade, HTTP2-Settings",
      "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
      "Connection: Upgrade\r\nUpgrade: websocket, h2c",
      "X-A\0: b",
      "X-A: b\0c",
      "X-A: \x80\xff",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 20 }) },
);
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n";

type Body = { readonly field: string | undefined; readonly bytes: string };

const bodies: fc.Arbitrary<Body> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ field: undefined, bytes: "" }) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(300), anyOf(0, 0, 0, 0, 1, -1, 40)).map(([length, off]) => ({
      field: `Content-Length: ${length}`,
      bytes: smuggled.repeat(8).slice(0, Math.max(0, length + off)),
    })),
  },
  {
    weight: 3,
    arbitrary: fc.array(fc.nat(40), { maxLength: 4 }).map((sizes) => ({
      field: "Transfer-Encoding: chunked",
      bytes: `${sizes.map((size) => chunk(size + 1)).join("")}0\r\n\r\n`,
    })),
  },
  {
    weight: 2,
    arbitrary: anyOf(
      "0\r\n\r\n",
      "5\r\nhello\r\n0\r\n\r\n",
      "5;x=y\r\nhello\r\n0\r\n\r\n",
      "5\nhello\n0\n\n",
      "0x5\r\nhello\r\n0\r\n\r\n",
      "5\r\nhelloX\r\n0\r\n\r\n",
      "0\r\nX-T: a\r\n\r\n",
      "-1\r\n\r\n",
      "5 \r\nhello\r\n0\r\n\r\n",
      "ffffffffffffffff5\r\nhello\r\n0\r\n\r\n",
      "00\r\n\r\n",
      "\r\n0\r\n\r\n",
    ).map((bytes) => ({ field: "Transfer-Encoding: chunked", bytes })),
  },
);

function chunk(size: number): string {
  return `${size.toString(16)}\r\n${smuggled.repeat(2).slice(0, size)}\r\n`;
}

const requests = fc
  .record({
    method: methods,
    target: targets,
    version: versions,
    ends: fc.array(lineEnds, { minLength: 6, maxLength: 6 }),
    fields: fc.array(fields, { maxLength: 3 }),
    body: bodies,
    suffix: fc.oneof(
      { weight: 4, arbitrary: fc.constant("") },
      {
        weight: 1,
        arbitrary: anyOf(smuggled, "\r\n", "\r\n\r\n", `\r\n${smuggled}`, "\r", "\n", "G"),
      },
    ),
  })
  .map(({ method, target, version, ends, fields: given, body, suffix }) => {
    const lines = [`${method} ${target}${version}`, "Host: HOST", ...given];
    if (body.field !== undefined) lines.push(body.field);
    const head = lines.map((line, index) => line + (ends[index] ?? "\r\n")).join("");
    return `${head}\r\n${body.bytes}${suffix}`;
  });

/**
 * One to three requests in a row, most of them valid or nearly so; latin1, with `HOST` where the name goes.
 * A sample of the same seed is the same.
 */
export function sampleRequests(count: number, seed: number): readonly string[] {
  const several = fc.array(requests, { minLength: 1, maxLength: 3 }).map((all) => all.join(""));
  return fc.sample(several, { numRuns: count, seed });
}
