import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { toTar } from "../../../src/engine/tar.ts";

test("The system's tar lists and reads the files with their modes", () => {
  const tar = toTar([
    { path: "run.sh", content: "echo hi\n", mode: 0o755 },
    { path: "data.bin", content: Buffer.alloc(513, 7) },
  ]);
  const listing = execFileSync("tar", ["-tvf", "-"], { input: tar }).toString().split("\n");
  expect(listing[0]).toMatch(/^-rwxr-xr-x root\/root|^-rwxr-xr-x 0\/0/);
  expect(listing[1]).toMatch(/^-rw-r--r-- .* 513 .* data\.bin$/);
  expect(execFileSync("tar", ["-xOf", "-", "run.sh"], { input: tar }).toString()).toBe("echo hi\n");
});

test("The same files give the same bytes", () => {
  const entries = [{ path: "a", content: "x" }];
  expect(toTar(entries).equals(toTar(entries))).toBe(true);
});

test("A directory, a path that is too long for a header and an owner are what the system's tar reads", () => {
  const long = `${"folder/".repeat(20)}file`;
  const owner = { uid: 1000, gid: 1001, modifiedAt: new Date("2026-01-02T03:04:05Z") };
  const entries = [
    { path: "home/", mode: 0o700, content: "" },
    { path: long, content: "found\n" },
  ];
  const tar = toTar(entries, owner);
  const list = execFileSync("tar", ["--numeric-owner", "-tvf", "-"], { input: tar }).toString();
  expect(list).toMatch(/^drwx------ 1000\/1001 .* home\/\n-rw-r--r-- 1000\/1001 .*folder\/file\n$/);
  expect(execFileSync("tar", ["-xOf", "-", long], { input: tar }).toString()).toBe("found\n");
});
