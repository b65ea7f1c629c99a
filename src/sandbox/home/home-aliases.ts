import { follow, type LinkReader } from "../../base/fs/path-steps.ts";
import { findStartKind, findStartKindBelow } from "./start-files.ts";

/** Links of a home by their own paths. */
export interface HomeLinks {
  /** Symbolic ones, with their texts */
  readonly links: ReadonlyMap<string, string>;
  /** Further names of files (hard links), with the first name of each */
  readonly names: ReadonlyMap<string, string>;
}

/** A place of start files at which programs find what lies elsewhere. */
export interface HomeAlias {
  /** Path from the home, as programs know it */
  readonly shown: string;
  /** Text of the link there; undefined for a further name of a file */
  readonly text: string | undefined;
  /** Path of what is found; undefined outside of the home */
  readonly end: string | undefined;
}

interface FoundAliases {
  readonly aliases: readonly HomeAlias[];
  /** False when there are more than are looked at */
  readonly complete: boolean;
}

/** A link that is looked at by a path that leads to it. */
interface OpenLink {
  readonly shown: string;
  /** Its own path */
  readonly path: string;
  /** Own paths of the links on the way to it */
  readonly before: Set<string>;
}

const maxAliases = 1000;

/**
 * Finds where links lead at the places of start files and on the way to them, as the kernel goes; also the links where
 * another one leads, each once: one that leads around itself has no end.
 * @param home its path, as absolute links name it
 */
export function findAliases(home: string, { links, names }: HomeLinks): FoundAliases {
  const toTarget: LinkReader = (path) =>
    path.startsWith(`${home}/`) ? links.get(path.slice(home.length + 1)) : undefined;
  const aliases: HomeAlias[] = [...names]
    .filter(([shown]) => findStartKind(shown) !== undefined)
    .map(([shown, end]) => ({ shown, text: undefined, end }));
  const open: OpenLink[] = [...links.keys()]
    .filter((path) => isStart(path))
    .map((path) => ({ shown: path, path, before: new Set() }));
  for (const { shown, path, before } of open) {
    if (aliases.length > maxAliases) return { aliases, complete: false };
    const text = links.get(path) ?? "";
    const followed = follow(home, { from: path.split("/").slice(0, -1), path: text }, toTarget);
    const place = "end" in followed ? followed.end.join("/") : undefined;
    aliases.push({
      shown,
      text,
      end: place === undefined ? undefined : (names.get(place) ?? place),
    });
    if (place === undefined || before.has(path)) continue;
    before.add(path);
    for (const [inner, end] of below(place, names)) {
      const innerShown = `${shown}/${inner}`;
      if (findStartKind(innerShown) !== undefined)
        aliases.push({ shown: innerShown, text: undefined, end });
    }
    for (const [inner] of below(place, links)) {
      const innerShown = `${shown}/${inner}`;
      if (isStart(innerShown))
        open.push({ shown: innerShown, path: place === "" ? inner : `${place}/${inner}`, before });
    }
  }
  return { aliases, complete: true };
}

/** Whether something runs or obeys what is at a path, or somewhere below it. */
function isStart(path: string): boolean {
  return (findStartKind(path) ?? findStartKindBelow(path)) !== undefined;
}

/** Entries of a folder at any depth, by their paths from it. */
function* below(
  folder: string,
  paths: ReadonlyMap<string, string>,
): Generator<readonly [string, string]> {
  const start = folder === "" ? "" : `${folder}/`;
  for (const [path, value] of paths) {
    if (path.startsWith(start)) yield [path.slice(start.length), value];
  }
}
