import { findAliases, type HomeAlias } from "./home-aliases.ts";
import { readPlace, type OpenPlace, type PlaceFacts } from "./home-archive.ts";
import { maxFiles, toDigest, toLinkDigest, type StartFiles } from "./start-file-record.ts";
import { findStartKind, startPlaces } from "./start-files.ts";
import type { TarEntry } from "./tar-entries.ts";

/** Links that are kept in memory, of each sort. */
const maxLinks = 50_000;
/** A home with more than this is read at the places of start files only, each of them up to this too. */
const maxEntries = 500_000;
const maxBytes = 1024 * 1024 * 1024;
/** Ends of links that are read one by one; for more of them the home is read once more. */
const maxSingleEnds = 16;

/** A home to be read. */
export interface HomeRead {
  readonly open: OpenPlace;
  /** Its path, as absolute links name it */
  readonly home: string;
  /** Ends the reading */
  readonly signal: AbortSignal;
}

interface HomeDraft extends HomeRead {
  readonly digests: Map<string, string>;
  readonly links: Map<string, string>;
  readonly names: Map<string, string>;
  /** Whether all of the home was read, and not only its places */
  isWhole: boolean;
  complete: boolean;
}

/**
 * Reads what a program finds at the places of a home's start files, through symbolic and hard links.
 * @throws Error of the engine, or when what it gives is no tar
 */
export async function readStartFiles(read: HomeRead): Promise<StartFiles> {
  const draft: HomeDraft = {
    ...read,
    digests: new Map(),
    links: new Map(),
    names: new Map(),
    isWhole: true,
    complete: true,
  };
  const look = toScan(draft, {
    wants: (path) => findStartKind(path) !== undefined,
    onEntry: (path, entry) => takeOwn(draft, path, entry),
  });
  draft.isWhole = await readPlace(read.open, "", look);
  for (const place of draft.isWhole ? [] : startPlaces) {
    if (!(await readPlace(read.open, place, look))) draft.complete = false;
  }
  await readAliases(draft);
  const { digests, complete } = draft;
  return { digests, complete };
}

function toScan(
  { signal, digests }: HomeDraft,
  { wants, onEntry }: Pick<PlaceFacts, "wants" | "onEntry">,
): PlaceFacts {
  const isWanted = (path: string): boolean => digests.size <= maxFiles && wants(path);
  return { signal, maxEntries, maxBytes, wants: isWanted, onEntry };
}

function takeOwn(draft: HomeDraft, path: string, entry: TarEntry): void {
  const { links, names } = draft;
  if (entry.type === "link") put(draft, links, { path, value: entry.target, most: maxLinks });
  else if (entry.type === "name") put(draft, names, { path, value: entry.target, most: maxLinks });
  else if (entry.type !== "folder" && findStartKind(path) !== undefined) {
    note(draft, path, toDigest(path, entry));
  }
}

function note(draft: HomeDraft, path: string, value: string): void {
  put(draft, draft.digests, { path, value, most: maxFiles });
}

function put(
  draft: HomeDraft,
  map: Map<string, string>,
  { path, value, most }: { readonly path: string; readonly value: string; readonly most: number },
): void {
  if (map.size < most || map.has(path)) map.set(path, value);
  else draft.complete = false;
}

/** Reads what links lead to. */
async function readAliases(draft: HomeDraft): Promise<void> {
  const { aliases, complete } = findAliases(draft.home, draft);
  if (!complete) draft.complete = false;
  for (const { shown, text } of aliases) {
    if (text === undefined) continue;
    note(draft, shown, toLinkDigest(text));
    // By its places alone it isn't known what a folder on the way is, which `..` leaves
    if (!draft.isWhole && text.split("/").includes("..")) draft.complete = false;
  }
  const byEnd = Map.groupBy(
    aliases.filter((alias) => alias.end !== undefined),
    ({ end }) => end ?? "",
  );
  const ends = [...byEnd.keys()].filter((end) => !foldersAround(end).some((one) => byEnd.has(one)));
  const look = toScan(draft, {
    wants: (path) => toShown(byEnd, path).some(({ alias, shown }) => isRead(alias, path, shown)),
    onEntry: (path, entry) => {
      for (const { alias, shown } of toShown(byEnd, path)) {
        if (isRead(alias, path, shown)) takeShown(draft, { alias, shown, path }, entry);
      }
    },
  });
  for (const place of draft.isWhole && ends.length > maxSingleEnds ? [""] : ends) {
    if (!(await readPlace(draft.open, place, look))) draft.complete = false;
  }
}

function isRead({ end }: HomeAlias, path: string, shown: string): boolean {
  return path === end || findStartKind(shown) !== undefined;
}

interface ShownFile {
  readonly alias: HomeAlias;
  /** Path by which a program comes to it */
  readonly shown: string;
  readonly path: string;
}

function takeShown(draft: HomeDraft, { alias, shown, path }: ShownFile, entry: TarEntry): void {
  if (entry.type === "file" || entry.type === "other") {
    const isLink = path === alias.end && alias.text !== undefined;
    const start = isLink ? `${toLinkDigest(alias.text)} ` : "";
    note(draft, shown, `${start}${toDigest(shown, entry)}`);
  } else if (entry.type === "link" && !draft.links.has(path)) {
    // One that only a look at places finds, and that isn't followed
    note(draft, shown, toLinkDigest(entry.target));
    draft.complete = false;
  }
}

/** Every alias that leads to a path, or to a folder around it. */
function toShown(
  byEnd: ReadonlyMap<string, readonly HomeAlias[]>,
  path: string,
): readonly { readonly alias: HomeAlias; readonly shown: string }[] {
  return [path, ...foldersAround(path)].flatMap((end) =>
    (byEnd.get(end) ?? []).map((alias) => {
      const inner = path.slice(end.length).replace(/^\//, "");
      return { alias, shown: inner === "" ? alias.shown : `${alias.shown}/${inner}` };
    }),
  );
}

/** The home itself, which is empty, is one. */
function foldersAround(path: string): readonly string[] {
  if (path === "") return [];
  return path.split("/").map((_, index, names) => names.slice(0, index).join("/"));
}
