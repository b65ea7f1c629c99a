import { Decrypter } from "age-encryption";
import { expect, test } from "vitest";
import { type FileKeyOpener, openAgeFile } from "../../../../src/vault/age/open-age-file.ts";
import { isX25519Identity, toX25519Identity } from "../../../../src/vault/age/x25519.ts";
import { sha256, toBinary, total, type Vector, vectors } from "./vectors.ts";

/** By the package, which is what opens a header with a rarer key; its own scrypt takes the vectors' cheap work factors. */
function toPackageOpener(vector: Vector): FileKeyOpener {
  const decrypter = new Decrypter();
  for (const identity of vector.identities) decrypter.addIdentity(identity);
  for (const passphrase of vector.passphrases) decrypter.addPassphrase(passphrase);
  return ({ bytes }) => decrypter.decryptHeader(bytes);
}

function toOwnOpener({ identities }: Vector): FileKeyOpener {
  const own = identities.map(toX25519Identity);
  return async ({ stanzas }) => {
    for (const identity of own) {
      const fileKey = await identity.unwrapFileKey(stanzas);
      if (fileKey !== null) return fileKey;
    }
    return null;
  };
}

/** The names of those that don't open to their payload, or don't fail, as they must. */
async function findWrong(
  among: readonly Vector[],
  toOpener: (vector: Vector) => FileKeyOpener,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const vector of among) {
    const open = async (): Promise<Uint8Array> => openAgeFile(toBinary(vector), toOpener(vector));
    const opened = await open().then(sha256, () => undefined);
    if (opened !== (vector.expect === "success" ? vector.payload : undefined)) {
      wrong.push(vector.name);
    }
  }
  return wrong;
}

test(`${total} of ${total} public vectors open or fail as they must`, async () => {
  expect(vectors).toHaveLength(total);
  expect(await findWrong(vectors, toPackageOpener)).toEqual([]);
});

test("those for X25519 identities open or fail as they must on Node's own curve", async () => {
  const ours = vectors.filter(
    ({ identities, passphrases }) =>
      passphrases.length === 0 && identities.length > 0 && identities.every(isX25519Identity),
  );
  expect(ours.filter((vector) => vector.expect === "success").length).toBeGreaterThan(15);
  expect(ours.length).toBeGreaterThan(60);
  expect(await findWrong(ours, toOwnOpener)).toEqual([]);
});
