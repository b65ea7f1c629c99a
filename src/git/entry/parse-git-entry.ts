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
  readBoolean,
  readChoice,
  readList,
  readMap,
  readParsed,
  report,
  type Field,
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

/** Reads an entry with `git:`; undefined when it can't be read. Problems are reported. */
export function parseGitEntry(field: Field, source: RuleSource): GitRule | undefined {
  const fields = readMap(field, gitEntryKeys);
  if (fields === undefined) return undefined;
  const options = readOptions(fields);
  const forge = readChoice(fields.forge, forges);
  const place = readParsed(fields.git, (url) => parseRepositoryUrl(url, forge));
  return place && toGitRule(place, options, source);
}

function readOptions(fields: GitEntryFields): GitOptions {
  const push = readTexts(fields.push, parseRefPattern);
  if (fields.push === undefined || push?.length === 0) {
    for (const key of pushOnlyKeys) {
      const field = fields[key];
      if (field !== undefined) report(field, needsPush);
    }
  }
  return {
    read: readBoolean(fields.read),
    push,
    create: readBoolean(fields.create),
    force: readBoolean(fields.force),
    delete: readBoolean(fields.delete),
    tags: readBoolean(fields.tags),
    maxPackBytes: readParsed(fields.max_pack, parseSize),
    denyPaths: readTexts(readMap(fields.paths, gitPathsKeys)?.deny, parseDeniedPath),
    pulls: readChoice(fields.pulls, pullChoices),
    lfsHosts: readTexts(readMap(fields.lfs, gitLfsKeys)?.hosts, parseLfsHost),
  };
}

function readTexts(
  field: Field | undefined,
  parse: (text: string) => string,
): readonly string[] | undefined {
  return readList(field, (item) => readParsed(item, parse), { max: maxGitPatterns });
}
