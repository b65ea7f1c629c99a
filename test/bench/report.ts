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

/** Median over rounds; NaN where every round failed. */
export interface Cell {
  readonly value: number;
  /** Why a round failed at first, or all did */
  readonly error?: string;
}

/** Target → line → figure. */
export type Table = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

/** Names in the order of the columns. */
export function tabulate(samples: readonly Sample[], names: readonly string[]): Table {
  return Object.fromEntries(names.map((name) => [name, toCells(samples, name)]));
}

function toCells(samples: readonly Sample[], target: string): Readonly<Record<string, Cell>> {
  const cells: Record<string, Cell> = {};
  for (const { heading, row, field } of lines) {
    const own = samples.filter((sample) => sample.target === target && sample.row === row);
    const values = [...valuesOf(own, field).values()];
    const error = own.find((sample) => sample.error !== undefined)?.error;
    if (values.length === 0 && error === undefined) continue;
    const value = values.length === 0 ? Number.NaN : median(values);
    cells[heading] = { value, ...(error === undefined ? {} : { error }) };
  }
  return cells;
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

/** Line → other target → the base's figure over the other's of the same round, median over rounds. */
export type Ratios = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function compare(
  samples: readonly Sample[],
  base: string,
  others: readonly string[],
): Ratios {
  const ratios: Record<string, Record<string, number>> = {};
  for (const { heading, row, field } of lines) {
    const of = (target: string): ReadonlyMap<number, number> =>
      valuesOf(
        samples.filter((sample) => sample.target === target && sample.row === row),
        field,
      );
    const own = of(base);
    const known: Record<string, number> = {};
    for (const other of others) {
      const ratio = medianRatio(own, of(other));
      if (ratio !== undefined) known[other] = ratio;
    }
    ratios[heading] = known;
  }
  return ratios;
}

function medianRatio(
  values: ReadonlyMap<number, number>,
  others: ReadonlyMap<number, number>,
): number | undefined {
  const ratios = [...values]
    .map(([round, value]) => value / (others.get(round) ?? Number.NaN))
    .filter((value) => Number.isFinite(value));
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Most that each target ever had resident while it was measured, MB. */
export function peaksOf(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const peaks: Record<string, number> = {};
  for (const { target, peakMegabytes } of samples) {
    if (peakMegabytes !== undefined) peaks[target] = Math.max(peaks[target] ?? 0, peakMegabytes);
  }
  return peaks;
}

/** Markdown: a line for each figure, a column for each target. */
export function toMarkdown(
  table: Table,
  peaks: Readonly<Record<string, number>>,
): readonly string[] {
  const names = Object.keys(table);
  const cellsOf = ({ heading, digits }: Line): readonly string[] =>
    names.map((name) => toText(table[name]?.[heading], digits));
  return [
    ...toHead(names),
    ...toLines(cellsOf),
    toLine(
      "peak RSS MB",
      names.map((name) => peaks[name]?.toFixed(0) ?? "–"),
    ),
  ];
}

/** Markdown: the base's figures, and each over those of the others. */
export function toRatioMarkdown(table: Table, base: string, ratios: Ratios): readonly string[] {
  const others = Object.keys(table).filter((name) => name !== base);
  const cellsOf = ({ heading, digits }: Line): readonly string[] => [
    toText(table[base]?.[heading], digits),
    ...others.map((name) => ratios[heading]?.[name]?.toFixed(2) ?? "–"),
  ];
  return [...toHead([base, ...others.map((name) => `× ${name}`)]), ...toLines(cellsOf)];
}

function toHead(names: readonly string[]): readonly string[] {
  return [toLine("", names), `|---|${names.map(() => "--:").join("|")}|`];
}

/** Lines without a figure aren't there. */
function toLines(cellsOf: (line: Line) => readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const cells = cellsOf(line);
    return cells.every((cell) => cell === "–") ? [] : [toLine(line.heading, cells)];
  });
}

function toLine(heading: string, cells: readonly string[]): string {
  return `| ${[heading, ...cells].join(" | ")} |`;
}

function toText(cell: Cell | undefined, digits: number): string {
  if (cell === undefined) return "–";
  if (Number.isNaN(cell.value)) return "failed";
  return `${cell.value.toFixed(digits)}${cell.error === undefined ? "" : " !"}`;
}
