import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { armor, Decrypter } from "age-encryption";
import * as vectors from "cctv-age";
import { expect, test } from "vitest";
import { toScryptIdentity } from "../../../src/vault/age-scrypt.ts";

/** How a passphrase is given: the package's own scrypt, or ours, which is what vaults are opened with. */
type Backend = "package" | "native scrypt";

interface Vector {
  readonly expect: string;
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly armored: boolean;
  readonly file: Uint8Array;
}

const total = 143;
// Ours refuses work factors outside 2^16 to 2^22 on purpose; the vectors with a passphrase use cheap ones
const cheap = /work factor \d+ is outside/;

function parseVector(bytes: Uint8Array): Vector {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const fields = Buffer.from(bytes.subarray(0, end)).toString().split("\n");
  const valuesOf = (key: string): string[] =>
    fields.filter((field) => field.startsWith(`${key}: `)).map((f) => f.slice(key.length + 2));
  const body = bytes.subarray(end + 2);
  return {
    expect: valuesOf("expect")[0] ?? "",
    payload: valuesOf("payload")[0],
    identities: valuesOf("identity"),
    passphrases: valuesOf("passphrase"),
    armored: valuesOf("armored")[0] === "yes",
    file: valuesOf("compressed")[0] === "zlib" ? new Uint8Array(inflateSync(body)) : body,
  };
}

function makeDecrypter(vector: Vector, backend: Backend): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of vector.identities) decrypter.addIdentity(identity);
  for (const passphrase of vector.passphrases) {
    if (backend === "package") decrypter.addPassphrase(passphrase);
    else decrypter.addIdentity(toScryptIdentity(passphrase));
  }
  return decrypter;
}

function toBinary(vector: Vector): Uint8Array {
  return vector.armored ? armor.decode(Buffer.from(vector.file).toString("latin1")) : vector.file;
}

async function openWhole(vector: Vector, backend: Backend): Promise<Uint8Array> {
  return makeDecrypter(vector, backend).decrypt(toBinary(vector));
}

/** Fed in odd pieces. A stream that fails drops what nobody has read yet, so only its end can be judged then. */
async function openStreamed(vector: Vector): Promise<Uint8Array> {
  const bytes = toBinary(vector);
  let offset = 0;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + 4093));
      offset += 4093;
    },
  });
  const chunks: Uint8Array[] = [];
  const plain = await makeDecrypter(vector, "package").decrypt(source);
  for await (const chunk of plain) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const all = Object.entries(vectors).map(([name, bytes]) => ({ name, vector: parseVector(bytes) }));

test(`the public vectors are there, ${total} of them`, () => {
  expect(all).toHaveLength(total);
});

test(`${total} of ${total} public vectors open or fail as they must, whole`, async () => {
  const wrong: string[] = [];
  for (const { name, vector } of all) {
    const opened = await openWhole(vector, "package").then(sha256, () => undefined);
    const right = vector.expect === "success" ? vector.payload : undefined;
    if (opened !== right) wrong.push(name);
  }
  expect(wrong).toEqual([]);
});

test(`${total} of ${total} public vectors open or fail as they must, streamed`, async () => {
  const wrong: string[] = [];
  for (const { name, vector } of all) {
    const opened = await openStreamed(vector).then(sha256, () => undefined);
    const right = vector.expect === "success" ? vector.payload : undefined;
    if (opened !== right) wrong.push(name);
  }
  expect(wrong).toEqual([]);
});

test("vectors with a passphrase open or fail as they must with native scrypt, or are refused as too cheap", async () => {
  const wrong: string[] = [];
  let refused = 0;
  const withPassphrase = all.filter(({ vector }) => vector.passphrases.length > 0);
  for (const { name, vector } of withPassphrase) {
    const opened = await openWhole(vector, "native scrypt").then(sha256, (error: unknown) => error);
    if (opened instanceof Error && cheap.test(opened.message)) refused += 1;
    else if (vector.expect === "success" && opened !== vector.payload) wrong.push(name);
    else if (vector.expect !== "success" && typeof opened === "string") wrong.push(name);
  }
  expect(wrong).toEqual([]);
  expect(withPassphrase.length).toBeGreaterThan(10);
  expect(refused).toBeGreaterThan(0);
});
