import { VaultboxError } from "../../base/errors.ts";
import { forges, type Forge } from "../repository-call.ts";
import { parseRemoteUrl, toHttpsRemote } from "../remote-url.ts";
import { quoted } from "../../base/printable.ts";
import type { GitRule } from "./git-rule.ts";
import { parseOrigin } from "../../policy/parse-rule.ts";
import { toComparableRepository } from "../../base/repository-name.ts";
import { suggest } from "../../base/nearest-word.ts";
import { invalidText } from "../../policy/file/problem.ts";

const invalid = invalidText("git URL", 120);

/** The part of a git rule that its URL tells. */
export type RepositoryPlace = Pick<GitRule, "forge" | "scheme" | "host" | "port" | "repository">;

interface UrlParts {
  /** `https://host:port`, the way rules name an origin */
  readonly origin: string;
  readonly path: string;
}

/** Longest URL in characters */
const maxUrlLength = 1024;
const knownForges: Readonly<Record<string, Forge>> = {
  "github.com": "github",
  "gitlab.com": "gitlab",
  "bitbucket.org": "bitbucket",
  "codeberg.org": "gitea",
  "dev.azure.com": "azure",
};
/**
 * Reads the URL of a repository, or of every repository of an owner (`https://github.com/acme/*`). SSH forms
 * (`git@host:acme/widgets.git`, `ssh://…`) name the same repository at https on the host's usual port.
 * @param forge what the user said about the host, when something
 * @throws VaultboxError VBX_POLICY_INVALID with what to write
 */
export function parseRepositoryUrl(text: string, forge?: Forge): RepositoryPlace {
  if (text.length > maxUrlLength) throw invalid(text, `longer than ${maxUrlLength} characters`);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f\\]/.test(text)) throw invalid(text, "a space, control character or \\");
  if (/[?#]/.test(text)) throw invalid(text, "a clone URL has no ? and no #");
  const { origin, path } = toParts(text);
  const { scheme, host, port } = parseOrigin(origin);
  if (host.kind === "subdomains") throw invalid(text, "write the one host, without *");
  const known = knownForges[host.host];
  if (forge !== undefined && known !== undefined && forge !== known) {
    throw invalid(text, `forge ${forge} can't be: ${host.host} is ${known}`);
  }
  const found = forge ?? known ?? "generic";
  const repository = toRepository(text, path, found);
  return { forge: found, scheme, host: host.host, port, repository };
}

/** @throws VaultboxError VBX_POLICY_INVALID */
export function parseForge(text: string): Forge {
  const forge = forges.find((one) => one === text);
  if (forge !== undefined) return forge;
  throw new VaultboxError(
    "VBX_POLICY_INVALID",
    `unknown forge ${quoted(text, 40)}${suggest(text, forges)}; known: ${forges.join(", ")}`,
  );
}

function toParts(text: string): UrlParts {
  const url = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(\/.*)?$/.exec(text);
  const scheme = url?.[1]?.toLowerCase();
  if (scheme === "https" || scheme === "http") {
    return { origin: `${scheme}://${url?.[2] ?? ""}`, path: url?.[3] ?? "" };
  }
  const remote = parseRemoteUrl(text);
  if (remote?.kind === "ssh") {
    const { host, path } = toHttpsRemote(remote);
    return { origin: `https://${host.includes(":") ? `[${host}]` : host}`, path };
  }
  if (scheme !== undefined && !/^(?:ssh|git\+ssh|ssh\+git)$/.test(scheme)) {
    throw invalid(
      text,
      `the scheme ${quoted(scheme, 40)} can't be allowed; write the https:// URL`,
    );
  }
  throw invalid(text, "write the whole clone URL, as in https://github.com/acme/widgets");
}

function toRepository(text: string, path: string, forge: Forge): string {
  const trimmed = path.replace(/^\/+/, "").replace(/\/+$/, "");
  if (trimmed === "") throw invalid(text, "the path to the repository is missing");
  if (trimmed.includes(":")) {
    throw invalid(text, "a colon in the path; options are written as :key=value at the end");
  }
  const isOwner = trimmed.endsWith("/*");
  const name = (isOwner ? trimmed.slice(0, -2) : trimmed).replace(/\.git$/i, "");
  if (name.includes("*")) {
    throw invalid(text, "* stands only for the repositories of one owner, as in …/acme/*");
  }
  if (toComparableRepository(name) === undefined) {
    throw invalid(text, "an empty, . or .. segment, or an escape that no server has in a path");
  }
  const segments = name.split("/").length + (isOwner ? 1 : 0);
  const count = segmentCounts[forge];
  if (segments < count.min || segments > count.max) {
    throw invalid(text, `its path has ${count.says}`);
  }
  return isOwner ? `${name}/*` : name;
}

/** How many segments a repository's path has. */
const segmentCounts: Readonly<
  Record<Forge, { readonly min: number; readonly max: number; readonly says: string }>
> = {
  github: { min: 2, max: 2, says: "two parts, as in acme/widgets or acme/*" },
  bitbucket: { min: 2, max: 2, says: "two parts, as in acme/widgets or acme/*" },
  gitea: { min: 2, max: 2, says: "two parts, as in acme/widgets or acme/*" },
  gitlab: { min: 2, max: 22, says: "at least two parts, as in group/project or group/*" },
  azure: { min: 3, max: 4, says: "the form organisation/project/_git/name" },
  generic: { min: 1, max: 22, says: "at least one part, and at most 22" },
};
