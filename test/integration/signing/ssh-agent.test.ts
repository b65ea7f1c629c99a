import { describe, expect, test } from "vitest";
import {
  parsePublicKeyLine,
  toFingerprint,
  toPublicKeyLine,
  toSshString,
  toSshUint32,
} from "../../../src/git/signing/ssh-key.ts";
import { signForGit } from "../../../src/git/signing/sshsig.ts";
import { listAgentKeys, signWithAgent } from "../../../src/session/signing/ssh-agent.ts";
import { chooseAgentKey } from "../../../src/session/signing/ssh-agent-key.ts";
import { isValidSignature, makeKeyFile } from "../../support/signing-key.ts";
import { startFalseAgent, startSshAgent } from "../../support/ssh-agent.ts";

describe("the user's own ssh-agent", () => {
  test.each(["ed25519", "rsa", "ecdsa"])("signs with a key of the type %s", async (type) => {
    await using agent = await startSshAgent();
    await using file = await makeKeyFile({ type, ...(type === "rsa" ? { bits: 2048 } : {}) });
    await agent.add(file.path);
    const [key] = await listAgentKeys(agent.socket);
    if (key === undefined) throw new Error("no key");
    expect(toPublicKeyLine(key)).toBe(file.publicLine);
    const message = Buffer.from("a message");
    const sign = (data: Buffer): Promise<Buffer> => signWithAgent(agent.socket, key, data);
    const signature = await signForGit(message, { publicKey: key, sign });
    const check = { message, signature, publicLine: file.publicLine };
    expect(await isValidSignature(file.folder, check)).toBe(true);
  });

  test("gives its only key, or the one with the fingerprint that was named", async () => {
    await using agent = await startSshAgent();
    await using one = await makeKeyFile();
    await using two = await makeKeyFile();
    const env = { SSH_AUTH_SOCK: agent.socket };
    await expect(chooseAgentKey(env, undefined)).rejects.toThrow(/it has no key/);
    await agent.add(one.path);
    expect(toPublicKeyLine(await chooseAgentKey(env, undefined))).toBe(one.publicLine);
    await agent.add(two.path);
    await expect(chooseAgentKey(env, undefined)).rejects.toMatchObject({ code: "VBX_USAGE" });
    const wanted = toFingerprint(parsePublicKeyLine(two.publicLine));
    expect(toPublicKeyLine(await chooseAgentKey(env, wanted))).toBe(two.publicLine);
    await expect(chooseAgentKey(env, "SHA256:x")).rejects.toThrow(/no key with the fingerprint/);
  });

  test("that lacks the key, isn't there or isn't named fails with what to look at", async () => {
    await using agent = await startSshAgent();
    await using file = await makeKeyFile();
    const key = parsePublicKeyLine(file.publicLine);
    const failure = { code: "VBX_SSH_AGENT_UNAVAILABLE" };
    await expect(signWithAgent(agent.socket, key, Buffer.from("x"))).rejects.toMatchObject(failure);
    await expect(listAgentKeys(`${agent.socket}-not`)).rejects.toThrow(/ENOENT/);
    await expect(chooseAgentKey({}, undefined)).rejects.toThrow(/SSH_AUTH_SOCK is not set/);
  });
});

const broken: readonly (readonly [string, Buffer | undefined])[] = [
  ["closes at once", undefined],
  ["says nothing in its answer", toSshUint32(0)],
  ["answers with something endless", toSshUint32(0xffffffff)],
  ["answers another question", toSshString(Buffer.from([14]))],
  ["lists more keys than it sends", toSshString(Buffer.from([12, 0, 0, 0, 9]))],
  ["lists too many keys", toSshString(Buffer.from([12, 255, 255, 255, 255]))],
  ["refuses", toSshString(Buffer.from([5]))],
];

test.each(broken)("an agent that %s is an agent that can't be used", async (_what, answer) => {
  await using agent = await startFalseAgent((socket) => {
    if (answer === undefined) socket.destroy();
    else socket.once("data", () => socket.write(answer));
  });
  await expect(listAgentKeys(agent.socket)).rejects.toMatchObject({
    code: "VBX_SSH_AGENT_UNAVAILABLE",
  });
});

test("a signature by another algorithm than the key's is not passed on", async () => {
  await using file = await makeKeyFile();
  const signature = Buffer.concat([toSshString("ssh-rsa"), toSshString("x")]);
  const answer = toSshString(Buffer.concat([Buffer.from([14]), toSshString(signature)]));
  await using agent = await startFalseAgent((socket) => {
    socket.once("data", () => socket.write(answer));
  });
  const key = parsePublicKeyLine(file.publicLine);
  await expect(signWithAgent(agent.socket, key, Buffer.from("x"))).rejects.toThrow(/algorithm/);
});
