import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type SecureContext } from "node:tls";
import { expect, test } from "vitest";
import { createSessionCa, maxCachedLeaves, type SessionCa } from "../../../src/ca/session-ca.ts";

/** The leaf a client gets, verified by the client as it would be in the sandbox. */
async function handshake(
  ca: SessionCa,
  host: string,
  context?: SecureContext,
): Promise<X509Certificate> {
  const secureContext = context ?? ca.secureContextFor(host);
  const server = createServer({ SNICallback: (_, done) => done(null, secureContext) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: "127.0.0.1",
    servername: host,
    ca: ca.certificatePem,
  });
  try {
    await once(client, "secureConnect");
    expect(client.authorized).toBe(true);
    return client.getPeerX509Certificate()!;
  } finally {
    client.destroy();
    server.close();
  }
}

/** The leaf itself, without a handshake: node keeps a context's certificate behind an undocumented getter. */
function readLeaf(ca: SessionCa, host: string): X509Certificate {
  const { context } = ca.secureContextFor(host) as unknown as {
    context: { getCertificate: () => Buffer };
  };
  return new X509Certificate(context.getCertificate());
}

/** Serial number bytes as they stand in the certificate: element 2 of the body, behind the explicit version. */
function serialBytes(der: Buffer): Buffer {
  const at = der.indexOf(Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02])) + 5;
  expect(der[at]).toBe(0x02);
  return der.subarray(at + 2, at + 2 + der[at + 1]!);
}

test("a client that trusts the session's CA accepts its leaf for the name it asked for", async () => {
  const ca = await createSessionCa({ name: "leaf" });
  const leaf = await handshake(ca, "api.example.com");
  expect(leaf.subjectAltName).toBe("DNS:api.example.com");
  expect(leaf.subject).toBe("O=vaultbox\nCN=api.example.com");
  expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(leaf.ca).toBe(false);
  expect(leaf.verify(new X509Certificate(ca.certificatePem).publicKey)).toBe(true);
});

test("a leaf lives 24 hours at most and began at least an hour ago", async () => {
  const now = new Date("2031-05-06T07:08:09Z");
  const ca = await createSessionCa({ name: "dates", now: () => now });
  const leaf = readLeaf(ca, "a.example");
  const from = leaf.validFromDate.getTime();
  expect(leaf.validToDate.getTime() - from).toBeLessThanOrEqual(24 * 3_600_000);
  expect(now.getTime() - from).toBeGreaterThanOrEqual(3_600_000);
  expect(new X509Certificate(ca.certificatePem).validToDate > leaf.validToDate).toBe(true);
});

test("in a long session a leaf is renewed before it ends and kept until then", async () => {
  let now = Date.parse("2031-05-06T07:08:09Z");
  const ca = await createSessionCa({ name: "renewal", now: () => new Date(now) });
  const first = ca.secureContextFor("a.example");
  now += 19 * 3_600_000;
  expect(ca.secureContextFor("a.example")).toBe(first);
  now += 2 * 3_600_000;
  const second = ca.secureContextFor("a.example");
  expect(second).not.toBe(first);
  expect(readLeaf(ca, "a.example").validToDate.getTime() - now).toBeGreaterThan(3_600_000);
});

test("connections that ask for one host at once share one leaf", async () => {
  const ca = await createSessionCa({ name: "shared" });
  const contexts = await Promise.all(
    Array.from({ length: 50 }, async () => ca.secureContextFor("a.example")),
  );
  expect(new Set(contexts).size).toBe(1);
});

test("the cache keeps the hosts used last and forgets the rest", async () => {
  const ca = await createSessionCa({ name: "cache" });
  const kept = ca.secureContextFor("kept.example");
  const dropped = ca.secureContextFor("dropped.example");
  for (let i = 0; i < maxCachedLeaves; i += 1) {
    ca.secureContextFor(`h${i}.example`);
    if (i % 50 === 0) ca.secureContextFor("kept.example");
  }
  expect(ca.secureContextFor("kept.example")).toBe(kept);
  expect(ca.secureContextFor("dropped.example")).not.toBe(dropped);
});

