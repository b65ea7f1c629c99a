import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCaFile } from "../../../src/proxy/trust.ts";
import { createTestCa } from "../../support/test-ca.ts";

async function readText(text: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "vaultbox-trust-"));
  try {
    const path = join(folder, "ca.pem");
    writeFileSync(path, text);
    return await readCaFile(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("every certificate of a CA file is read, whatever stands between them", async () => {
  const [one, two] = [createTestCa("one").certPem, createTestCa("two").certPem];
  const found = await readText(
    `# Company roots\r\n${one.replaceAll("\n", "\r\n")}subject=two\n${two}\n`,
  );
  expect(found).toHaveLength(2);
  expect(found[1]).toBe(two.trimEnd());
});

test.each([
  ["is empty", ""],
  ["is no PEM", "hello"],
  ["is a private key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
  ["is damaged", createTestCa().certPem.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA")],
  ["is cut", createTestCa().certPem.slice(0, 300)],
  [
    "is damaged in its second certificate",
    `${createTestCa().certPem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  ],
])("a CA file that %s is refused as a whole", async (_, text) => {
  await expect(readText(text)).rejects.toMatchObject({
    code: "VBX_UPSTREAM_CA_INVALID",
    message: expect.stringMatching(/^cannot use the CA file ".*": /),
  });
});

test("a CA file that isn't there is named with the reason", async () => {
  await expect(readCaFile("/nonexistent/ca.pem")).rejects.toMatchObject({
    code: "VBX_UPSTREAM_CA_INVALID",
    message: 'cannot use the CA file "/nonexistent/ca.pem": there is no such file',
  });
});
