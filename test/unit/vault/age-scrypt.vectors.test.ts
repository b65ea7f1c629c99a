import { expect, test } from "vitest";
import { toScryptIdentity } from "../../../src/vault/age-scrypt.ts";
import { openAgeFile } from "../../../src/vault/age/open-age-file.ts";
import { sha256, toBinary, type Vector, vectors } from "./age/vectors.ts";

// Ours refuses work factors outside 2^16 to 2^22 on purpose; the vectors with a passphrase use cheap ones
const cheap = /work factor \d+ is outside/;

async function openVector(vector: Vector): Promise<Uint8Array> {
  const identities = vector.passphrases.map(toScryptIdentity);
  return openAgeFile(toBinary(vector), async ({ stanzas }) => {
    for (const identity of identities) {
      const fileKey = await identity.unwrapFileKey(stanzas);
      if (fileKey !== null) return fileKey;
    }
    return null;
  });
}

test("vectors with a passphrase open or fail as they must with native scrypt, or are refused as too cheap", async () => {
  const wrong: string[] = [];
  let refused = 0;
  const withPassphrase = vectors.filter(({ passphrases }) => passphrases.length > 0);
  for (const vector of withPassphrase) {
    const opened = await openVector(vector).then(sha256, (error: unknown) => error);
    if (opened instanceof Error && cheap.test(opened.message)) refused += 1;
    else if (vector.expect === "success" && opened !== vector.payload) wrong.push(vector.name);
    else if (vector.expect !== "success" && typeof opened === "string") wrong.push(vector.name);
  }
  expect(wrong).toEqual([]);
  expect(withPassphrase.length).toBeGreaterThan(10);
  expect(refused).toBeGreaterThan(0);
});
