import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** A folder of `src/`, and what its files may import: one row of the table in docs/architecture.md. */
export interface Room {
  /** Beneath `src/`: "git", "git/wire" */
  readonly folder: string;
  /** Folders beneath `src/`, each with all that is beneath it */
  readonly mayImport: readonly string[];
  /** Third-party packages whose home this is */
  readonly packages: readonly string[];
}

const document = new URL("../../docs/architecture.md", import.meta.url);

/** The rows below "Where a line belongs": folder, what it is about, what it may import, packages. */
export function readRooms(text: string = readFileSync(document, "utf8")): readonly Room[] {
  const section = text.split("## Where a line belongs\n")[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `src/"));
  const rooms = rows.map((row) => {
    const [, folder = "", , mayImport = "", packages = ""] = row.split("|");
    const [name = ""] = toNames(folder);
    return {
      folder: name.replace(/^src\//, "").replace(/\/$/, ""),
      mayImport: toNames(mayImport),
      packages: toNames(packages),
    };
  });
  if (rooms.length === 0) throw new Error("docs/architecture.md has no table of folders");
  return rooms;
}

/** What is wrong with an import, or undefined. `file` is a path beneath `src/`, `specifier` as it's written. */
export function findImportFault(
  rooms: readonly Room[],
  file: string,
  specifier: string,
): string | undefined {
  const room = findRoom(rooms, file);
  const table = "(docs/architecture.md, Where a line belongs)";
  if (room === undefined) return `no row names the folder of src/${file} ${table}`;
  if (specifier.startsWith("node:")) return undefined;
  if (!specifier.startsWith(".")) {
    const isHome = room.packages.includes(toPackage(specifier));
    return isHome
      ? undefined
      : `"${toPackage(specifier)}" isn't at home in src/${room.folder} ${table}`;
  }
  const target = normalize(join(dirname(file), specifier));
  const owner = findRoom(rooms, target);
  if (owner === undefined) return `no row names the folder of src/${target} ${table}`;
  if (owner === room || room.mayImport.some((name) => isIn(owner.folder, name))) return undefined;
  return `src/${room.folder} may not import src/${owner.folder} ${table}`;
}

/** The row with the longest folder that a file is in. */
function findRoom(rooms: readonly Room[], file: string): Room | undefined {
  return rooms
    .filter(({ folder }) => isIn(file, folder))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function toPackage(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Names in backticks. */
function toNames(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
