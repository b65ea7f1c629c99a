import { type LoadRow, loadRows, median } from "./measurement.ts";
import type { Sample } from "./run-rounds.ts";

/** One line of the tables: one figure of one row of the bench. */
interface Line {
  readonly heading: string;
  readonly row: LoadRow;
  readonly field: keyof Sample;
  readonly digits: number;
}

const perThousand = { field: "cpuMsPerThousand", digits: 0 } as const;
const perTransfer = { field: "cpuSecondsPer100Megabytes", digits: 3 } as const;

const lines: readonly Line[] = [
  { heading: "ka1 p50 ms", row: "ka1", field: "p50Ms", digits: 3 },
  { heading: "ka1 p99 ms", row: "ka1", field: "p99Ms", digits: 2 },
  { heading: "ka1 CPU ms/1000", row: "ka1", ...perThousand },
  { heading: "ka32 req/s", row: "ka32", field: "perSecond", digits: 0 },
  { heading: "ka32 p99 ms", row: "ka32", field: "p99Ms", digits: 1 },
  { heading: "ka32 CPU ms/1000", row: "ka32", ...perThousand },
  { heading: "new1 p50 ms", row: "new1", field: "p50Ms", digits: 2 },
  { heading: "new1 CPU ms/1000", row: "new1", ...perThousand },
  { heading: "new32 conn/s", row: "new32", field: "perSecond", digits: 0 },
  { heading: "new32 CPU ms/1000", row: "new32", ...perThousand },
  { heading: "first ms", row: "first", field: "p50Ms", digits: 1 },
  { heading: "first CPU ms/1000", row: "first", ...perThousand },
  { heading: "download MB/s", row: "download", field: "megabytesPerSecond", digits: 0 },
  { heading: "download CPU s/100 MB", row: "download", ...perTransfer },
  { heading: "upload MB/s", row: "upload", field: "megabytesPerSecond", digits: 0 },
  { heading: "upload CPU s/100 MB", row: "upload", ...perTransfer },
  { heading: "SSE p50 ms", row: "sse", field: "p50Ms", digits: 3 },
  { heading: "SSE p99 ms", row: "sse", field: "p99Ms", digits: 2 },
  { heading: "SSE reads", row: "sse", field: "reads", digits: 0 },
  { heading: "SSE CPU ms/1000", row: "sse", ...perThousand },
  ...loadRows.map((row): Line => {
    return { heading: `${row} peak RSS MB`, row, field: "peakMegabytes", digits: 0 };
  }),
];

/** A target's figures, or those over another's of the same round. */
export interface Column {
  readonly target: string;
  readonly over?: string;
  /** Default: the target's name */
  readonly heading?: string;
}

/** Medians over rounds: a line for each figure that there is, in Markdown. */
export function toTable(samples: readonly Sample[], columns: readonly Column[]): readonly string[] {
  const headings = columns.map(({ target, heading = target }) => heading);
  const filled = lines.flatMap((line) => {
    const cells = columns.map((column) => toCell(samples, line, column));
    return cells.every((cell) => cell === missing) ? [] : [toLine(line.heading, cells)];
  });
  const peaks = columns.map((column) => toPeakCell(samples, column));
  return [
    toLine("", headings),
    `|---|${headings.map(() => "--:").join("|")}|`,
    ...filled,
    ...(peaks.every((cell) => cell === missing) ? [] : [toLine("peak RSS MB", peaks)]),
  ];
}

const missing = "–";

function toCell(
  samples: readonly Sample[],
  { row, field, digits }: Line,
  { target, over }: Column,
): string {
  const of = (name: string): readonly Sample[] =>
    samples.filter((sample) => sample.target === name && sample.row === row);
  const own = of(target);
  const values = valuesOf(own, field);
  if (over !== undefined) {
    const ratio = medianRatio(values, valuesOf(of(over), field));
    return ratio?.toFixed(2) ?? missing;
  }
  const failed = own.some(({ error }) => error !== undefined);
  if (values.size === 0) return failed ? "failed" : missing;
  return `${median([...values.values()]).toFixed(digits)}${failed ? " !" : ""}`;
}

/** By round. */
function valuesOf(samples: readonly Sample[], field: keyof Sample): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const sample of samples) {
    const value = sample[field];
    if (typeof value === "number") values.set(sample.round, value);
  }
  return values;
}

/** Of the ratios within rounds: what the machine did meanwhile is in both. */
function medianRatio(
  values: ReadonlyMap<number, number>,
  others: ReadonlyMap<number, number>,
): number | undefined {
  const ratios = [...values]
    .map(([round, value]) => value / (others.get(round) ?? Number.NaN))
    .filter((value) => Number.isFinite(value));
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Most that a target had resident in any row. */
function toPeakCell(samples: readonly Sample[], { target, over }: Column): string {
  const peak = peakOf(samples, target);
  const other = over === undefined ? 1 : peakOf(samples, over);
  if (peak === undefined || other === undefined) return missing;
  return (peak / other).toFixed(over === undefined ? 0 : 2);
}

function peakOf(samples: readonly Sample[], target: string): number | undefined {
  const peaks = samples.flatMap((sample) =>
    sample.target === target && sample.peakMegabytes !== undefined ? [sample.peakMegabytes] : [],
  );
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}

function toLine(heading: string, cells: readonly string[]): string {
  return `| ${[heading, ...cells].join(" | ")} |`;
}
