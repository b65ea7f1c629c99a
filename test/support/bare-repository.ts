import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface BareRepository {
  readonly format: "sha1" | "sha256";
  /** What HEAD names */
  readonly branch: string;
  /** `section.name=value` */
  readonly config?: readonly string[];
  /** Full ref name → object id */
  readonly refs?: Readonly<Record<string, string>>;
  /** A repository whose objects and refs it begins with */
  readonly from?: string | undefined;
}

/** Makes one as `git init --bare` without a template does, and sets settings and refs, without starting a git for each. */
export function writeBareRepository(place: string, repository: BareRepository): void {
  const { format, branch, config = [], refs = {}, from } = repository;
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) {
    mkdirSync(join(place, folder), { recursive: true });
  }
  if (from !== undefined) copyContent(from, place);
  const extensions = format === "sha1" ? [] : ["extensions.objectFormat=sha256"];
  const version = `core.repositoryFormatVersion=${extensions.length}`;
  const settings = [version, "core.fileMode=true", "core.bare=true", ...extensions, ...config];
  const lines = Object.entries(refs).map(([ref, id]) => `${id} ${ref}\n`);
  writeFileSync(join(place, "config"), settings.map(toConfigLines).join(""));
  writeFileSync(join(place, "HEAD"), `ref: refs/heads/${branch}\n`);
  if (lines.length > 0) writeFileSync(join(place, "packed-refs"), lines.join(""));
}

function copyContent(from: string, place: string): void {
  for (const name of ["objects", "refs", "packed-refs"]) {
    const source = join(from, name);
    if (existsSync(source)) cpSync(source, join(place, name), { recursive: true });
  }
}

function toConfigLines(setting: string): string {
  const [name = "", ...value] = setting.split("=");
  const [section = "", key = ""] = name.split(".");
  return `[${section}]\n\t${key} = ${value.join("=")}\n`;
}
