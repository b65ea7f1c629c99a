import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { derSequence, derInteger, derObjectId, derOctetString, readNames } from "./der.ts";
import { toSqliteFile, type SqliteTable, type SqliteValue } from "./sqlite-file.ts";

/** The files of an NSS database, by their names. */
export interface NssDatabase {
  readonly "cert9.db": Buffer;
  readonly "key4.db": Buffer;
  readonly "pkcs11.txt": string;
}

/** Attributes of PKCS #11 and of NSS, as NSS names their columns (nss/lib/softoken/sdb.c, 3.87). */
const columns =
  `a0 a1 a2 a3 a10 a11 a12 a80 a81 a82 a83 a84 a85 a86 a87 a88 a89 a8a a8b a90 a100 a101 a102 a103 a104
a105 a106 a107 a108 a109 a10a a10b a10c a110 a111 a120 a121 a122 a123 a124 a125 a126 a127 a128 a129 a130 a131 a132 a133
a134 a160 a161 a162 a163 a164 a165 a166 a170 a180 a181 a200 a201 a202 a210 a300 a301 a302 a400 a401 a402 a403 a404 a405
a406 a480 a481 a482 a500 a501 a502 a503 a40000211 a40000212 a80000001 ace534351 ace534352 ace534353 ace534354 ace534355
ace534356 ace534357 ace534358 ace534364 ace534365 ace534366 ace534367 ace534368 ace534369 ace534373 ace534374 ace536351
ace536352 ace536353 ace536354 ace536355 ace536356 ace536357 ace536358 ace536359 ace53635a ace53635b ace53635c ace53635d
ace53635e ace53635f ace536360 ace5363b4 ace5363b5 ad5a0db00`.split(/\s/);

/** Row numbers of the certificate and of what it's trusted for. */
const certificateId = 1;
const trustId = 2;

/** Trust as `certutil -t C,,` stores it: an authority for TLS servers, and for nothing else. */
const trust: Readonly<Record<string, string>> = {
  ce536358: "ce534352",
  ce536359: "ce53435b",
  ce53635a: "ce534353",
  ce53635b: "ce534353",
  ce536360: "00",
};
const certificateHash = "ce5363b4";

/** What `certutil -N --empty-password` stores: a salt, and a known text encrypted with the empty password. */
const passwordSalt = Buffer.from("1c61fce264ec14f8fc734cc7bfe9aab791da4714", "hex");
/** Any will do, where the password is known to be empty */
const signatureSalt = createHash("sha256").update(passwordSalt).digest();
const passwordCheck = Buffer.from(
  "308181306d06092a864886f70d01050d3060304106092a864886f70d01050c30340420344cfc466b6474dafe441148a4011a6786d393e81fa91504b576be31250affab020101020120300a06082a864886f70d0209301b060960864801650304012a040ec6c74d6bb5f167fe80b6d94123bf04103e0b389706526dc57d2eaa17483d2415",
  "hex",
);

/**
 * A database in which programs with NSS (Chromium) look for the user's own authorities, with the session's CA, for
 * `~/.pki/nssdb`. Made here, because `certutil` is in few images and would start two processes a session. It has no
 * password, as a user's own mostly has none, so that the sandbox can add to it.
 * @param folder where it will be, absolute
 */
export function toNssDatabase(caDer: Uint8Array, folder: string): NssDatabase {
  const { issuer, serial, subject, publicKey } = readNames(caDer);
  const hash = createHash("sha1").update(caDer).digest();
  const yes = Buffer.from([1]);
  const no = Buffer.from([0]);
  const common = { a1: yes, a2: no, a81: issuer, a82: serial, a170: yes };
  const certificate = {
    ...common,
    a0: Buffer.from("00000001", "hex"),
    a3: "vaultbox session CA",
    a11: caDer,
    a80: Buffer.alloc(4),
    a101: subject,
    a102: createHash("sha1").update(publicKey).digest(),
  };
  const trusted = [
    ...Object.entries(trust).map(([name, value]) => [name, Buffer.from(value, "hex")] as const),
    [certificateHash, hash] as const,
  ];
  const trustObject = {
    ...common,
    a0: Buffer.from("ce534353", "hex"),
    ...Object.fromEntries(trusted.map(([name, value]) => [`a${name}`, value])),
  };
  const objects = [toRow(certificateId, certificate), toRow(trustId, trustObject)];
  return {
    "cert9.db": toSqliteFile([toObjectTable("nssPublic", objects)]),
    "key4.db": toSqliteFile([toObjectTable("nssPrivate", []), toMetaTable(trusted)]),
    "pkcs11.txt": toModuleText(folder),
  };
}

function toObjectTable(name: string, rows: SqliteTable["rows"]): SqliteTable {
  return { name, columns: ["id", ...columns], onConflict: "ABORT", rows };
}

/** NSS stores every value as a blob. */
function toRow(
  id: number,
  values: Readonly<Record<string, Uint8Array | string>>,
): readonly SqliteValue[] {
  return [
    id,
    ...columns.map((name) => (values[name] === undefined ? undefined : Buffer.from(values[name]))),
  ];
}

/** The password, and a signature for each value of the trust: NSS ignores trust that isn't signed. */
function toMetaTable(trusted: readonly (readonly [string, Buffer])[]): SqliteTable {
  const password = createHash("sha1").update(passwordSalt).digest();
  const key = pbkdf2Sync(password, signatureSalt, 1, 32, "sha256");
  const signatures = trusted.map(([name, value]) => [
    `sig_cert_${hex8(trustId)}_${name}`,
    toSignature(key, name, value),
  ]);
  return {
    name: "metaData",
    columns: ["id", "item1", "item2"],
    onConflict: "REPLACE",
    rows: [["password", passwordSalt, passwordCheck], ...signatures],
  };
}

/** PBMAC1 (RFC 8018) over the object, the attribute and its value, with the empty password (sftkpwd.c). */
function toSignature(key: Buffer, attribute: string, value: Buffer): Buffer {
  const mac = createHmac("sha256", key)
    .update(Buffer.from(hex8(trustId) + attribute, "hex"))
    .update(value)
    .digest();
  const hmac = derSequence(derObjectId("1.2.840.113549.2.9"));
  const derivation = derSequence(
    derOctetString(signatureSalt),
    derInteger(Buffer.from([1])),
    derInteger(Buffer.from([32])),
    hmac,
  );
  const parameters = derSequence(
    derSequence(derObjectId("1.2.840.113549.1.5.12"), derivation),
    hmac,
  );
  const algorithm = derSequence(derObjectId("1.2.840.113549.1.5.14"), parameters);
  return derSequence(algorithm, derOctetString(mac));
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function toModuleText(folder: string): string {
  return `library=
name=NSS Internal PKCS #11 Module
parameters=configdir='sql:${folder}' certPrefix='' keyPrefix='' secmod='secmod.db' flags= updatedir='' updateCertPrefix='' updateKeyPrefix='' updateid='' updateTokenDescription=''
NSS=Flags=internal,critical trustOrder=75 cipherOrder=100 slotParams=(1={slotFlags=[ECC,RSA,DSA,DH,RC2,RC4,DES,RANDOM,SHA1,MD5,MD2,SSL,TLS,AES,Camellia,SEED,SHA256,SHA512] askpw=any timeout=30})

`;
}
