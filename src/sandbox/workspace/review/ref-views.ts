import { createHash } from "node:crypto";
import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { View } from "./view.ts";

const maxPackedRefsBytes = 64 * 1024 * 1024;
/** Of all tables together */
const maxTableBytes = 64 * 1024 * 1024;
const maxRefBytes = 1024;
const maxRefs = 100_000;
const maxDepth = 32;

/** Refs by their names, with what they say. */
type Refs = Map<string, string>;

/** Refs that stand for other objects, for notes, or for other refs. */
export function readRefViews(folder: Folder): readonly View[] {
  const packed = folder.read("packed-refs", maxPackedRefsBytes)?.toString("latin1") ?? "";
  const replaced = readRefs(folder, packed, "refs/replace/");
  const notes = readRefs(folder, packed, "refs/notes/");
  const branches = readRefs(folder, "", "refs/heads/");
  const symbolic = new Map([...branches].filter(([, value]) => value.startsWith("ref:")));
  return [
    ...toView("replace", replaced, [
      "replaces objects (refs/replace)",
      "git --no-replace-objects log",
    ]),
    ...toView("notes", notes, ["adds notes to commits (refs/notes)", "git log --no-notes"]),
    ...toView("symbolic refs", symbolic, [
      "has branches that are other ones",
      "git for-each-ref --format='%(refname) %(symref)'",
    ]),
    ...toView("stray refs", readStray(folder), [
      "has names that git takes before a branch of the same name",
      "git log refs/heads/NAME",
    ]),
    ...toView("tables", readTables(folder), [
      "replaces objects (refs/replace)",
      "git --no-replace-objects log",
    ]),
  ];
}

function toView(
  id: string,
  refs: Refs,
  [what, command]: readonly [string, string],
): readonly View[] {
  if (refs.size === 0) return [];
  const names = [...refs.keys()].toSorted();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0${refs.get(name)}\0`, "latin1");
  const shown = names.slice(0, 2).join(", ") + (names.length > 2 ? ", …" : "");
  return [{ id, state: hash.digest("hex"), text: `${what}: ${shown}`, command }];
}

function readRefs(folder: Folder, packed: string, prefix: string): Refs {
  const refs: Refs = new Map();
  if (packed.includes(prefix)) {
    for (const line of packed.split("\n")) {
      const [value = "", name] = line.split(" ");
      if (name?.startsWith(prefix) === true && refs.size < maxRefs) refs.set(name, value);
    }
  }
  using inner = orNothing(() => folder.openPath(prefix.split("/").filter((name) => name !== "")));
  if (inner !== undefined) addLoose(refs, inner, { prefix, depth: 0 });
  return refs;
}

function addLoose(
  refs: Refs,
  folder: Folder,
  { prefix, depth }: { readonly prefix: string; readonly depth: number },
): void {
  if (depth > maxDepth) return;
  for (const { name, kind } of orNothing(() => folder.entries()) ?? []) {
    if (refs.size >= maxRefs) return;
    if (kind === "file") {
      refs.set(prefix + name, folder.read(name, maxRefBytes)?.toString("latin1").trim() ?? "");
    }
    if (kind !== "folder") continue;
    using inner = orNothing(() => folder.open(name));
    if (inner !== undefined)
      addLoose(refs, inner, { prefix: `${prefix}${name}/`, depth: depth + 1 });
  }
}

/** `main` means `.git/main` before `refs/heads/main` (gitrevisions(7)); git's own names there are in capitals. */
function readStray(folder: Folder): Refs {
  const refs: Refs = new Map();
  for (const { name, kind } of folder.entries()) {
    if (kind !== "file" || /^[A-Z_]+$/.test(name)) continue;
    const value = folder.read(name, maxRefBytes)?.toString("latin1") ?? "";
    if (/^(?:ref: refs\/|[0-9a-f]{40}(?:[0-9a-f]{24})?\s*$)/.test(value)) refs.set(name, value);
  }
  // A list of commits, not a name of one
  refs.delete("shallow");
  return refs;
}

/** Of a repository that keeps refs in tables (gitformat-reftable(5)): names share their beginnings with the one before. */
function readTables(folder: Folder): Refs {
  const refs: Refs = new Map();
  using tables = orNothing(() => folder.open("reftable"));
  let left = maxTableBytes;
  for (const { name } of tables?.entries() ?? []) {
    const text = tables?.read(name, left)?.toString("latin1") ?? "";
    left -= text.length;
    for (const [, object = ""] of text.matchAll(/place\/([0-9a-f]{40})/g)) {
      if (refs.size < maxRefs) refs.set(`refs/replace/${object}`, "");
    }
  }
  return refs;
}
