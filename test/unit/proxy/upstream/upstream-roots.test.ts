import { expect, test } from "vitest";
import { parseCaFile } from "../../../../src/proxy/upstream/upstream-roots.ts";
import { createTestCa } from "../../../support/test-ca.ts";

const parse = (text: string): readonly string[] => parseCaFile("ca.pem", text);

test("every certificate of a CA file is read, whatever stands between them", () => {
  const [one, two] = [createTestCa("one").certPem, createTestCa("two").certPem];
  const found = parse(`# Company roots\r\n${one.replaceAll("\n", "\r\n")}subject=two\n${two}\n`);
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
])("a CA file that %s is refused as a whole", (_, text) => {
  expect(() => parse(text)).toThrow(/^cannot use the CA file "ca\.pem": /);
});
