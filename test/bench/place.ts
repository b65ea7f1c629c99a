import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import type { Child } from "./child-process.ts";
import type { TargetAddress } from "./load-connection.ts";

/** What every target is given. */
export interface BenchPlace {
  /** Folder for what targets write; removed at the end */
  readonly folder: string;
  readonly upstreamPort: number;
  readonly upstreamCaPath: string;
  /** Another checkout of vaultbox, built, to be measured beside this one */
  readonly before?: string | undefined;
  /** Whether vaultbox puts a credential on each request */
  readonly hasCredential: boolean;
}

/** A target that is up. */
export interface RunningTarget {
  readonly name: string;
  readonly address: TargetAddress;
  /** CA to trust beside the upstream's, PEM; empty for targets that don't intercept */
  readonly ca: string;
  readonly child: Child | undefined;
}

const run = promisify(execFile);

/** A port that was free a moment ago, for programs that can't choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Whether a program is on the PATH or where Debian puts daemons. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    await run("sh", ["-c", 'PATH="$PATH:/usr/sbin" command -v "$1"', "sh", program]);
    return true;
  } catch {
    // `command -v` says no by its exit status
    return false;
  }
}
