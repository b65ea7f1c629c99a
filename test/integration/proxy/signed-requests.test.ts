// Requests that are signed with a credential's secret, checked by openssl as an upstream would.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { toScheme } from "../../../src/credential/schemes.ts";
import { changeLimits } from "../../support/change-limits.ts";
import { sendCall } from "../../support/api-call.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  type RecordingUpstream,
  startProxy,
  startRecordingUpstream,
} from "../../support/proxy-fixture.ts";

const host = "api.acme.example";

changeLimits({ signedBodyBytes: 1000 });

interface Sent {
  readonly status: number;
  /** What the upstream got: its headers by lower-case name */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly all: string;
}

/** One request through the proxy, with a credential that `credential add` would make of these flags. */
async function send(
  flags: Readonly<Record<string, unknown>>,
  call: { line: string; body?: unknown; headers?: Readonly<Record<string, string>> },
): Promise<Sent & { secret: string; refusal: string | undefined; events: readonly unknown[] }> {
  await using upstream = await startUpstream();
  const credential = makeCredential(toScheme(flags), { host });
  await using proxy = await startProxy({
    rules: [`* https://${host}`],
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  const { status, refusal } = await sendCall(proxy, { title: call.line, ...call });
  const all = upstream.received();
  const [head = "", body = ""] = all.split("\r\n\r\n");
  const fields = head.split("\r\n").slice(1);
  const headers = Object.fromEntries(
    fields.map((field) => [field.split(":")[0]?.toLowerCase(), field.replace(/^[^:]*: /, "")]),
  ) as Record<string, string>;
  return { status, refusal, headers, body, all, secret: credential.secret, events: proxy.events };
}

function startUpstream(): Promise<RecordingUpstream> {
  return startRecordingUpstream((socket, received) => {
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    const body = received.split("\r\n\r\n")[1];
    if (body !== undefined && body.length >= length) {
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    }
  });
}

/** @param options of `openssl dgst` */
function openssl(input: string, ...options: readonly string[]): Buffer {
  return execFileSync("openssl", ["dgst", ...options, "-binary"], { input });
}

describe("a server that knows the key finds the signature right", () => {
  test("of method, path, date and body, with no flag but the header", async () => {
    const { headers, body, secret, all } = await send(
      { hmac: "X-Signature" },
      { line: `POST https://${host}/v1/orders?a=1`, body: { item: "ü" } },
    );
    const bodyHash = openssl(Buffer.from(body, "latin1").toString("utf8"), "-sha256").toString(
      "hex",
    );
    const signed = `POST\n/v1/orders\n${headers["date"]}\n${bodyHash}`;
    const signature = openssl(signed, "-sha256", "-hmac", secret).toString("hex");
    expect(headers["x-signature"]).toBe(signature);
    expect(Math.abs(Date.parse(headers["date"] ?? "") - Date.now())).toBeLessThan(60_000);
    expect(all).not.toContain(secret);
  });

  test("in the form that another company has", async () => {
    const { headers, secret } = await send(
      {
        hmac: "Authorization: ACME {key-id}:{signature}",
        hmacField: ["X-Timestamp: {date}", "X-Content-Hash: {body-hash}"],
        hmacString: "{key-id};{host}\\n{target}\\n{date};{body-hash}",
        hmacHash: "sha512",
        hmacEncoding: "base64",
        hmacDate: "unix-ms",
        hmacKeyId: "key-7",
      },
      { line: `GET https://${host}/v1/orders?a=1&b=%20` },
    );
    const bodyHash = openssl("", "-sha512").toString("base64");
    const date = headers["x-timestamp"] ?? "";
    expect(date).toMatch(/^\d{13}$/);
    expect(headers["x-content-hash"]).toBe(bodyHash);
    const signed = `key-7;${host}\n/v1/orders?a=1&b=%20\n${date};${bodyHash}`;
    const signature = openssl(signed, "-sha512", "-hmac", secret).toString("base64");
    expect(headers["authorization"]).toBe(`ACME key-7:${signature}`);
    expect(headers["date"]).toBeUndefined();
  });
});

test.each(["X-Signature", "x_signature", "Date"])(
  "a client that signs by itself, or holds a signature of its own, is refused: %j",
  async (name) => {
    const { refusal, all } = await send(
      { hmac: "X-Signature" },
      { line: `GET https://${host}/`, headers: { [name]: "0123456789abcdef" } },
    );
    expect(refusal).toBe("foreign-credential");
    expect(all).toBe("");
  },
);

test("a body that is too long to be signed isn't sent, and the client reads why", async () => {
  const line = `POST https://${host}/`;
  const { status, refusal, all } = await send(
    { hmac: "X-Signature" },
    { line, body: "x".repeat(1001) },
  );
  expect([status, refusal, all]).toEqual([413, "limit-exceeded", ""]);
  const unsigned = { hmac: "X-Signature", hmacString: "{method} {path}" };
  const streamed = await send(unsigned, { line, body: "x".repeat(1001) });
  expect([streamed.status, streamed.body.length]).toEqual([200, 1001]);
});

test("a secret that isn't written as the key's encoding has it goes nowhere", async () => {
  const { status, refusal, all } = await send(
    { hmac: "X-Signature", hmacKey: "hex" },
    { line: `GET https://${host}/` },
  );
  expect([status, refusal, all]).toEqual([502, "credential-unavailable", ""]);
});
