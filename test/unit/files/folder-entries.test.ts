import { Buffer } from "node:buffer";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readEntries, readUnusualEntries } from "../../../src/files/folder-entries.ts";

const run = promisify(execFile);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vbx-entries-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what is no plain file is told in each folder's own place, and all that is there is counted", async () => {
  const [first, second, none] = ["first", "second", "none"].map((name) => join(folder, name));
  for (const path of [first, second]) mkdirSync(path ?? "");
  writeFileSync(join(first ?? "", "a.js"), "");
  symlinkSync("a.js", join(first ?? "", "link"));
  await run("mkfifo", [join(first ?? "", "pipe")]);
  mkdirSync(join(second ?? "", "inner"));
  const lists = await readUnusualEntries([first ?? "", none ?? "", second ?? ""]);
  const kinds = lists.map((list) =>
    list?.entries.map(({ name, kind }) => `${name} ${kind}`).toSorted(),
  );
  expect(kinds).toEqual([["link link", "pipe other"], undefined, ["inner folder"]]);
  expect(lists.map((list) => list?.count)).toEqual([3, undefined, 1]);
});

test("a name that is no UTF-8 is the same as in the whole list", async () => {
  mkdirSync(Buffer.concat([Buffer.from(join(folder, "x")), Buffer.from([0xff])]));
  writeFileSync(Buffer.concat([Buffer.from(join(folder, "y")), Buffer.from([0xfe])]), "");
  const [list] = await readUnusualEntries([folder]);
  expect(list?.entries).toEqual([{ name: "x\udcff", kind: "folder" }]);
  expect(readEntries(folder)).toContainEqual({ name: "x\udcff", kind: "folder" });
  expect(list?.count).toBe(2);
});

test("no folders are read at once", async () => {
  expect(await readUnusualEntries([])).toEqual([]);
});
