import { join } from "node:path";
import type { Paths } from "../../config/paths.ts";
import { VaultboxError } from "../../errors.ts";
import type { Folder } from "../../files/beneath.ts";
import { hasEnded } from "../../files/process-identity.ts";
import { quoted } from "../../printable.ts";
import { readActiveSessions } from "../session-state.ts";
import { openOrNothing } from "./host-path.ts";
import { makeHeldPlace, removeHeldPlace, type HeldPlace } from "./protect/mount-point.ts";
import { readRecord, type WorkspaceRecord } from "./workspace-record.ts";

type Held = WorkspaceRecord["held"];

/** @throws VaultboxError VBX_WORKSPACE_UNSAFE when one can't be made */
export function makePlaces(held: Held): void {
  for (const { path, places } of held) {
    using folder = openOrNothing(path);
    if (folder === undefined) continue;
    for (const place of places) makePlace(folder, path, place);
  }
}

function makePlace(folder: Folder, path: string, place: HeldPlace): void {
  try {
    makeHeldPlace(folder, place);
  } catch (error) {
    const at = quoted(join(path, ...place.names));
    throw new VaultboxError("VBX_WORKSPACE_UNSAFE", `cannot hold ${at} against the sandbox`, {
      hints: ["its folder must be writable for you, because a mount needs something to be on"],
      cause: error,
    });
  }
}

/** Placeholders of another session in the same workspace are this one's too: the last to end removes them. */
export async function withShared(paths: Paths, session: string, held: Held): Promise<Held> {
  const others = await readOtherRecords(paths, session);
  const shared = others.flatMap((other) => other.held);
  const inThis = shared.filter(({ path }) => held.some((own) => own.path === path));
  return [...held, ...inThis];
}

async function readOtherRecords(
  paths: Paths,
  session: string,
): Promise<readonly WorkspaceRecord[]> {
  const active = await readActiveSessions(paths);
  const records = await Promise.all(
    active.map(async ({ id, owner }) => {
      const isOther = id !== session && !(await hasEnded(owner));
      return isOther ? await readRecord(paths, id) : undefined;
    }),
  );
  return records.filter((record) => record !== undefined);
}

/** Removes what a session made and no other one needs. */
export async function releasePlaces(
  paths: Paths,
  session: string,
  { held }: WorkspaceRecord,
): Promise<void> {
  const others = await readOtherRecords(paths, session);
  const keep = new Set(
    others.flatMap((other) =>
      other.held.flatMap(({ path, places }) => places.map((place) => toKey(path, place.names))),
    ),
  );
  for (const { path, places } of held) {
    using folder = openOrNothing(path);
    if (folder === undefined) continue;
    // Inner ones first
    for (const place of places.toReversed()) {
      if (!keep.has(toKey(path, place.names))) removeHeldPlace(folder, place);
    }
  }
}

function toKey(path: string, names: readonly string[]): string {
  return [path, ...names].join("/");
}
