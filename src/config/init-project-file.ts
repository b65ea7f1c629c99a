import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { VaultboxError, toCode } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { parseProjectFile } from "../policy/file/parse-policy.ts";
import type { Paths } from "../base/paths.ts";
import { projectFileName, readProjectFile } from "./project-file.ts";
import { trustAsItIs } from "./trust.ts";
import { readWorkspacePath } from "./workspace-path.ts";

export interface InitOptions {
  readonly workspace: string;
  readonly agent?: string;
  readonly presets: readonly string[];
}

/**
 * Writes a commented project file and trusts exactly what was written; an existing file is never touched.
 * @returns its path
 * @throws VaultboxError VBX_PROJECT_FILE_INVALID when there is one, VBX_USAGE when the folder can't be written
 */
export async function initProjectFile(options: InitOptions, paths: Paths): Promise<string> {
  const text = toProjectFileText(options);
  parseProjectFile(Buffer.from(text), projectFileName, []);
  const path = join(readWorkspacePath(options.workspace), projectFileName);
  await createFile(path, text);
  const written = await readProjectFile(path);
  if (written === undefined || !Buffer.from(written.content).equals(Buffer.from(text))) {
    throw new VaultboxError("VBX_FILE_UNSAFE", `${quoted(path)} was changed while it was written`);
  }
  try {
    await trustAsItIs(written, paths);
  } catch (error) {
    // Else the next try would find a file that is there already
    await unlink(path);
    throw error;
  }
  return written.path;
}

/** The text of a new project file; every value in it was checked by the caller. */
function toProjectFileText({ agent, presets }: InitOptions): string {
  const entries = presets.map((name) => `  - preset: ${name}\n`);
  return [
    "# What a vaultbox session in this project may reach. Nothing else is: no rule, no request.",
    "# Check it with: vaultbox policy check vaultbox.yaml     After a change: vaultbox trust",
    "version: 1",
    "",
    "# The agent that the run is prepared for (default: from the command that is run)",
    agent === undefined ? "# agent: claude" : `agent: ${agent}`,
    "",
    "# Vaults whose credentials may be used, the first that fits wins",
    "# vaults: [work]",
    "",
    entries.length === 0 ? "egress: []" : `egress:\n${entries.join("").trimEnd()}`,
    "#  - preset: npm                       # reading packages, from your own npm configuration",
    "#  - host: docs.example.com            # GET and HEAD, any path, no credential headers",
    "#  - host: api.example.com",
    '#    allow: ["GET /v1/**", "POST /v1/items"]',
    '#    deny: ["/v1/admin/**"]            # deny beats allow',
    "#  - git: https://github.com/acme/widgets",
    '#    push: ["agent/*"]                 # may be read, too; no force, no delete, no tags unless said',
    "",
    "# Tools that the image lacks: packages of Debian, and of npm",
    "# image: { packages: [golang], npm: [pnpm] }",
    "",
    "# Keep the agent's home for this project (default: new, a fresh one for each run)",
    "# home: project",
    "",
    "# Keep no conversations of the agent (default: project, so that the next run can go on with one)",
    "# history: none",
    "",
    "# limits: { duration: 2h, requests: 5000, upload: 200MB, requests_per_minute: 300 }",
    "",
  ].join("\n");
}

async function createFile(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o644).catch((error: unknown) => {
    if (toCode(error) !== "EEXIST") throw cannotWrite(path, error);
    throw new VaultboxError("VBX_PROJECT_FILE_INVALID", `${quoted(path)} is there already`, {
      hints: [`edit it, then run: vaultbox trust`],
    });
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await unlink(path);
    throw cannotWrite(path, error);
  } finally {
    await handle.close();
  }
}

function cannotWrite(path: string, error: unknown): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot write ${quoted(path)}: ${toCode(error)}`, {
    cause: error,
  });
}
