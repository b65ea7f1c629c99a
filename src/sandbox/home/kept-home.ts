import { posix } from "node:path";
import type { HomeFile } from "../../agents/agent-profile.ts";
import type { ContainerSpec, Engine } from "../../engine/engine.ts";
import type { AuditLog } from "../../audit/audit-log.ts";
import { isVaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";
import { createSessionContainer } from "../session-container.ts";
import { readStartFiles } from "./read-start-files.ts";
import {
  compareStartFiles,
  maxFiles,
  readRecord,
  toRecordPath,
  writeRecord,
} from "./start-file-record.ts";
import type { HomeChange, StartFiles } from "./start-file-record.ts";

/** A home is read once at the end of a session; what takes longer isn't waited for. */
const scanTimeoutMs = 30_000;
const maxNamed = 12;

export interface KeptHomeOptions {
  readonly engine: Engine;
  /** A container that is never started, with the home in it */
  readonly probe: ContainerSpec;
  readonly volume: string;
  /** In the container */
  readonly path: string;
  readonly stateFolder: string;
  /** What vaultbox itself puts there */
  readonly seeded: readonly HomeFile[];
}

/** Looks through the home after its session, and tells the audit and the user. Its failure doesn't fail the run. */
export type KeptHomeScan = (
  audit: Pick<AuditLog, "note">,
  onNote: (text: string) => void,
) => Promise<void>;

/** What a session left in a home that the next one begins with. */
interface HomeReport {
  readonly volume: string;
  readonly changes: readonly HomeChange[];
  readonly complete: boolean;
}

export function toKeptHomeScan(options: KeptHomeOptions): KeptHomeScan {
  return async (audit, onNote) => {
    try {
      const report = await look(options);
      for (const { change, kind, path } of report.changes) {
        audit.note("home-start-file", { change, kind, path: toPrintable(path) });
      }
      for (const line of homeReportLines(report)) onNote(line);
    } catch (error) {
      const why = toPrintable(error instanceof Error ? error.message : String(error));
      onNote(`warning: what the sandbox left in the kept home could not be looked at: ${why}`);
      onNote(toRemoval(options.volume));
      if (!isVaultboxError(error, "VBX_AUDIT_UNWRITABLE")) audit.note("home-look-failed", { why });
    }
  };
}

/** Reads the home through the engine, and remembers its start files. */
async function look(options: KeptHomeOptions): Promise<HomeReport> {
  const { engine, probe, volume, path, stateFolder, seeded } = options;
  await using stack = new AsyncDisposableStack();
  const container = await createSessionContainer(engine, probe, stack);
  const found = await readStartFiles({
    open: (place) => container.streamArchive(posix.join(path, place)),
    home: path,
    signal: AbortSignal.timeout(scanTimeoutMs),
  });
  const record = toRecordPath(stateFolder, volume);
  const before = await readRecord(record);
  await writeRecord(record, merge(before, found));
  return { volume, changes: compareStartFiles(before, found, seeded), complete: found.complete };
}

/** For the terminal; empty when nothing starts otherwise than before. */
function homeReportLines({ volume, changes, complete }: HomeReport): readonly string[] {
  const lines = changes
    .slice(0, maxNamed)
    .map(({ change, kind, path }) => `  ${toPrintable(path.slice(0, 120))} (${change}; ${kind})`);
  if (changes.length > maxNamed) lines.push(`  and ${changes.length - maxNamed} more`);
  if (!complete) lines.push("  the home is too large to look through; not all of it was compared");
  if (lines.length === 0) return [];
  return [
    "the next session with this home begins with what this one left there, and what runs by itself:",
    ...lines,
    toRemoval(volume),
  ];
}

function toRemoval(volume: string): string {
  return `  to begin anew: docker volume rm ${volume}`;
}

/** What wasn't reached is as it was. */
function merge(before: ReadonlyMap<string, string>, found: StartFiles): StartFiles["digests"] {
  return found.complete ? found.digests : new Map([...found.digests, ...before].slice(0, maxFiles));
}
