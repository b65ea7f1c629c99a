import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { describe, expect, test } from "vitest";
import { createCanary, searchCanary, searchFiles } from "../../support/canary.ts";
import { createMatcher, toNeedles } from "../../support/canary-needles.ts";

type Encode = (text: string) => Buffer | string;

const forms: Readonly<Record<string, Encode>> = {
  raw: (text) => text,
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 at offset 1": (text) => Buffer.from(`x${text}y`).toString("base64"),
  "base64 at offset 2": (text) => Buffer.from(`xy${text}z`).toString("base64"),
  base64url: (text) => Buffer.from(`user:${text}`).toString("base64url"),
  hex: (text) => Buffer.from(text).toString("hex"),
  "hex upper": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  "percent-encoded": (text) => Buffer.from(text).toString("hex").replace(/../g, "%$&"),
  "escaped as in JSON": (text) => Buffer.from(text).toString("hex").replace(/../g, "\\u00$&"),
  reversed: (text) => Array.from(text).reverse().join(""),
  "utf-16": (text) => Buffer.from(text, "utf16le"),
  gzip: (text) => gzipSync(text),
  deflate: (text) => deflateSync(text),
  "raw deflate": (text) => deflateRawSync(text),
  brotli: (text) => brotliCompressSync(text),
  zstd: (text) => zstdCompressSync(text),
  "gzip of base64": (text) => gzipSync(Buffer.from(`a${text}`).toString("base64")),
  "gzip in zstd": (text) => zstdCompressSync(gzipSync(text)),
};

const unmarked = new Set(["brotli", "raw deflate"]);

test.each(Object.entries(forms))(
  "a canary is found as %s, whole and in any slice",
  (name, encode) => {
    const canary = createCanary();
    // A packed stream without a mark is found where HTTP puts it
    const lead = unmarked.has(name) ? "HTTP/1.1 200 OK\r\n\r\n" : randomBytes(1000);
    for (let from = 0; from + 12 <= canary.length; from += 1) {
      for (const slice of [canary.slice(from), canary.slice(from, from + 12)]) {
        const haystack = Buffer.concat([Buffer.from(lead), Buffer.from(encode(slice))]);
        expect(searchCanary(haystack, canary).length).toBeGreaterThan(0);
      }
    }
  },
);

test("a canary with characters that URLs and JSON escape is found as they write it", () => {
  const canary = 'p"ss/w+rd \\ and ü=&%';
  expect(searchCanary(encodeURIComponent(canary), canary)).not.toEqual([]);
  expect(searchCanary(JSON.stringify({ canary }), canary)).not.toEqual([]);
});

test("eleven characters, another canary and noise are no hits", () => {
  const canary = createCanary();
  const noise = randomBytes(2_000_000);
  expect(searchCanary(noise, canary)).toEqual([]);
  expect(searchCanary(createCanary(), canary)).toEqual([]);
  expect(searchCanary(`${canary.slice(5, 16)} ${noise.toString("base64")}`, canary)).toEqual([]);
});

describe("the matcher finds what a plain search finds", () => {
  const canary = createCanary();
  const needles = toNeedles(canary);
  const match = createMatcher(needles);

  test.each(needles)("$encoding", (needle) => {
    const haystack = Buffer.concat([randomBytes(37), needle.bytes, randomBytes(5)]);
    expect(match(haystack)).toContainEqual({ encoding: needle.encoding, offset: 37 });
  });
});

test("a tree is searched wholly, and what can't be read is listed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-canary-"));
  const canary = createCanary();
  await mkdir(join(folder, "a", canary), { recursive: true });
  await writeFile(join(folder, "a", "plain"), `token=${canary}\n`);
  await writeFile(join(folder, "a", "packed.gz"), gzipSync(canary));
  await writeFile(join(folder, "a", "clean"), "nothing");
  await symlink(`/nowhere/${canary}`, join(folder, "link"));
  const server = createServer().listen(join(folder, "socket"));
  const result = await searchFiles([folder, join(folder, "missing")], canary);
  server.close();
  await rm(folder, { recursive: true });
  expect(result.files).toBe(3);
  expect(new Set(result.hits.map((hit) => hit.path.slice(folder.length + 1)))).toEqual(
    new Set([join("a", canary), "a/plain", "a/packed.gz", "link"]),
  );
  expect(result.skipped).toEqual([
    { path: join(folder, "socket"), why: "a socket" },
    { path: join(folder, "missing"), why: expect.stringContaining("ENOENT") },
  ]);
});

test("a canary across two windows of a large file is found, packed files too", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-canary-"));
  const canary = createCanary();
  const window = 64 * 1024 * 1024;
  const large = Buffer.alloc(window + 3_000_000, 0x61);
  large.write(canary, window - 20);
  await writeFile(join(folder, "large"), large);
  const packed = gzipSync(Buffer.concat([randomBytes(window + 3_000_000), Buffer.from(canary)]), {
    level: 1,
  });
  await writeFile(join(folder, "large.gz"), packed);
  const result = await searchFiles([folder], canary);
  await rm(folder, { recursive: true });
  expect(new Set(result.hits.map((hit) => hit.path))).toEqual(
    new Set([join(folder, "large"), join(folder, "large.gz")]),
  );
  expect(result.bytes).toBe(large.length + packed.length);
}, 60_000);
