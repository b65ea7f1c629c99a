import { linkSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface BareRepository {
  readonly format: "sha1" | "sha256";
  /** What HEAD names */
  readonly branch: string;
  /** `section.name=value` */
  readonly config?: readonly string[];
  /** Full ref name → object id */
  readonly refs?: Readonly<Record<string, string>>;
}

/** Makes one as `git init --bare` without a template does, and sets settings and refs, without starting a git for each. */
export function writeBareRepository(place: string, repository: BareRepository): void {
  const { format, branch, config = [], refs = {} } = repository;
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) {
    mkdirSync(join(place, folder), { recursive: true });
  }
  const extensions = format === "sha1" ? [] : ["extensions.objectFormat=sha256"];
  const version = `core.repositoryFormatVersion=${extensions.length}`;
  const settings = [version, "core.fileMode=true", "core.bare=true", ...extensions, ...config];
  const lines = Object.entries(refs).map(([ref, id]) => `${id} ${ref}\n`);
  writeFileSync(join(place, "config"), settings.map(toConfigLines).join(""));
  writeFileSync(join(place, "HEAD"), `ref: refs/heads/${branch}\n`);
  if (lines.length > 0) writeFileSync(join(place, "packed-refs"), lines.join(""));
}

/** Gives a repository all objects of another one, which git never changes in place: as links. */
export function linkObjects(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const folder = join(to, entry.parentPath.slice(from.length));
    mkdirSync(folder, { recursive: true });
    if (entry.isFile()) linkSync(join(entry.parentPath, entry.name), join(folder, entry.name));
  }
}

function toConfigLines(setting: string): string {
  const [name = "", ...value] = setting.split("=");
  const [section = "", key = ""] = name.split(".");
  return `[${section}]\n\t${key} = ${value.join("=")}\n`;
}
