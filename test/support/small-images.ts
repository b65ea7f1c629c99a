import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import type { Engine } from "../../src/engine/engine.ts";
import { toTar } from "../../src/engine/tar.ts";
import { requireBaseImage } from "./require-engine.ts";

/** An image that only this test has; disposing removes it. */
export interface SmallImage extends AsyncDisposable {
  readonly tag: string;
}

async function importImage(
  engine: Engine,
  tar: Buffer,
  changes: readonly string[] = [],
): Promise<SmallImage> {
  const tag = `vaultbox-test/image:${randomBytes(6).toString("hex")}`;
  await engine.importImage(Readable.from([tar]), tag, changes);
  return { tag, [Symbol.asyncDispose]: () => engine.removeImage(tag) };
}

/** Debian's static busybox and nothing else: no accounts, no CAs, no folder but `/bin`. */
export async function importBusybox(
  engine: Engine,
  changes: readonly string[] = [],
  more: {
    readonly applets?: readonly string[];
    /** Programs, by their paths without the first slash */
    readonly scripts?: Readonly<Record<string, string>>;
    readonly gitConfig?: string;
  } = {},
): Promise<SmallImage> {
  const content = await readFile("/bin/busybox").catch((cause: unknown) => {
    throw new Error("this test needs Debian's busybox-static: npm test installs it", { cause });
  });
  const applets = ["sh", "busybox", "id", "wget", "cat", "env", "ls", "test", "touch", "pwd"];
  applets.push(...(more.applets ?? []));
  // By its own name a copy is the applet, and `install` isn't needed
  const files = applets.map((name) => ({ path: `bin/${name}`, content, mode: 0o755 }));
  const scripts = Object.entries(more.scripts ?? {}).map(([path, text]) => ({
    path,
    content: `#!/bin/sh\n${text}\n`,
    mode: 0o755,
  }));
  const path = { path: "not-a-program", content: "x\n", mode: 0o644 };
  const { gitConfig } = more;
  const config =
    gitConfig === undefined ? [] : [{ path: "etc/gitconfig", content: gitConfig, mode: 0o644 }];
  return await importImage(engine, toTar([...files, ...scripts, path, ...config]), changes);
}

/** Debian's dash with the libraries it is linked to, as in a distroless image with a shell. */
export async function importDash(engine: Engine): Promise<SmallImage> {
  const base = await requireBaseImage(engine);
  const script =
    "mkdir -p /tmp/r/bin; cp -L /bin/dash /tmp/r/bin/sh; for f in $(ldd /bin/dash | grep -o '/[^ ]*'); do mkdir -p /tmp/r/${f%/*}; cp -L $f /tmp/r/$f; done; tar c -C /tmp/r .";
  const args = ["run", "--rm", "--network", "none", base, "sh", "-c", script];
  const { stdout } = await promisify(execFile)("docker", args, {
    encoding: "buffer",
    maxBuffer: 64 * 1024 * 1024,
  });
  return await importImage(engine, stdout);
}
