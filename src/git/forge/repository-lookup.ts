// Asks a forge which repository a name or a number stands for, with the session's credential.
import { coversRepository } from "../../base/repository-name.ts";
import {
  readIdentity,
  readMovedNumber,
  toRepositoryPath,
  type AskedRepository,
  type RepositoryId,
  type TellingForge,
} from "../repository-id.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { parseAuthority, toAuthorityText, type Authority } from "../../http/authority.ts";
import { headerValues } from "../../http/header-fields.ts";
import type { HandlerTools } from "../../http/handler.ts";
import { askForge, maxDescriptionBytes, toAskers } from "./forge-question.ts";
import type { Hold } from "../../http/hold.ts";

/** Names and numbers that are remembered; then all are forgotten. */
const maxRemembered = 10_000;

/** The forge to ask, by the entries whose credentials may ask there. */
export interface LookupPlace {
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
