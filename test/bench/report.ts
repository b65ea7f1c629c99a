import { type Row, median } from "./measurement.ts";
import type { Sample } from "./run-rounds.ts";

/** A column of the table: one figure of one row of the bench. */
interface Column {
  readonly heading: string;
  readonly row: Row;
  readonly field: keyof Sample;
  readonly digits: number;
  /** Shown as the difference to direct instead of with the ratio */
  readonly isAdded?: boolean;
}

const columns: readonly Column[] = [
  { heading: "ka1 p50 ms", row: "ka1", field: "p50Ms", digits: 3 },
  { heading: "ka1 p99 ms", row: "ka1", field: "p99Ms", digits: 2 },
  { heading: "ka32 req/s", row: "ka32", field: "perSecond", digits: 0 },
  { heading: "ka32 CPU ms/1000", row: "ka32", field: "cpuMsPerThousand", digits: 0 },
  { heading: "new1 p50 ms", row: "new1", field: "p50Ms", digits: 2 },
  { heading: "new32 conn/s", row: "new32", field: "perSecond", digits: 0 },
  { heading: "new32 CPU ms/1000", row: "new32", field: "cpuMsPerThousand", digits: 0 },
  { heading: "first ms", row: "first", field: "p50Ms", digits: 1 },
  { heading: "download MB/s", row: "download", field: "megabytesPerSecond", digits: 0 },
  { heading: "upload MB/s", row: "upload", field: "megabytesPerSecond", digits: 0 },
  { heading: "SSE added p50 ms", row: "sse", field: "p50Ms", digits: 3, isAdded: true },
  { heading: "SSE added p99 ms", row: "sse", field: "p99Ms", digits: 2, isAdded: true },
];

export interface Cell {
  readonly value: number;
  /** Medians over rounds of the ratio within each round */
  readonly toDirect: number | undefined;
  readonly toSquid: number | undefined;
  readonly error?: string;
}

export type Table = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

/** Target → column → figure. */
export function tabulate(samples: readonly Sample[], targets: readonly string[]): Table {
  const table: Record<string, Record<string, Cell>> = {};
  for (const target of targets) {
    const cells: Record<string, Cell> = {};
    for (const column of columns) {
      const cell = toCell(samples, target, column);
      if (cell !== undefined) cells[column.heading] = cell;
    }
    table[target] = cells;
  }
  return table;
}

function toCell(samples: readonly Sample[], target: string, column: Column): Cell | undefined {
  const own = samples.filter((sample) => sample.target === target && sample.row === column.row);
  const error = own.find((sample) => sample.error !== undefined)?.error;
  const values = valuesOf(own, column);
  if (values.size === 0) {
    const failed = { value: Number.NaN, toDirect: undefined, toSquid: undefined };
    return error === undefined ? undefined : { ...failed, error };
  }
  const against = (other: string): ReadonlyMap<number, number> =>
    valuesOf(
      samples.filter((sample) => sample.target === other && sample.row === column.row),
      column,
    );
  const direct = against("direct");
  const perRound = [...values].map(([round, value]) =>
    column.isAdded === true ? value - (direct.get(round) ?? Number.NaN) : value,
  );
  return {
    value: median(perRound),
    toDirect: column.isAdded === true ? undefined : ratio(values, direct),
    toSquid: column.isAdded === true ? undefined : ratio(values, against("squid")),
    ...(error === undefined ? {} : { error }),
  };
}

function valuesOf(samples: readonly Sample[], column: Column): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const sample of samples) {
    const value = sample[column.field];
    if (typeof value === "number") values.set(sample.round, value);
  }
  return values;
}

function ratio(
  values: ReadonlyMap<number, number>,
  others: ReadonlyMap<number, number>,
): number | undefined {
  const ratios = [...values]
    .map(([round, value]) => value / (others.get(round) ?? Number.NaN))
    .filter((value) => Number.isFinite(value));
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Markdown: a line for each column, a column for each target; `value (× direct, × squid)`. */
export function toMarkdown(
  table: Table,
  peaks: Readonly<Record<string, number>>,
): readonly string[] {
  const names = Object.keys(table);
  const lines = [`| | ${names.join(" | ")} |`, `|---|${names.map(() => "---").join("|")}|`];
  for (const column of columns) {
    const cells = names.map((name) => toText(table[name]?.[column.heading], column.digits));
    if (cells.some((cell) => cell !== "–"))
      lines.push(`| ${column.heading} | ${cells.join(" | ")} |`);
  }
  lines.push(
    `| peak RSS MB | ${names.map((name) => peaks[name]?.toFixed(0) ?? "–").join(" | ")} |`,
  );
  return lines;
}

function toText(cell: Cell | undefined, digits: number): string {
  if (cell === undefined) return "–";
  if (Number.isNaN(cell.value)) return "failed";
  const ratios = [cell.toDirect, cell.toSquid]
    .map((value) => value?.toFixed(2))
    .filter((value) => value !== undefined);
  const mark = cell.error === undefined ? "" : " !";
  return `${cell.value.toFixed(digits)}${ratios.length === 0 ? "" : ` (${ratios.join(", ")})`}${mark}`;
}
