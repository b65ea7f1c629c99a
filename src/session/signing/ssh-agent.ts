// A client of the user's ssh-agent (draft-miller-ssh-agent): what keys it has, and a signature by one of them.
import { connect } from "node:net";
import { VaultboxError } from "../../base/errors.ts";
import {
  parsePublicKeyBlob,
  SshFormatError,
  type SshPublicKey,
  SshReader,
  toSshString,
  toSshUint32,
} from "../../git/signing/ssh-key.ts";

/** How long the agent may take to list its keys, `ms` */
const listTimeoutMs = 5_000;
/** How long it may take to sign, `ms`: it may ask its user, or wait for a touch of the key */
const signTimeoutMs = 60_000;
/** Bytes of an answer, as OpenSSH's own agent limits its messages */
const maxAnswerBytes = 256 * 1024;
const maxKeys = 2048;

// draft-miller-ssh-agent §6.1
const message = {
  failure: 5,
  requestIdentities: 11,
  identitiesAnswer: 12,
  signRequest: 13,
  signResponse: 14,
} as const;
/** §4.5.1: an RSA key signs with SHA-512; without it the answer would be SHA-1, which signatures of files don't allow */
const rsaSha512 = 4;

/** @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE */
export async function listAgentKeys(socket: string): Promise<readonly SshPublicKey[]> {
  const request = Buffer.from([message.requestIdentities]);
  const reader = await ask(socket, request, {
    expected: message.identitiesAnswer,
    timeoutMs: listTimeoutMs,
  });
  return readAnswer(() => {
    const count = reader.takeUint32();
    if (count > maxKeys) throw new SshFormatError("it lists too many keys");
    return Array.from({ length: count }, () => {
      const key = parsePublicKeyBlob(reader.takeString());
      reader.takeString();
      return key;
    });
  });
}

/**
 * The signature of the data, as the agent encodes it.
 * @throws VaultboxError VBX_SSH_AGENT_UNAVAILABLE when it has no such key, its user says no, or it takes too long
 */
export async function signWithAgent(
  socket: string,
  key: SshPublicKey,
  data: Buffer,
): Promise<Buffer> {
  const flags = key.type === "ssh-rsa" ? rsaSha512 : 0;
  const request = Buffer.concat([
    Buffer.from([message.signRequest]),
    toSshString(key.blob),
    toSshString(data),
    toSshUint32(flags),
  ]);
  const reader = await ask(socket, request, {
    expected: message.signResponse,
    timeoutMs: signTimeoutMs,
  });
  return readAnswer(() => {
    const signature = reader.takeString();
    const algorithm = new SshReader(signature).takeString().toString("latin1");
    const wanted = key.type === "ssh-rsa" ? "rsa-sha2-512" : key.type;
    if (algorithm !== wanted) throw new SshFormatError("it signed with another algorithm");
    return Buffer.from(signature);
  });
}

function readAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SshFormatError)
      throw unavailable(`its answer is not valid: ${error.message}`);
    throw error;
  }
}

/** One request on a connection of its own; the reader stands behind the answer's type. */
async function ask(
  path: string,
  request: Buffer,
  options: { readonly expected: number; readonly timeoutMs: number },
): Promise<SshReader> {
  const answer = await exchangeFrames(path, toSshString(request), options.timeoutMs);
  const reader = new SshReader(answer);
  const type = readAnswer(() => reader.take(1)).readUInt8();
  if (type === options.expected) return reader;
  throw unavailable(
    type === message.failure
      ? "it refused: it may be locked, lack the key, or its user said no"
      : "its answer is of another kind",
  );
}

function exchangeFrames(path: string, frame: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    let received = Buffer.alloc(0);
    const timer = setTimeout(
      () => fail(`it did not answer within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
    };
    const fail = (why: string): void => {
      end();
      reject(unavailable(why));
    };
    socket.on("error", (error: NodeJS.ErrnoException) =>
      fail(error.code ?? "the connection broke"),
    );
    socket.on("close", () => fail("it closed the connection"));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readUInt32BE();
      if (length > maxAnswerBytes) return fail("its answer is too long");
      if (received.length < 4 + length) return;
      end();
      resolve(received.subarray(4, 4 + length));
    });
    socket.write(frame);
  });
}

export function unavailable(why: string): VaultboxError {
  return new VaultboxError("VBX_SSH_AGENT_UNAVAILABLE", `cannot use the ssh-agent: ${why}`, {
    hints: ["see what it has: ssh-add -l"],
  });
}
