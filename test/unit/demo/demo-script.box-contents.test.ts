import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { collectCommand, searchBox } from "../../../src/demo/demo-script.ts";

const secret = randomBytes(30).toString("base64url");

async function searchText(content: string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-box-"));
  try {
    const path = join(folder, "box");
    await writeFile(path, content);
    return await searchBox({ path, secret, control: "CONTROL=" });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each([
  ["raw", secret],
  ["half of it", secret.slice(0, 20)],
  ["hex", Buffer.from(secret).toString("hex")],
  ["base64 with something before it", Buffer.from(`x-api-key:${secret}:`).toString("base64")],
  ["reversed", Array.from(secret).toReversed().join("")],
])("the search finds the secret: %s", async (_how, form) => {
  expect((await searchText(`CONTROL=1\0${form}`)).secretHits).toBeGreaterThan(0);
});

test("the search finds nothing where nothing is, and says that it looked", async () => {
  const found = await searchText("CONTROL=1\0ANTHROPIC_API_KEY=sk-ant-api03-placeholder");
  expect(found).toMatchObject({ secretHits: 0, controlHits: 1 });
});

test("the search finds a secret that lies across two chunks", async () => {
  const chunk = 1024 * 1024;
  const found = await searchText(Buffer.concat([Buffer.alloc(chunk - 9), Buffer.from(secret)]));
  expect(found.secretHits).toBeGreaterThan(0);
});

test("a missing file is a search that looked at nothing", async () => {
  const found = await searchBox({ path: "/nonexistent/box", secret, control: "CONTROL=" });
  expect(found).toEqual({ secretHits: 0, controlHits: 0, bytes: 0 });
});

test("the collecting command is one that a shell can read", async () => {
  const check = promisify(execFile)("sh", ["-n", "-c", collectCommand("box-contents.bin")]);
  await expect(check).resolves.toMatchObject({ stderr: "" });
});
