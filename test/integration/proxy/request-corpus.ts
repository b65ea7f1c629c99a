/** One HTTP/1 request as raw bytes (latin1), and whether a strict proxy lets it through. `host` is what rules allow. */
export interface RequestProbe {
  readonly title: string;
  readonly bytes: string;
}

const host = "allowed.example";

function get(lines: readonly string[], rest = ""): string {
  return `${[`GET http://${host}/ HTTP/1.1`, `Host: ${host}`, ...lines].join("\r\n")}\r\n\r\n${rest}`;
}

function post(lines: readonly string[], body = ""): string {
  return `${[`POST http://${host}/ HTTP/1.1`, `Host: ${host}`, ...lines].join("\r\n")}\r\n\r\n${body}`;
}

function line(requestLine: string, lines: readonly string[] = [`Host: ${host}`]): string {
  return `${[requestLine, ...lines].join("\r\n")}\r\n\r\n`;
}

/** As curl --http2 and Java's HttpClient make it (RFC 7540, section 3.2). */
const h2cOffer = [
  "Connection: Upgrade, HTTP2-Settings",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
];

function probe(title: string, bytes: string): RequestProbe {
  return { title, bytes };
}

/** Every one of these must be answered 400 (or 421, 431) and closed, with no byte upstream. */
export const refusedRequests: readonly RequestProbe[] = [
  probe("HTTP/0.9 with headers and a bare LF", `GET http://${host}/\nHost: ${host}\n\n`),
  probe("HTTP/0.9 request line", line(`GET http://${host}/`)),
  probe("HTTP/2.0 in the request line", line(`GET http://${host}/ HTTP/2.0`)),
  probe("HTTP/1.2", line(`GET http://${host}/ HTTP/1.2`)),
  probe("lower-case version", line(`GET http://${host}/ http/1.1`)),
  probe("two spaces after the method", line(`GET  http://${host}/ HTTP/1.1`)),
  probe("two spaces before the version", line(`GET http://${host}/  HTTP/1.1`)),
  probe("a tab in the request line", line(`GET\thttp://${host}/ HTTP/1.1`)),
  probe("a space in the target", line(`GET http://${host}/a b HTTP/1.1`)),
  probe("a trailing space in the request line", line(`GET http://${host}/ HTTP/1.1 `)),
  probe("nine empty lines before the request", `${"\r\n".repeat(9)}${get([])}`),
  probe("an empty line of LF before the request", `\n${get([])}`),
  probe("a CR before the request", `\r${get([])}`),
  probe("a method that is no token", line(`G(T http://${host}/ HTTP/1.1`)),
  probe("an over-long method", line(`${"A".repeat(33)} http://${host}/ HTTP/1.1`)),
  probe("a fragment in the target", line(`GET http://${host}/#x HTTP/1.1`)),
  probe("a NUL in the target", line(`GET http://${host}/\0 HTTP/1.1`)),
  probe("a byte in the path that is no UTF-8", line(`GET http://${host}/\xe9 HTTP/1.1`)),
  probe("a target that begins with //", line("GET //evil.example/x HTTP/1.1")),
  probe("a target without a slash", line("GET foo HTTP/1.1")),
  probe("the asterisk target", line("OPTIONS * HTTP/1.1")),
  probe("userinfo in the target", line(`GET http://user:pw@${host}/ HTTP/1.1`)),
  probe("another scheme in the target", line(`GET ftp://${host}/ HTTP/1.1`)),
  probe("a file target", line("GET file:///etc/passwd HTTP/1.1")),
  probe("no Host", line(`GET http://${host}/ HTTP/1.1`, ["Accept: */*"])),
  probe("an empty Host", line("GET / HTTP/1.1", ["Host:"])),
  probe("two Hosts", line("GET / HTTP/1.1", [`Host: ${host}`, "Host: evil.example"])),
  probe("the same Host twice", line("GET / HTTP/1.1", [`Host: ${host}`, `Host: ${host}`])),
  probe("a list as Host", line("GET / HTTP/1.1", [`Host: ${host}, evil.example`])),
  probe("userinfo in Host", line("GET / HTTP/1.1", [`Host: u:p@${host}`])),
  probe("a space in Host", line("GET / HTTP/1.1", [`Host: ${host} evil.example`])),
  probe("a slash in Host", line("GET / HTTP/1.1", [`Host: ${host}/x`])),
  probe(
    "a target that differs from Host",
    line(`GET http://${host}/ HTTP/1.1`, ["Host: evil.example"]),
  ),
  probe("a Host that differs from the target", line("GET http://evil.example/ HTTP/1.1")),
  probe(
    "a port in Host that differs from the target",
    line(`GET http://${host}/ HTTP/1.1`, [`Host: ${host}:81`]),
  ),
  probe(
    "Content-Length and Transfer-Encoding",
    post(["Content-Length: 3", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
  ),
  probe(
    "Transfer-Encoding and Content-Length",
    post(["Transfer-Encoding: chunked", "Content-Length: 3"], "0\r\n\r\n"),
  ),
  probe("two equal Content-Lengths", post(["Content-Length: 3", "Content-Length: 3"], "abc")),
  probe("two different Content-Lengths", post(["Content-Length: 3", "Content-Length: 4"], "abcd")),
  probe("a list as Content-Length", post(["Content-Length: 3, 3"], "abc")),
  probe("a signed Content-Length", post(["Content-Length: +3"], "abc")),
  probe("a negative Content-Length", post(["Content-Length: -3"], "abc")),
  probe("a hexadecimal Content-Length", post(["Content-Length: 0x3"], "abc")),
  probe("a Content-Length with an underscore", post(["Content-Length: 1_0"], "abcdefghij")),
  probe("a huge Content-Length", post(["Content-Length: 99999999999999999999"], "abc")),
  probe("an empty Content-Length", post(["Content-Length:"], "abc")),
  probe("a Content-Length with a leading zero", post(["Content-Length: 03"], "abc")),
  probe("Transfer-Encoding xchunked", post(["Transfer-Encoding: xchunked"], "0\r\n\r\n")),
  probe(
    "Transfer-Encoding chunked, identity",
    post(["Transfer-Encoding: chunked, identity"], "0\r\n\r\n"),
  ),
  probe("Transfer-Encoding gzip, chunked", post(["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n")),
  probe(
    "Transfer-Encoding twice",
    post(["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
  ),
  probe(
    "a vertical tab in Transfer-Encoding",
    post(["Transfer-Encoding: \x0bchunked"], "0\r\n\r\n"),
  ),
  probe("a quoted Transfer-Encoding", post(['Transfer-Encoding: "chunked"'], "0\r\n\r\n")),
  probe("identity as Transfer-Encoding", post(["Transfer-Encoding: identity"], "")),
  probe(
    "Transfer-Encoding on HTTP/1.0",
    `POST http://${host}/ HTTP/1.0\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  probe("an obsolete line folding", get(["X-A: 1", " folded"])),
  probe("a line folding with a tab", get(["X-A: 1", "\tfolded"])),
  probe("a bare CR in a value", get(["X-A: 1\rX-B: 2"])),
  probe("a bare LF between headers", get(["X-A: 1\nX-B: 2"])),
  probe("a NUL in a value", get(["X-A: a\0b"])),
  probe("an escape in a value", get(["X-A: \x1b]52;c;AAAA\x07"])),
  probe("a space before the colon", get(["Host : evil.example"])),
  probe("an empty header name", get([": value"])),
  probe("a header without a colon", get(["nonsense"])),
  probe("a header name with a space", get(["X A: 1"])),
  probe("an 8-bit header name", get(["X\xe9: 1"])),
  probe("CR CR LF as the end", `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\r\n\r\n`),
  probe(
    "CRLF CR X (CVE-2025-23167)",
    `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\rX: y\r\n\r\n`,
  ),
  probe(
    "HEAD with a body",
    `HEAD http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\n\r\nhello`,
  ),
  probe("an obfuscated Expect", post(["Content-Length: 3", "Expect: y 100-continue"], "abc")),
  probe(
    "two Expects",
    post(["Content-Length: 3", "Expect: 100-continue", "Expect: 100-continue"], "abc"),
  ),
  probe("Connection naming Authorization", get(["Connection: close, Authorization"])),
  probe("Connection naming X-Api-Key", get(["Connection: x-api-key"])),
  probe("Connection naming Host", get(["Connection: Host"])),
  probe(
    "a websocket among other offers without its key",
    get(["Connection: Upgrade", "Upgrade: websocket, h2c"]),
  ),
  probe(
    "a websocket upgrade without its key",
    get(["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]),
  ),
  probe("a method override", post(["Content-Length: 0", "X-HTTP-Method-Override: DELETE"])),
  probe("a path override", get(["X_Original_URL: /admin"])),
  probe("TRACE", line(`TRACE http://${host}/ HTTP/1.1`)),
  probe("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  probe("too many headers", get(Array.from({ length: 201 }, (_, index) => `X-${index}: 1`))),
  probe("a head over its limit", get([`X-A: ${"a".repeat(70_000)}`])),
];

/** Refused as soon as the broken part of the body is read; the request behind it must never be one. */
export const refusedBodies: readonly RequestProbe[] = [
  probe("a chunk extension", post(["Transfer-Encoding: chunked"], "3;a=b\r\nabc\r\n0\r\n\r\n")),
  probe(
    "a chunk size with white space",
    post(["Transfer-Encoding: chunked"], "3 \r\nabc\r\n0\r\n\r\n"),
  ),
  probe("a chunk size with 0x", post(["Transfer-Encoding: chunked"], "0x3\r\nabc\r\n0\r\n\r\n")),
  probe("a signed chunk size", post(["Transfer-Encoding: chunked"], "+3\r\nabc\r\n0\r\n\r\n")),
  probe(
    "a chunk size that overflows",
    post(["Transfer-Encoding: chunked"], "ffffffffffffffff1\r\nabc\r\n0\r\n\r\n"),
  ),
  probe(
    "a bare LF behind a chunk size",
    post(["Transfer-Encoding: chunked"], "3\nabc\r\n0\r\n\r\n"),
  ),
  probe("a bare LF behind a chunk", post(["Transfer-Encoding: chunked"], "3\r\nabc\n0\r\n\r\n")),
  probe(
    "a chunk longer than its size",
    post(["Transfer-Encoding: chunked"], "3\r\nabcd\r\n0\r\n\r\n"),
  ),
  probe(
    "a trailer that carries Authorization",
    post(["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nAuthorization: Bearer x\r\n\r\n"),
  ),
  probe("any trailer", post(["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n")),
  probe("an empty chunk size", post(["Transfer-Encoding: chunked"], "\r\nabc\r\n0\r\n\r\n")),
];

/** Ordinary requests: all of these must arrive. */
export const acceptedRequests: readonly RequestProbe[] = [
  probe("a plain GET in absolute form", get(["Accept: */*"])),
  probe("a plain GET by Host", line("GET /path?query=1 HTTP/1.1")),
  probe(
    "another case and a trailing dot in Host",
    line("GET / HTTP/1.1", ["Host: ALLOWED.example."]),
  ),
  probe("the default port said", line(`GET http://${host}:80/ HTTP/1.1`, [`Host: ${host}:80`])),
  probe("HTTP/1.0 with a Host", line(`GET http://${host}/ HTTP/1.0`)),
  probe("a POST with a length", post(["Content-Length: 3"], "abc")),
  probe("a POST in chunks", post(["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n")),
  probe(
    "a POST in chunks, upper case",
    post(["transfer-encoding: Chunked"], "A\r\n0123456789\r\n0\r\n\r\n"),
  ),
  probe("an empty POST", post(["Content-Length: 0"])),
  probe("a GET with Content-Length 0", get(["Content-Length: 0"])),
  probe("Connection: close", get(["Connection: close"])),
  probe("a value with obs-text and tabs", get(["X-A: caf\xe9\tx"])),
  probe("an empty line before the request", `\r\n${get([])}`),
  probe("GET with a body", get(["Content-Length: 5"], "hello")),
  probe(
    "GET with a body in chunks",
    get(["Transfer-Encoding: chunked"], "5\r\nhello\r\n0\r\n\r\n"),
  ),
  probe("GET with an empty body in chunks", get(["Transfer-Encoding: chunked"], "0\r\n\r\n")),
  probe("an offer of h2c", get(h2cOffer)),
  probe("an offer of TLS", get(["Connection: Upgrade", "Upgrade: TLS/1.0"])),
  probe("an offer without a name", get(["Connection: keep-alive, Upgrade"])),
  probe("an offer on a POST", post([...h2cOffer, "Content-Length: 3"], "abc")),
  probe("UTF-8 in the query", line("GET /?q=\xc3\xbc HTTP/1.1")),
  probe("Latin-1 in the query", line("GET /?q=\xfc&r=\xa0 HTTP/1.1")),
  probe("UTF-8 in the path", line("GET /Z\xc3\xbcrich HTTP/1.1")),
  probe("escaped Latin-1 in the path", line("GET /caf%e9 HTTP/1.1")),
  probe("an escaped slash", line("GET /a%2fb HTTP/1.1")),
  probe("a segment that is a dot", line("GET /debian/./Packages HTTP/1.1")),
  probe("an empty segment", line("GET /v1//models HTTP/1.1")),
];
