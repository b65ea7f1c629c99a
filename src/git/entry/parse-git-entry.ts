import { forges } from "../repository-call.ts";
import { parseSize } from "../../base/units.ts";
import { parseDeniedPath } from "./denied-path.ts";
import {
  maxGitPatterns,
  needsPush,
  pullChoices,
  toGitRule,
  type GitOptions,
  parseLfsHost,
} from "./git-options.ts";
import type { GitRule } from "./git-rule.ts";
import { parseRepositoryUrl } from "./parse-repository-url.ts";
import type { RuleSource } from "../../policy/policy.ts";
import { parseRefPattern } from "./ref-pattern.ts";
import {
  attempt,
  readBoolean,
  readChoice,
  readList,
  readMap,
  readString,
  report,
  type Field,
  type FileReader,
} from "../../policy/file/fields.ts";

export const gitEntryKeys = [
  "git",
  "forge",
  "read",
  "push",
  "create",
  "force",
  "delete",
  "tags",
  "max_pack",
  "paths",
  "pulls",
  "lfs",
] as const;
export const gitPathsKeys = ["deny"] as const;
export const gitLfsKeys = ["hosts"] as const;
export const pushOnlyKeys = ["create", "force", "delete", "tags", "max_pack", "paths"] as const;

type GitEntryFields = Partial<Record<(typeof gitEntryKeys)[number], Field>>;

/** Reads an entry with `git:`; undefined when it can't be read. Problems are reported to the reader. */
export function parseGitEntry(
  reader: FileReader,
  field: Field,
  source: RuleSource,
): GitRule | undefined {
  const fields = readMap(reader, field, gitEntryKeys);
  if (fields === undefined) return undefined;
  const options = readOptions(reader, fields);
  const { git, forge } = fields;
  const url = git && readString(reader, git);
  const choice = forge && readChoice(reader, forge, forges);
  if (git === undefined || url === undefined) return undefined;
  const place = attempt(reader, git, () => parseRepositoryUrl(url, choice));
  return place && toGitRule(place, options, source);
}

function readOptions(reader: FileReader, fields: GitEntryFields): GitOptions {
  const read = (field: Field | undefined) => field && readBoolean(reader, field);
  const push = readTexts(reader, fields.push, parseRefPattern);
  if (fields.push === undefined || push?.length === 0) {
    for (const key of pushOnlyKeys) {
      const field = fields[key];
      if (field !== undefined) report(reader, field, needsPush);
    }
  }
  return {
    read: read(fields.read),
    push,
    create: read(fields.create),
    force: read(fields.force),
    delete: read(fields.delete),
    tags: read(fields.tags),
    maxPackBytes: readSize(reader, fields.max_pack),
    denyPaths: readNested(reader, fields.paths, gitPathsKeys, parseDeniedPath),
    pulls: fields.pulls && readChoice(reader, fields.pulls, pullChoices),
    lfsHosts: readNested(reader, fields.lfs, gitLfsKeys, parseLfsHost),
  };
}

function readSize(reader: FileReader, field: Field | undefined): number | undefined {
  const text = field && readString(reader, field);
  if (field === undefined || text === undefined) return undefined;
  return attempt(reader, field, () => parseSize(text));
}

/** A mapping with one list: `paths: { deny: […] }`. */
function readNested<Key extends string>(
  reader: FileReader,
  field: Field | undefined,
  keys: readonly [Key],
  parse: (text: string) => string,
): readonly string[] | undefined {
  const inner = field && readMap(reader, field, keys);
  return inner && readTexts(reader, inner[keys[0]], parse);
}

function readTexts(
  reader: FileReader,
  field: Field | undefined,
  parse: (text: string) => string,
): readonly string[] | undefined {
  const items = field && readList(reader, field);
  if (field === undefined || items === undefined) return undefined;
  if (items.length > maxGitPatterns) report(reader, field, `more than ${maxGitPatterns} entries`);
  return items.slice(0, maxGitPatterns).flatMap((item) => {
    const text = readString(reader, item);
    return text === undefined ? [] : (attempt(reader, item, () => parse(text)) ?? []);
  });
}
