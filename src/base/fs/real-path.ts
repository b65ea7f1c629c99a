import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { toNameBytes, toNameText } from "./name-text.ts";

/** The path without links, `.` and `..` (realpath(3)), whatever bytes are in it. @throws Error of the system */
export function readRealPath(path: string): string {
  // Node's own implementation reads names as UTF-8 on the way
  return toNameText(realpathSync.native(toNameBytes(path), { encoding: "buffer" }));
}

/** The same, or for what isn't there the text, which is all that can be compared. */
export function toRealPath(path: string): string {
  try {
    return readRealPath(path);
  } catch {
    return resolve(path);
  }
}
