import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { median } from "./measurement.ts";

const run = promisify(execFile);
const cliPath = resolve(import.meta.dirname, "../../bin/vaultbox.js");
const commandTimeoutMs = 120_000;

/** A command whose start-up is measured, and the one it is compared with. */
interface Starter {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly against: string;
}

export interface StartUp {
  readonly name: string;
  readonly medianMs: number;
  readonly against: string;
  /** Median over rounds of the ratio within each round */
  readonly ratio: number;
}

export interface StartUpResult {
  readonly figures: readonly StartUp[];
  readonly notes: readonly string[];
}

/** Where the commands run: vaultbox doesn't start in a workspace that it lies in. */
export interface StartPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs each command once without counting, then `rounds` times in turn. One that fails is a note. */
export async function measureStartUp(
  rounds: number,
  place: StartPlace,
  image?: string,
): Promise<StartUpResult> {
  const notes: string[] = [];
  const starters: Starter[] = [];
  for (const starter of await findStarters(image, notes)) {
    try {
      await timed(starter, place);
      starters.push(starter);
    } catch (error) {
      const [line = ""] = (error instanceof Error ? error.message : String(error))
        .split("\n")
        .slice(-2);
      notes.push(`${starter.name} left out: ${line}`);
    }
  }
  const times = new Map(starters.map((starter): [string, number[]] => [starter.name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const starter of starters) times.get(starter.name)?.push(await timed(starter, place));
  }
  const figures = starters.map(({ name, against }) => {
    const own = times.get(name) ?? [];
    const others = times.get(against) ?? [];
    const ratios = own.map((value, round) => value / (others[round] ?? Number.NaN));
    return { name, medianMs: median(own), against, ratio: median(ratios) };
  });
  return { figures, notes };
}

async function findStarters(
  wantedImage: string | undefined,
  notes: string[],
): Promise<readonly Starter[]> {
  const node = process.execPath;
  const bare = "node -e 0";
  const starters: Starter[] = [
    { name: bare, command: [node, "-e", "0"], against: bare },
    { name: "vaultbox --version", command: [node, cliPath, "--version"], against: bare },
    { name: "vaultbox --help", command: [node, cliPath, "--help"], against: bare },
  ];
  const image = wantedImage ?? (await findImage());
  if (image === undefined) {
    notes.push("vaultbox run and docker run left out: no engine, or no image in it");
    return starters;
  }
  const docker = `docker run --rm --network none ${image} true`;
  const vaultbox = `vaultbox run --image ${image} -- true`;
  return [
    ...starters,
    {
      name: docker,
      command: ["docker", "run", "--rm", "--network", "none", image, "true"],
      against: docker,
    },
    {
      name: vaultbox,
      command: [node, cliPath, "run", "--image", image, "--", "true"],
      against: docker,
    },
  ];
}

/** The base image of ours when it's there: both commands then start the same bytes. */
async function findImage(): Promise<string | undefined> {
  try {
    const { stdout } = await run("docker", ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    const names = stdout.split("\n").filter((name) => name !== "" && !name.includes("<none>"));
    return names.find((name) => name.startsWith("vaultbox/base:")) ?? names[0];
  } catch {
    // No docker command or no engine: the caller says so
    return undefined;
  }
}

async function timed(starter: Starter, { cwd, env }: StartPlace): Promise<number> {
  const [file, ...args] = starter.command;
  const before = performance.now();
  await run(file, args, { cwd, timeout: commandTimeoutMs, env: { ...process.env, ...env } });
  return performance.now() - before;
}
