// The public test vectors of age (C2SP CCTV), read.
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { armor } from "age-encryption";
import * as packed from "cctv-age";

export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly armored: boolean;
  readonly file: Uint8Array;
}

/** How many there are, so that none is lost. */
export const total = 143;

function parseVector(name: string, bytes: Uint8Array): Vector {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const fields = Buffer.from(bytes.subarray(0, end)).toString().split("\n");
  const valuesOf = (key: string): string[] =>
    fields.filter((field) => field.startsWith(`${key}: `)).map((f) => f.slice(key.length + 2));
  const body = bytes.subarray(end + 2);
  return {
    name,
    expect: valuesOf("expect")[0] ?? "",
    payload: valuesOf("payload")[0],
    identities: valuesOf("identity"),
    passphrases: valuesOf("passphrase"),
    armored: valuesOf("armored")[0] === "yes",
    file: valuesOf("compressed")[0] === "zlib" ? new Uint8Array(inflateSync(body)) : body,
  };
}

export function toBinary(vector: Vector): Uint8Array {
  return vector.armored ? armor.decode(Buffer.from(vector.file).toString("latin1")) : vector.file;
}

export const vectors = Object.entries(packed).map(([name, bytes]) => parseVector(name, bytes));

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
