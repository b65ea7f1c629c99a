import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Stack } from "./stack.ts";

/**
 * Puts the Python packages that the clients need into a folder, for the image's Python, from where the user's pip gets
 * them. Gives why it couldn't, by the name of the client.
 */
export async function installPython(
  clients: readonly Stack[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const forImage = ["--python-version", "3.11", "--only-binary", ":all:", "--target", folder];
  const failures = new Map<string, string>();
  for (const { name, pip = [] } of clients) {
    if (pip.length === 0) continue;
    try {
      await promisify(execFile)("python3", ["-m", "pip", "install", "-q", ...forImage, ...pip]);
    } catch (error) {
      failures.set(name, String(error));
    }
  }
  return failures;
}
