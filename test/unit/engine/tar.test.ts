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
