import { parseArgs } from "node:util";
import type { GitEffort } from "./git/measure-git.ts";
import { type LoadRow, loadRows } from "./measurement.ts";
import type { Effort } from "./run-rounds.ts";
import { targetNotes, targets as allTargets } from "./targets.ts";

/** Rows that bring their own targets. */
export const parts = ["link", "flood", "startup", "git"] as const;
export type Part = (typeof parts)[number];

const rowNotes = [
  "ka1, ka32: requests of 1 KB on 1 and on 32 kept connections; new1, new32: a connection for each request, 1 and 32 at once",
  "first: the first request to a host; download, upload: 100 MB; sse: 1,000 events a millisecond apart",
  "link: the same rows from inside a real sandbox, over the unix and the stdio link",
  "flood: an ordinary client's p99 beside floods, in their session and in another one",
  "startup: vaultbox beside node and docker; git: clones and pushes beside a direct connection",
] as const;

export const usage = `node test/bench/main.ts [--quick] [--rounds N] [--rows ROW,…] [--targets NAME,…] [--image IMAGE]
    [--before CHECKOUT]
  --quick            one short round
  --rounds N         how often everything is measured (default: 5)
  --rows ROW,…       ${[...loadRows, ...parts].join(", ")}
                     (default: all)
  --targets NAME,…   ${Object.keys(allTargets).join(", ")}
                     (default: all that can be started here)
  --image IMAGE      for startup (default: vaultbox's own)
  --before CHECKOUT  another checkout of vaultbox, built, beside this one

${[...rowNotes, ...targetNotes].join("\n")}
The result is printed, and written to test-results/bench.json.`;

const full: Effort = { rounds: 5, durationMs: 1500, bytes: 100_000_000, events: 1000 };
const quick: Effort = { rounds: 1, durationMs: 400, bytes: 20_000_000, events: 200 };
const fullGit = { commits: 10_000, megabytes: 500 };
const quickGit = { commits: 2000, megabytes: 60 };

/** How long ordinary clients ask beside a flood, ms: a p99 needs some thousands of requests. */
const fullFloodMs = 3000;
const quickFloodMs = 1500;

export interface Plan {
  readonly effort: Effort;
  readonly rows: readonly LoadRow[];
  readonly parts: readonly Part[];
  readonly flood: { readonly rounds: number; readonly durationMs: number };
  readonly git: GitEffort;
  readonly targets: readonly string[];
  readonly image: string | undefined;
  readonly before: string | undefined;
}

/** Undefined where only help was asked for. @throws Error with the usage */
export function parsePlan(args: readonly string[]): Plan | undefined {
  const values = parseFlags(args);
  if (values.help) return undefined;
  const base = values.quick ? quick : full;
  const rounds = values.rounds === undefined ? base.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw refused(`--rounds ${values.rounds}`);
  const rows = pick("--rows", values.rows, [...loadRows, ...parts]);
  return {
    effort: { ...base, rounds },
    rows: loadRows.filter((row) => rows.includes(row)),
    parts: parts.filter((part) => rows.includes(part)),
    flood: { rounds, durationMs: values.quick ? quickFloodMs : fullFloodMs },
    git: { ...(values.quick ? quickGit : fullGit), rounds },
    targets: pick("--targets", values.targets, Object.keys(allTargets)),
    image: values.image,
    before: values.before,
  };
}

function parseFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        quick: { type: "boolean", default: false },
        rounds: { type: "string" },
        rows: { type: "string" },
        targets: { type: "string" },
        image: { type: "string" },
        before: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

/** Some of the names, in the order of the tables; all where none are given. */
function pick(
  flag: string,
  given: string | undefined,
  known: readonly string[],
): readonly string[] {
  if (given === undefined) return known;
  const names = given.split(",");
  const [unknown] = names.filter((name) => !known.includes(name));
  if (unknown !== undefined) throw refused(`${flag} ${unknown}`);
  return known.filter((name) => names.includes(name));
}

function refused(what: string): Error {
  return new Error(`${what}\n${usage}`);
}