test("3,000 hosts, each named once, cost no memory that stays", async () => {
  const ca = await createSessionCa({ name: "memory" });
  for (let i = 0; i < maxCachedLeaves; i += 1) ca.secureContextFor(`warm${i}.example`);
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 3_000; i += 1) ca.secureContextFor(`h${i}.example`);
  // Left to the collector, they hold 31 KB each: 93 MB
  expect(process.memoryUsage.rss() - before).toBeLessThan(60_000_000);
});

test("a connection lives on when its leaf leaves the cache", async () => {
  const ca = await createSessionCa({ name: "evicted" });
  const server = createServer(
    { SNICallback: (name, done) => done(null, ca.secureContextFor(name)) },
    (socket) => socket.pipe(socket),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({
    port,
    host: "127.0.0.1",
    servername: "a.example",
    ca: ca.certificatePem,
  });
  try {
    await once(client, "secureConnect");
    for (let i = 0; i <= maxCachedLeaves; i += 1) ca.secureContextFor(`h${i}.example`);
    client.write("still there");
    const [echo] = (await once(client, "data")) as [Buffer];
    expect(echo.toString()).toBe("still there");
  } finally {
    client.destroy();
    server.close();
  }
});

test.each(["127.0.0.1", "::1", "2001:db8::ff00:42:8329", "::ffff:102:304"])(
  "the leaf of the address %s names it as an address",
  async (address) => {
    const leaf = readLeaf(await createSessionCa({ name: "address" }), address);
    expect(leaf.checkIP(address)).toBe(address);
    expect(leaf.subjectAltName).toMatch(/^IP Address:/);
  },
);

test("a host of more than 64 characters has no common name, and the name as alternative name", async () => {
  const host = `${"a".repeat(63)}.${"b".repeat(63)}.example`;
  const ca = await createSessionCa({ name: "long" });
  const leaf = await handshake(ca, host);
  expect(leaf.subject).toBe("O=vaultbox");
  expect(leaf.checkHost(host)).toBe(host);
});

test("600 serials are positive, in shortest form, of 64 random bits or more, and all different", async () => {
  const ca = await createSessionCa({ name: "serials" });
  const serials = Array.from({ length: 600 }, (_, i) =>
    serialBytes(readLeaf(ca, `h${i}.example`).raw),
  );
  for (const serial of serials) {
    expect(serial.length).toBeLessThanOrEqual(20);
    expect(serial.length).toBeGreaterThanOrEqual(9);
    expect(serial[0]! & 0x80).toBe(0);
    expect(serial[0] === 0 && (serial[1]! & 0x80) === 0).toBe(false);
  }
  expect(new Set(serials.map((serial) => serial.toString("hex"))).size).toBe(600);
});

test("openssl's strict verification accepts the chain, for the host and for nothing else", async () => {
  const ca = await createSessionCa({ name: "openssl" });
  const leaf = readLeaf(ca, "api.example.com");
  const folder = mkdtempSync(join(tmpdir(), "vaultbox-ca-"));
  const verify = (host: string): string => {
    const args = [
      "verify",
      "-x509_strict",
      "-purpose",
      "sslserver",
      "-CAfile",
      join(folder, "ca.pem"),
    ];
    return execFileSync("openssl", [...args, "-verify_hostname", host, join(folder, "leaf.pem")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  try {
    writeFileSync(join(folder, "ca.pem"), ca.certificatePem);
    writeFileSync(join(folder, "leaf.pem"), leaf.toString());
    expect(verify("api.example.com")).toContain("leaf.pem: OK");
    expect(() => verify("other.example.com")).toThrow("hostname mismatch");
    const text = execFileSync(
      "openssl",
      ["x509", "-in", join(folder, "leaf.pem"), "-noout", "-text"],
      {
        encoding: "utf8",
      },
    );
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toContain("X509v3 Authority Key Identifier");
    expect(text).toContain("X509v3 Subject Key Identifier");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("two sessions have different CAs, and the one's leaf isn't the other's", async () => {
  const one = await createSessionCa({ name: "same" });
  const two = await createSessionCa({ name: "same" });
  expect(one.fingerprint).not.toBe(two.fingerprint);
  await expect(handshake(one, "a.example", two.secureContextFor("a.example"))).rejects.toThrow(
    /certificate|self-signed/,
  );
});
