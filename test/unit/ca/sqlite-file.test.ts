import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { toSqliteFile, type SqliteTable } from "../../../src/ca/sqlite-file.ts";

async function open(tables: readonly SqliteTable[]): Promise<DatabaseSync> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-sqlite-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "x.db");
  await writeFile(path, toSqliteFile(tables));
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  return database;
}

const bytes = Buffer.alloc(700, 0xa5);
const objects: SqliteTable = {
  name: "objects",
  columns: ["id", "a0", "a1", "a2"],
  onConflict: "ABORT",
  rows: [
    [7, bytes, undefined, "text"],
    [2, Buffer.alloc(0)],
  ],
};
const meta: SqliteTable = {
  name: "meta",
  columns: ["id", "item"],
  onConflict: "REPLACE",
  rows: [
    ["password", Buffer.from([1])],
    ["a", Buffer.from([2])],
  ],
};

test("SQLite finds the file whole, reads its rows by their keys, and writes to it", async () => {
  const database = await open([objects, meta]);
  expect(database.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
  const row = database.prepare("select * from objects where id = 7").get();
  expect(row).toEqual({ id: 7, a0: new Uint8Array(bytes), a1: null, a2: "text" });
  expect(database.prepare("select count(*) as n from objects").get()).toEqual({ n: 2 });
  const find = database.prepare("select item from meta where id = ?");
  expect(find.get("password")).toEqual({ item: new Uint8Array([1]) });
  database.exec("insert into meta values ('password', x'03')");
  expect(find.get("password")).toEqual({ item: new Uint8Array([3]) });
  expect(() => database.exec("insert into objects (id) values (7)")).toThrow("UNIQUE");
});

test("a table that is too large for a page is refused", () => {
  const rows = [[1, Buffer.alloc(5000)]];
  expect(() => toSqliteFile([{ ...objects, rows }])).toThrow(RangeError);
});
