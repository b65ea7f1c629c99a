import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../base/package-folder.ts";

/** The version in package.json. */
export function version(): string {
  const text = readFileSync(join(packageFolder, "package.json"), "utf8");
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === "object" && parsed !== null && "version" in parsed) {
    if (typeof parsed.version === "string") return parsed.version;
  }
  throw new Error("package.json has no version");
}
