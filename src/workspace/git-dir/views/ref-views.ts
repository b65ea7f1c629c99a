import { createHash } from "node:crypto";
import { orNothing, type Folder } from "../../../base/fs/beneath.ts";
import { isDisabledName } from "../../handoff/take-away.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { readFolderOrNothing } from "../../read-folder.ts";
import type { View } from "./read-views.ts";

const maxPackedRefsBytes = 64 * 1024 * 1024;
/** Of all tables together */
const maxTableBytes = 64 * 1024 * 1024;
const maxRefBytes = 1024;
const maxRefs = 100_000;
const maxDepth = 32;

/** Where refs are read, and what that may cost. */
interface RefPlace {
  readonly folder: Folder;
  readonly budget: ScanBudget;
}

/** Refs by their names, with what they say. */
type Refs = Map<string, string>;

const replacing = ["replaces objects (refs/replace)", "git --no-replace-objects log"] as const;

/** Refs that stand for other objects, for notes, or for other refs. */
export async function readRefViews(folder: Folder, budget: ScanBudget): Promise<readonly View[]> {
  const packed = readText(folder, budget, { name: "packed-refs", maxBytes: maxPackedRefsBytes });
  const place = { folder, budget };
  const replaced = await readRefs(place, packed, "refs/replace/");
  const notes = await readRefs(place, packed, "refs/notes/");
  const branches = await readRefs(place, "", "refs/heads/");
  const symbolic = new Map([...branches].filter(([, value]) => value.startsWith("ref:")));
  return [
    ...toView("replace", replaced, replacing),
    ...toView("notes", notes, ["adds notes to commits (refs/notes)", "git log --no-notes"]),
    ...toView("symbolic refs", symbolic, [
      "has branches that are other ones",
      "git for-each-ref --format='%(refname) %(symref)'",
    ]),
    ...toView("stray refs", await readStray(place), [
      "has names that git takes before a branch of the same name",
      "git log refs/heads/NAME",
    ]),
    ...toView("tables", await readTables(place), replacing),
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

async function readRefs(
  { folder, budget }: RefPlace,
  packed: string,
  prefix: string,
): Promise<Refs> {
  const refs: Refs = new Map();
  let end = 0;
  for (let at = packed.indexOf(prefix); at !== -1; at = packed.indexOf(prefix, end)) {
    if (refs.size >= maxRefs || (budget.isDue() && !(await budget.turn()))) break;
    const from = packed.lastIndexOf("\n", at) + 1;
    end = toLineEnd(packed, at);
    const [value = "", name = ""] = packed.slice(from, end).split(" ");
    if (from + value.length + 1 === at) refs.set(name, value);
  }
  using inner = orNothing(() => folder.openPath(prefix.split("/").filter((name) => name !== "")));
  if (inner !== undefined) await addLoose(refs, { folder: inner, budget }, { prefix, depth: 0 });
  return refs;
}

function toLineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

async function addLoose(
  refs: Refs,
  { folder, budget }: RefPlace,
  { prefix, depth }: { readonly prefix: string; readonly depth: number },
): Promise<void> {
  if (depth > maxDepth) return;
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (refs.size >= maxRefs || (budget.isDue() && !(await budget.turn()))) return;
    if (kind === "file") {
      refs.set(prefix + name, readText(folder, budget, { name, maxBytes: maxRefBytes }).trim());
    }
    if (kind !== "folder") continue;
    using inner = orNothing(() => folder.open(name));
    if (inner !== undefined) {
      const place = { prefix: `${prefix}${name}/`, depth: depth + 1 };
      await addLoose(refs, { folder: inner, budget }, place);
    }
  }
}

/** `main` means `.git/main` before `refs/heads/main` (gitrevisions(7)); git's own names there are in capitals. */
async function readStray({ folder, budget }: RefPlace): Promise<Refs> {
  const refs: Refs = new Map();
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (refs.size >= maxRefs || (budget.isDue() && !(await budget.turn()))) break;
    // A list of commits is not a name of one
    if (kind !== "file" || name === "shallow" || /^[A-Z_]+$/.test(name)) continue;
    // Of a repository without a work tree, what makes it one
    if (name.startsWith("HEAD") && isDisabledName(name)) continue;
    const value = readText(folder, budget, { name, maxBytes: maxRefBytes });
    if (/^(?:ref: refs\/|[0-9a-f]{40}(?:[0-9a-f]{24})?\s*$)/.test(value)) refs.set(name, value);
  }
  return refs;
}

/** Of a repository that keeps refs in tables (gitformat-reftable(5)): names share their beginnings with the one before. */
async function readTables({ folder, budget }: RefPlace): Promise<Refs> {
  const refs: Refs = new Map();
  using tables = orNothing(() => folder.open("reftable"));
  if (tables === undefined) return refs;
  for (const { name } of await readFolderOrNothing(tables, budget)) {
    if (!(await budget.turn())) break;
    const text = readText(tables, budget, { name, maxBytes: maxTableBytes });
    for (const [, object = ""] of text.matchAll(/place\/([0-9a-f]{40})/g)) {
      if (refs.size < maxRefs) refs.set(`refs/replace/${object}`, "");
    }
  }
  return refs;
}

/** Bytes as letters; nothing of what is no plain file of that size. */
function readText(
  folder: Folder,
  budget: ScanBudget,
  { name, maxBytes }: { readonly name: string; readonly maxBytes: number },
): string {
  const content = folder.read(name, maxBytes);
  budget.spend("bytes", content?.length);
  return content?.toString("latin1") ?? "";
}
