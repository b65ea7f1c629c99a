import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
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
import { parseForge, parseRepositoryUrl } from "./parse-repository-url.ts";
import type { RuleSource } from "../../policy/policy.ts";
import { parseRefPattern } from "./ref-pattern.ts";
import { suggest } from "../../base/nearest-word.ts";
import { invalidText } from "../../policy/file/problem.ts";

const invalid = invalidText("git entry", 120);

/** Options of `--git`, in the order that help lists them. */
export const gitFlagKeys = [
  "push",
  "create",
  "force",
  "delete",
  "tags",
  "deny",
  "max_pack",
  "pulls",
  "read",
  "lfs",
  "forge",
] as const;
type Key = (typeof gitFlagKeys)[number];

const pushOnly: readonly Key[] = ["create", "force", "delete", "tags", "deny", "max_pack"];
const maxFlagLength = 8192;

/**
 * Reads `URL[:key=value]…`, as in `https://github.com/acme/widgets:push=agent/*,fix/*:pulls=merge`. An option begins at a
 * colon before `name=`: a port, and the colon of `git@host:path`, are never before one.
 * @throws VaultboxError VBX_POLICY_INVALID with what to write
 */
export function parseGitFlag(text: string, source: RuleSource): GitRule {
  if (text.length > maxFlagLength) throw invalid(text, `longer than ${maxFlagLength} characters`);
  const [url = "", ...parts] = text.split(/:(?=[A-Za-z_-]+=)/);
  const values = new Map<Key, string>();
  for (const part of parts) {
    const name = part.slice(0, part.indexOf("="));
    const key = gitFlagKeys.find((one) => one === name);
    if (key === undefined) {
      const known = gitFlagKeys.join(", ");
      throw invalid(text, `unknown option ${name}${suggest(name, gitFlagKeys)}; known: ${known}`);
    }
    if (values.has(key)) throw invalid(text, `${key}= is there twice; put commas between values`);
    values.set(key, part.slice(name.length + 1));
  }
  const unneeded = pushOnly.find((key) => values.has(key));
  if (unneeded !== undefined && !values.has("push")) {
    throw invalid(text, `${unneeded}=: ${needsPush}`);
  }
  const forge = values.get("forge");
  const place = parseRepositoryUrl(url, forge === undefined ? undefined : parseForge(forge));
  return toGitRule(place, toOptions(text, values), source);
}

function toOptions(text: string, values: ReadonlyMap<Key, string>): GitOptions {
  const flag = (key: Key) => toBoolean(text, key, values.get(key));
  const list = (key: Key, parse: (one: string) => string) => toList(text, key, values, parse);
  const size = values.get("max_pack");
  const pulls = values.get("pulls");
  const choice = pullChoices.find((one) => one === pulls);
  if (pulls !== undefined && choice === undefined) {
    const near = suggest(pulls, pullChoices);
    throw invalid(text, `pulls= is ${pullChoices.join(" or ")}, not ${quoted(pulls, 40)}${near}`);
  }
  return {
    read: flag("read"),
    push: list("push", parseRefPattern),
    create: flag("create"),
    force: flag("force"),
    delete: flag("delete"),
    tags: flag("tags"),
    maxPackBytes: size === undefined ? undefined : readSize(text, size),
    denyPaths: list("deny", parseDeniedPath),
    pulls: choice,
    lfsHosts: list("lfs", parseLfsHost),
  };
}

function toBoolean(text: string, key: Key, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === "true") return true;
  if (value === "false") return false;
  throw invalid(text, `${key}= is true or false, not ${quoted(value, 40)}`);
}

function toList(
  text: string,
  key: Key,
  values: ReadonlyMap<Key, string>,
  parse: (one: string) => string,
): readonly string[] | undefined {
  const items = values.get(key)?.split(",");
  if (items === undefined) return undefined;
  if (items.includes("")) throw invalid(text, `a value of ${key}= is empty`);
  if (items.length > maxGitPatterns) throw invalid(text, `more than ${maxGitPatterns} values`);
  return items.map(parse);
}

/** The size's own problem, under this parser's code. */
function readSize(text: string, size: string): number {
  try {
    return parseSize(size);
  } catch (error) {
    if (error instanceof VaultboxError) throw invalid(text, `max_pack=: ${error.message}`);
    throw error;
  }
}
