// Asks a forge which repository a name or a number stands for, with the session's credential: by the forge's own description
// of it, since names outlive a renaming, and forks share their objects.
import { coversRepository } from "../../base/repository-name.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { type Authority, parseAuthority, toAuthorityText } from "../../http/authority.ts";
import { headerValues } from "../../http/header-fields.ts";
import type { HandlerTools } from "../../http/handler.ts";
import { askForge, maxDescriptionBytes, toAskers } from "./forge-question.ts";
import type { Hold } from "../../http/hold.ts";
import type { Forge } from "../repository-call.ts";
import { fieldOf } from "../strict-json.ts";

/** Names and numbers that are remembered; then all are forgotten. */
const maxRemembered = 10_000;

/** The forge to ask, by the entries whose credentials may ask there. */
interface LookupPlace {
  readonly forge: TellingForge;
  readonly rules: readonly GitRule[];
  /** For the answers, while they're read */
  readonly hold: Hold;
}

/** Undefined when the forge doesn't tell. @throws Refusal when it can't be asked */
export type RepositoryLookup = (
  place: LookupPlace,
  asked: AskedRepository,
) => Promise<RepositoryId | undefined>;

/** Remembers for the session what was found. */
export function createRepositoryLookup(tools: HandlerTools): RepositoryLookup {
  const found = new Map<string, RepositoryId>();
  return async (place, asked) => {
    const text = "name" in asked ? asked.name.toLowerCase() : `#${asked.number}`;
    const key = `${toAuthorityText(toApiAuthority(place.rules[0]))} ${text}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    for (const rule of toAskers(place.rules)) {
      const repositoryId = await ask(tools, { ...place, rule }, asked);
      if (repositoryId === undefined) continue;
      if (found.size >= maxRemembered) found.clear();
      found.set(key, repositoryId);
      return repositoryId;
    }
    return undefined;
  };
}

async function ask(
  tools: HandlerTools,
  place: Pick<LookupPlace, "forge" | "hold"> & { readonly rule: GitRule },
  asked: AskedRepository,
): Promise<RepositoryId | undefined> {
  const { forge, rule, hold } = place;
  const path = toRepositoryPath(forge, asked);
  if (path === undefined) return undefined;
  const isOwnHost = forge === "github" && rule.host !== "github.com";
  const isOwn = "name" in asked && coversRepository(rule.repository, asked.name);
  const { head, value, fault } = await askForge(tools, {
    authority: toApiAuthority(rule),
    target: `${isOwnHost ? "/api/v3" : ""}${path}`,
    rule,
    repository: isOwn ? asked.name : undefined,
    check: "repository",
    hold,
    maxBytes: maxDescriptionBytes,
  });
  if (fault === undefined) return readIdentity(forge, value);
  const [location = ""] = headerValues(head.headers, "location");
  const isMoved = head.status >= 300 && head.status < 400;
  const number = isMoved ? readMovedNumber(forge, location) : undefined;
  // A number that leads elsewhere again is none
  return number === undefined || "number" in asked ? undefined : ask(tools, place, { number });
}

/** Where the forge of a rule has its API. */
function toApiAuthority(rule: GitRule | undefined): Authority {
  if (rule === undefined) throw new Error("somebody has to ask");
  const { host, scheme, port } = rule;
  if (host === "github.com" || host === "bitbucket.org") {
    return parseAuthority(`api.${host}`, "https", 443);
  }
  return parseAuthority(host.includes(":") ? `[${host}]` : host, scheme, port);
}

/** A repository as its forge names it now. */
export interface RepositoryId {
  /** `owner/name` */
  readonly name: string;
  /** Where the forge gives it one */
  readonly number?: number | undefined;
  /** What it is a fork of, the nearest first */
  readonly origins: readonly string[];
}

/** How a request names it. */
type AskedRepository = { readonly name: string } | { readonly number: string };

/** Forges whose API tells. */
type TellingForge = "github" | "gitlab" | "gitea" | "bitbucket";

export function isTelling(forge: Forge): forge is TellingForge {
  return forge !== "azure" && forge !== "generic";
}

/** Path of the description, behind the prefix that the API has on the host; undefined where a number can't be asked for. */
function toRepositoryPath(forge: TellingForge, asked: AskedRepository): string | undefined {
  const name = "name" in asked ? asked.name : undefined;
  const number = "number" in asked ? asked.number : undefined;
  switch (forge) {
    case "github":
      return name === undefined ? `/repositories/${number}` : `/repos/${name}`;
    case "gitlab":
      return `/api/v4/projects/${name === undefined ? number : encodeURIComponent(name)}`;
    case "gitea":
      return name && `/api/v1/repos/${name}`;
    case "bitbucket":
      return name && `/2.0/repositories/${name}`;
  }
}

/** The number that a forge's answer about a former name leads to (status 301), by its Location. */
function readMovedNumber(forge: TellingForge, location: string): string | undefined {
  if (forge === "github") return /\/repositories\/(\d{1,18})$/.exec(location)?.[1];
  return forge === "gitlab" ? /\/projects\/(\d{1,18})$/.exec(location)?.[1] : undefined;
}

/**
 * Reads the description: https://docs.github.com/en/rest/repos/repos#get-a-repository,
 * https://docs.gitlab.com/api/projects/#get-a-single-project, `Repository` of https://docs.gitea.com/api and of
 * https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/. Undefined when it doesn't tell all.
 */
function readIdentity(forge: TellingForge, answer: unknown): RepositoryId | undefined {
  const field = forge === "gitlab" ? "path_with_namespace" : "full_name";
  const nameOf = (value: unknown): string | undefined => {
    const name = fieldOf(value, field);
    return typeof name === "string" && /^[^/\s]+(?:\/[^/\s]+)+$/.test(name) ? name : undefined;
  };
  const name = nameOf(answer);
  if (name === undefined) return undefined;
  const places = forge === "gitlab" ? ["forked_from_project"] : ["parent", "source"];
  const origins = places.flatMap((place) => nameOf(fieldOf(answer, place)) ?? []);
  const isFork = forge === "github" && fieldOf(answer, "fork") === true;
  const id = fieldOf(answer, "id");
  const number = Number.isSafeInteger(id) ? Number(id) : undefined;
  return isFork && origins.length < 2 ? undefined : { name, number, origins };
}
