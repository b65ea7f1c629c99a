/** A value of a column; undefined is NULL. */
export type SqliteValue = number | string | Uint8Array | undefined;

export interface SqliteTable {
  readonly name: string;
  /** The first one is the primary key */
  readonly columns: readonly string[];
  /** What happens on a second row of one key, as SQL says it */
  readonly onConflict: "ABORT" | "REPLACE";
  /** As many values as there are columns, or fewer: the rest is NULL */
  readonly rows: readonly (readonly SqliteValue[])[];
}

const pageBytes = 4096;
const headerBytes = 100;
/** The SQLite whose writing this is like */
const sqliteVersion = 3_040_001;

/**
 * A database file of tables that fit into a page each (sqlite.org/fileformat2.html). By hand, because Node.js prints a
 * warning when its own SQLite is loaded (24.0 and later), and can write to a path only.
 * @throws RangeError when a table doesn't fit into a page
 */
export function toSqliteFile(tables: readonly SqliteTable[]): Buffer {
  const schema: (readonly SqliteValue[])[] = [];
  const pages: Buffer[] = [];
  for (const table of tables) {
    const root = 2 + pages.length;
    const index = `sqlite_autoindex_${table.name}_1`;
    schema.push(["table", table.name, table.name, root, toStatement(table)]);
    schema.push(["index", index, table.name, root + 1]);
    pages.push(toTablePage(table.rows.map((row) => pad(row, table.columns.length))));
    pages.push(toIndexPage(table.rows));
  }
  const first = toTablePage(
    schema.map((row) => pad(row, 5)),
    toHeader(1 + pages.length),
  );
  return Buffer.concat([first, ...pages]);
}

function toStatement({ name, columns, onConflict }: SqliteTable): string {
  const [key = "", ...others] = columns;
  const list = [`${key} PRIMARY KEY UNIQUE ON CONFLICT ${onConflict}`, ...others].join(", ");
  return `CREATE TABLE ${name} (${list})`;
}

function pad(row: readonly SqliteValue[], length: number): readonly SqliteValue[] {
  return Array.from({ length }, (_, index) => row[index]);
}

function toHeader(pageCount: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write("SQLite format 3\0", "latin1");
  header.writeUInt16BE(pageBytes, 16);
  // Rollback journal, no reserved bytes, and the fractions that the format fixes
  header.set([1, 1, 0, 64, 32, 32], 18);
  // Change counter, pages, schema cookie and format, encoding, and the counter that the page count is valid for
  for (const [offset, value] of [
    [24, 1],
    [28, pageCount],
    [40, 1],
    [44, 4],
    [56, 1],
    [92, 1],
    [96, sqliteVersion],
  ] as const) {
    header.writeUInt32BE(value, offset);
  }
  return header;
}

/** A leaf of a table's tree: rows by their number, from 1 on. */
function toTablePage(rows: readonly (readonly SqliteValue[])[], header?: Buffer): Buffer {
  const cells = rows.map((row, index) => {
    const record = toRecord(row);
    return Buffer.concat([varint(record.length), varint(index + 1), record]);
  });
  return toPage(0x0d, cells, header);
}

/** A leaf of an index: keys in their order, each with its row's number. */
function toIndexPage(rows: readonly (readonly SqliteValue[])[]): Buffer {
  const keys = rows.map(([key], index) => ({ key, row: index + 1 }));
  const cells = keys.toSorted(compareKeys).map(({ key, row }) => {
    const record = toRecord([key, row]);
    return Buffer.concat([varint(record.length), record]);
  });
  return toPage(0x0a, cells);
}

function compareKeys(a: { readonly key: SqliteValue }, b: { readonly key: SqliteValue }): number {
  if (typeof a.key === "number" && typeof b.key === "number") return a.key - b.key;
  return Buffer.compare(Buffer.from(String(a.key)), Buffer.from(String(b.key)));
}

function toPage(type: number, cells: readonly Buffer[], header: Buffer = Buffer.alloc(0)): Buffer {
  const page = Buffer.alloc(pageBytes);
  header.copy(page);
  const start = header.length;
  let end = pageBytes;
  const pointers = start + 8;
  for (const [index, cell] of cells.entries()) {
    end -= cell.length;
    if (end < pointers + 2 * cells.length) throw new RangeError("it doesn't fit into a page");
    cell.copy(page, end);
    page.writeUInt16BE(end, pointers + 2 * index);
  }
  page[start] = type;
  page.writeUInt16BE(cells.length, start + 3);
  page.writeUInt16BE(end, start + 5);
  return page;
}

/** A row: the types of its values, then the values. */
function toRecord(values: readonly SqliteValue[]): Buffer {
  const encoded = values.map(toEncoded);
  const types = Buffer.concat(encoded.map(({ type }) => varint(type)));
  // The length counts itself; two bytes are enough for a page
  const own = types.length + 1 < 0x80 ? 1 : 2;
  return Buffer.concat([
    varint(types.length + own),
    types,
    ...encoded.map(({ content }) => content),
  ]);
}

function toEncoded(value: SqliteValue): { readonly type: number; readonly content: Buffer } {
  if (value === undefined) return { type: 0, content: Buffer.alloc(0) };
  if (typeof value === "number") {
    const content = Buffer.alloc(4);
    content.writeInt32BE(value);
    return { type: 4, content };
  }
  const content = Buffer.from(value);
  return { type: (typeof value === "string" ? 13 : 12) + 2 * content.length, content };
}

/** Seven bits a byte, the most significant first. */
function varint(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return Buffer.from(bytes);
}
