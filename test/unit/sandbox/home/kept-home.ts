import { spawn } from "node:child_process";
import { existsSync, lstatSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { OpenPlace } from "../../../../src/sandbox/home/home-archive.ts";
import { readStartFiles } from "../../../../src/sandbox/home/read-start-files.ts";
import type { StartFiles } from "../../../../src/sandbox/home/start-file-record.ts";

/** A folder that is an agent's home. */
export async function createHome(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "vaultbox-home-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const home = join(root, "agent");
  await mkdir(home);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  return home;
}

/** Reads it through tars, as an engine gives them: a place's parents may be links. */
export function readHome(
  home: string,
  { format = "pax", ms = 10_000 }: { readonly format?: string; readonly ms?: number } = {},
): Promise<StartFiles> {
  const open: OpenPlace = (place) => {
    const path = join(home, place);
    const isThere = existsSync(dirname(path)) && lstatSync(path, { throwIfNoEntry: false });
    return Promise.resolve(isThere ? archive(path, format) : undefined);
  };
  return readStartFiles({ open, home, signal: AbortSignal.timeout(ms) });
}

function archive(path: string, format: string): Readable {
  const child = spawn("tar", ["-c", `--format=${format}`, "-C", dirname(path), basename(path)]);
  child.stdout.once("close", () => child.kill());
  return child.stdout;
}
