import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { VaultboxError } from "../base/errors.ts";
import { runProgram } from "../base/run-program.ts";
import { prepareProgram } from "../base/find-program.ts";
import { quoted } from "../base/printable.ts";
import { pingEngine } from "./find-engine.ts";

/** Docker Engine from the distribution, and what builds the base image without an image registry */
export const enginePackages = ["docker.io", "mmdebstrap"] as const;

const socketPath = "/var/run/docker.sock";
const aptTimeoutMs = 10 * 60_000;
const questionTimeoutMs = 20_000;
/** How long an engine may take from its start to its first answer, in milliseconds */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const pollMs = 200;

/** An engine that this process started; it goes on when this process ends. */
export interface StartedEngine {
  readonly pid: number;
  readonly logPath: string;
  readonly stop: () => Promise<void>;
}

export interface SetupOptions {
  /** A line of what is going on, for people */
  readonly onLine: (line: string) => void;
}

/**
 * Which of the packages have to be installed.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED when this isn't a Debian or Ubuntu
 */
export async function findMissingPackages(packages: readonly string[]): Promise<readonly string[]> {
  const status = await runProgram({
    // Unknown names make dpkg-query fail, so the whole list is asked for
    file: "dpkg-query",
    args: ["--show", "--showformat=${Package} ${db:Status-Status}\\n"],
    timeoutMs: questionTimeoutMs,
  });
  const installed = new Set(status.split("\n").filter((line) => line.endsWith(" installed")));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Installs packages of the distribution; needs root.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED
 */
export async function installPackages(
  packages: readonly string[],
  options: SetupOptions,
): Promise<void> {
  // needrestart would look at every service of the machine
  const environment = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" };
  const run = async (args: readonly string[]) => {
    options.onLine(`apt-get ${args.join(" ")}`);
    const onLine = (line: string) => {
      if (!line.startsWith("(Reading database ...")) options.onLine(`  ${line}`);
    };
    const command = { file: "apt-get", timeoutMs: aptTimeoutMs, env: environment, onLine };
    await runProgram({ ...command, args });
  };
  await run(["update", "-qq"]);
  await run(["install", "--yes", "-qq", "--no-install-recommends", ...packages]);
}

/** Whether this process may install packages: a Debian or Ubuntu, and root. */
export function canInstallPackages(): boolean {
  return isDebian() && process.getuid?.() === 0;
}

function isDebian(): boolean {
  return process.platform === "linux" && existsSync("/usr/bin/apt-get");
}

/** The error where vaultbox can't set an engine up by itself: why there is none, and the commands that change it. */
export function toManualSetup(absence: VaultboxError): VaultboxError {
  const install = isDebian()
    ? `no engine is installed here yet? as root: apt-get install ${enginePackages.join(" ")}`
    : "no engine is installed here yet? install Docker for this system and start it";
  const hints = [...absence.hints.slice(0, 2), install];
  return new VaultboxError("VBX_ENGINE_UNREACHABLE", absence.message, { hints, cause: absence });
}

/**
 * Starts the installed engine: by systemd where that runs, otherwise by hand.
 * @returns undefined when systemd looks after it
 * @throws VaultboxError VBX_ENGINE_UNREACHABLE, naming the engine's log
 */
export async function startEngine(options: SetupOptions): Promise<StartedEngine | undefined> {
  if (existsSync("/run/systemd/system")) {
    const args = ["start", "docker"];
    await runProgram({ file: "systemctl", args, timeoutMs: startTimeoutMs });
    await untilAnswering(() => undefined, 'the system log ("journalctl -u docker")');
    return undefined;
  }
  await mountCgroups(options);
  return await startByHand(options);
}

async function startByHand(options: SetupOptions): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-dockerd-"));
  const logPath = join(folder, "log");
  const program = prepareProgram("dockerd", process.env);
  if ("why" in program) {
    throw new VaultboxError("VBX_ENGINE_UNREACHABLE", `cannot start dockerd: ${program.why}`);
  }
  const { file, env } = program;
  const log = openSync(logPath, "wx", 0o600);
  const engine = spawn(file, [], { detached: true, env, stdio: ["ignore", log, log] });
  closeSync(log);
  engine.unref();
  let ended: string | undefined;
  engine.once("error", (error) => (ended = error.message));
  engine.once("exit", (status, signal) => (ended = `it ended with ${signal ?? status}`));
  await untilAnswering(() => ended, quoted(logPath));
  const pid = engine.pid ?? 0;
  options.onLine(`started a container engine: dockerd, pid ${pid}, log ${logPath}`);
  const stop = async () => {
    await stopProcess(pid, () => ended !== undefined);
    await rm(folder, { recursive: true, force: true });
  };
  return { pid, logPath, stop };
}

async function untilAnswering(ended: () => string | undefined, log: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  let why = "it was not tried";
  while (performance.now() < deadline) {
    const answer = await pingEngine({ kind: "socket", path: socketPath });
    if (answer.answers) return;
    why = ended() ?? answer.why;
    if (ended() !== undefined) break;
    await sleep(pollMs);
  }
  throw new VaultboxError("VBX_ENGINE_UNREACHABLE", `cannot start the container engine: ${why}`, {
    hints: [`see ${log}`],
  });
}

async function stopProcess(pid: number, hasEnded: () => boolean): Promise<void> {
  process.kill(pid, "SIGTERM");
  const deadline = performance.now() + stopTimeoutMs;
  while (!hasEnded() && performance.now() < deadline) await sleep(pollMs);
}

/** A machine without an init system may not have mounted them, and no engine starts without. */
async function mountCgroups(options: SetupOptions): Promise<void> {
  const mounts = await readFile("/proc/mounts", "utf8");
  if (/ cgroup2? /.test(mounts)) return;
  options.onLine("mounting cgroup2 at /sys/fs/cgroup");
  const args = ["-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"];
  await runProgram({ file: "mount", args, timeoutMs: questionTimeoutMs });
}
