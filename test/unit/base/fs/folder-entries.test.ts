import { Buffer } from "node:buffer";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readEntries, readUnusualEntries } from "../../../../src/base/fs/folder-entries.ts";

const run = promisify(execFile);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vbx-entries-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what is no plain file is told, and all that is there is counted", async () => {
  const [inner, none] = [join(folder, "inner"), join(folder, "none")];
  mkdirSync(join(inner, "deeper"), { recursive: true });
  writeFileSync(join(inner, "a.js"), "");
  symlinkSync("a.js", join(inner, "link"));
  await run("mkfifo", [join(inner, "pipe")]);
  const list = readUnusualEntries(inner);
  const kinds = list?.entries.map(({ name, kind }) => `${name} ${kind}`).toSorted();
  expect([kinds, list?.count]).toEqual([["deeper folder", "link link", "pipe other"], 4]);
  expect(readUnusualEntries(none)).toBeUndefined();
});

test("a name that is no UTF-8 is the same as in the whole list", () => {
  mkdirSync(Buffer.concat([Buffer.from(join(folder, "x")), Buffer.from([0xff])]));
  writeFileSync(Buffer.concat([Buffer.from(join(folder, "y")), Buffer.from([0xfe])]), "");
  const list = readUnusualEntries(folder);
  expect(list?.entries).toEqual([{ name: "x\udcff", kind: "folder" }]);
  expect(readEntries(folder)).toContainEqual({ name: "x\udcff", kind: "folder" });
  expect(list?.count).toBe(2);
});
