import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Secret Service of its own: a private bus and an unlocked gnome-keyring, in a home that is removed. */
export interface SecretService extends AsyncDisposable {
  /** What a process needs to reach it: HOME, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
}

const startTimeoutMs = 15_000;

/** `undefined` when dbus-run-session or gnome-keyring-daemon isn't installed. */
export async function startSecretService(): Promise<SecretService | undefined> {
  const home = await mkdtemp(join(tmpdir(), "vaultbox-test-keyring-"));
  // The keyring unlocks with the (empty) password on its stdin; the shell ends with its stdin, and the bus with the shell
  const script = `
    printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 1
    echo "bus $DBUS_SESSION_BUS_ADDRESS"
    read -r _end`;
  const env = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: join(home, "data"),
  };
  const child = spawn("dbus-run-session", ["--", "sh", "-c", script], {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const closed = once(child, "close").catch(() => undefined);
  const stop = async (): Promise<void> => {
    child.stdin.destroy();
    await closed;
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  child.stdin.on("error", () => undefined);
  const address = await readAddress(child.stdout, closed);
  if (address === undefined) {
    await stop();
    return undefined;
  }
  return { env: { ...env, DBUS_SESSION_BUS_ADDRESS: address }, home, [Symbol.asyncDispose]: stop };
}

async function readAddress(
  stdout: NodeJS.ReadableStream,
  closed: Promise<unknown>,
): Promise<string | undefined> {
  const line = new Promise<string | undefined>((resolve) => {
    let text = "";
    stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const address = /^bus (.+)\n/m.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    });
    setTimeout(() => resolve(undefined), startTimeoutMs).unref();
  });
  return Promise.race([line, closed.then(() => undefined)]);
}
