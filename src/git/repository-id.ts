// Which repository a name or a number stands for, by the forge's own description of it: names outlive a renaming, and forks
// share their objects.
import type { Forge } from "./repository-call.ts";
import { fieldOf } from "./strict-json.ts";

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
export type AskedRepository = { readonly name: string } | { readonly number: string };

/** Forges whose API tells. */
export type TellingForge = "github" | "gitlab" | "gitea" | "bitbucket";

export function isTelling(forge: Forge): forge is TellingForge {
  return forge !== "azure" && forge !== "generic";
}

/** Path of the description, behind the prefix that the API has on the host; undefined where a number can't be asked for. */
export function toRepositoryPath(forge: TellingForge, asked: AskedRepository): string | undefined {
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
export function readMovedNumber(forge: TellingForge, location: string): string | undefined {
  if (forge === "github") return /\/repositories\/(\d{1,18})$/.exec(location)?.[1];
  return forge === "gitlab" ? /\/projects\/(\d{1,18})$/.exec(location)?.[1] : undefined;
}

/**
 * Reads the description: https://docs.github.com/en/rest/repos/repos#get-a-repository,
 * https://docs.gitlab.com/api/projects/#get-a-single-project, `Repository` of https://docs.gitea.com/api and of
 * https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/. Undefined when it doesn't tell all.
 */
export function readIdentity(forge: TellingForge, answer: unknown): RepositoryId | undefined {
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
