import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import type { Child } from "./child-process.ts";
import type { LoadClient } from "./load-client.ts";
import type { TargetAddress } from "./load-connection.ts";

/** What every target is given. */
export interface BenchPlace {
  /** Folder for what targets write; removed at the end */
  readonly folder: string;
  readonly upstreamPort: number;
  readonly upstreamCaPath: string;
  /** Another checkout of vaultbox, built, to be measured beside this one */
  readonly before?: string | undefined;
}

/** A target that is up. */
export interface RunningTarget extends AsyncDisposable {
  readonly name: string;
  readonly address: TargetAddress;
  /** To trust beside the upstream's, PEM; empty for targets that don't intercept, undefined where the client knows it */
  readonly ca: string | undefined;
  /** Processes whose time and memory are its own, each with those below it */
  readonly pids: readonly number[];
  /** Processes that work for it too: their time counts, their memory doesn't */
  readonly helpers?: readonly number[];
  /** Whether it puts the credential on each request */
  readonly injects: boolean;
  /** Where its load comes from; default: the client on this machine */
  readonly client?: LoadClient;
}

type TargetFacts = Pick<RunningTarget, "name" | "address" | "ca" | "injects">;

/** A target that is one process of this bench's. */
export function toTarget(child: Child, facts: TargetFacts): RunningTarget {
  return {
    ...facts,
    pids: [child.pid],
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
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
