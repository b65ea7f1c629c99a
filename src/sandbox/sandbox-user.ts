import { mkdir, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { readFirstFile } from "../engine/tar.ts";
import { toProbeSpec } from "./container-specs.ts";
import { sandboxHome } from "./sandbox-places.ts";
import { createSessionContainer } from "./session-container.ts";
import { readRegularText } from "../base/fs/regular-file.ts";
import { fieldsOf, parseJson, text } from "../base/shape.ts";

/** Who the agent is in the sandbox. */
export interface SandboxUser {
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  readonly home: string;
}

/**
 * The workspace's owner, so that files the agent writes belong to the user. A session of an ordinary user is never more
 * than that user, whoever owns the directory; under a rootless engine, uid 0 of the container is that user.
 */
export async function resolveIdentity(
  workspace: string,
  engine: { readonly rootless: boolean },
): Promise<SandboxUser> {
  if (engine.rootless) return toIdentity(0, 0);
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  // Windows and its Docker Desktop: ownership is not the host's matter
  if (uid === undefined || gid === undefined) return toIdentity(1000, 1000);
  if (uid !== 0) return toIdentity(uid, gid);
  const owner = await stat(workspace);
  return toIdentity(owner.uid, owner.gid);
}

/** Who the relay runs as: nobody where the session is root's, otherwise the session's user, who owns the socket. */
export function resolveRelayUser(engine: { readonly rootless: boolean }): string {
  if (engine.rootless) return "0:0";
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  return uid === undefined || gid === undefined || uid === 0 ? "65534:65534" : `${uid}:${gid}`;
}

function toIdentity(uid: number, gid: number): SandboxUser {
  return {
    uid,
    gid,
    userName: uid === 0 ? "root" : "agent",
    groupName: gid === 0 ? "root" : "agent",
    home: sandboxHome,
  };
}

/** The files of an image that the sandbox shows with something of ours in them. */
export interface Accounts {
  readonly passwd: string;
  readonly group: string;
  /** /etc/gitconfig, empty when there is none */
  readonly gitConfig: string;
}

/** The image's passwd with our user in it, and no other of that name or number. */
export function toPasswd(passwd: string, sandboxUser: SandboxUser): string {
  const { uid, gid, userName, home } = sandboxUser;
  const others = accountLines(passwd).filter((line) => {
    const [name, , id] = line.split(":");
    return name !== userName && Number(id) !== uid;
  });
  return `${[`${userName}:x:${uid}:${gid}:vaultbox agent:${home}:/bin/sh`, ...others].join("\n")}\n`;
}

/** The image's groups with ours in it; a group of that number keeps its name. */
export function toGroup(group: string, sandboxUser: SandboxUser): string {
  const lines = accountLines(group);
  const hasGroup = lines.some((line) => Number(line.split(":")[2]) === sandboxUser.gid);
  const others = lines.filter((line) => hasGroup || line.split(":")[0] !== sandboxUser.groupName);
  const own = hasGroup ? [] : [`${sandboxUser.groupName}:x:${sandboxUser.gid}:`];
  return `${[...own, ...others].join("\n")}\n`;
}

function accountLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => /^[^:\s]+:[^:]*:\d+:/.test(line));
}

/** An image is read once: its content never changes under its id. */
export async function readAccounts(
  engine: Engine,
  image: { readonly id: string; readonly reference: string },
  options: {
    readonly cacheFolder: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly seccomp: string;
    /** Has the removal of the container that is asked, should it fail at first */
    readonly stack: AsyncDisposableStack;
  },
): Promise<Accounts> {
  const key = createHash("sha256").update(image.id).digest("hex");
  const path = join(options.cacheFolder, `accounts-${key}.json`);
  const cached = await readCached(path);
  if (cached !== undefined) return cached;
  const accounts = await readFromImage(
    engine,
    toProbeSpec({ image: image.reference, ...options }),
    options.stack,
  );
  await mkdir(options.cacheFolder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, JSON.stringify(accounts));
  return accounts;
}

const storedAccounts = fieldsOf<Accounts>({ passwd: text, group: text, gitConfig: text });

/** Undefined when it isn't there, is damaged or an older version's: the image is asked again. */
async function readCached(path: string): Promise<Accounts | undefined> {
  const json = await readRegularText(path).catch(() => "");
  return parseJson(json, storedAccounts);
}

async function readFromImage(
  engine: Engine,
  probe: ReturnType<typeof toProbeSpec>,
  stack: AsyncDisposableStack,
): Promise<Accounts> {
  const container = await createSessionContainer(engine, probe, stack);
  const read = async (path: string): Promise<string> => {
    const tar = await container.getArchive(path);
    return (tar && readFirstFile(tar)) ?? "";
  };
  const accounts = {
    passwd: await read("/etc/passwd"),
    group: await read("/etc/group"),
    gitConfig: await read("/etc/gitconfig"),
  };
  await container.remove();
  return accounts;
}
