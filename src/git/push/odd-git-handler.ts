// What only a client of git would ask below a repository, and no other handler understands: the dumb protocol, pushes by
// WebDAV, objects of LFS without a token, services in spellings that some servers forgive (Azure's don't look at case). A
// host rule for the whole host must not let these in.
import type { GitRule } from "../entry/git-rule.ts";
import { findGitRules, type GitPolicy } from "../entry/git-rules.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Handler, HandledRequest, RequestView } from "../../http/handler.ts";

interface OddPlace {
  readonly repository: string;
  readonly rules: readonly GitRule[];
}

const gitsOwn =
  /^\/(?:info\/refs|info\/lfs|gitlab-lfs|git-upload-pack|git-receive-pack|git-upload-archive)(?:[/.;%]|$)/i;
/** What a browser asks of a repository's pages; a page isn't changed by others. */
const methodsOfPages: readonly string[] = ["GET", "HEAD", "POST", "OPTIONS"];

/** Goes behind the handlers that understand some of it. */
export function createOddGitHandler({ policy }: { readonly policy: GitPolicy }): Handler {
  return {
    match: (view) => {
      const place = findPlace(policy, view);
      const [rule] = place?.rules ?? [];
      if (place === undefined || rule === undefined) return undefined;
      if (!place.rules.some(({ exclusive }) => exclusive)) return undefined;
      return { exclusive: true, handle: (request) => refuse(request, place.repository, rule) };
    },
  };
}

function refuse(request: HandledRequest, repository: string, rule: GitRule): Promise<never> {
  request.note({ rule: rule.source.label, repository });
  throw new Refusal(
    403,
    "git-not-allowed",
    `refused ${request.method} below ${repository}: only git's smart protocol and LFS are understood there`,
  );
}

/** No entry names a repository with more; a path may have thousands of beginnings. Characters. */
const maxNameLength = 1024;

/** The repository that the path begins with, when the rest is git's. */
function findPlace(policy: GitPolicy, request: RequestView): OddPlace | undefined {
  const { authority, method, path } = request;
  for (let end = path.indexOf("/", 1); end !== -1; end = path.indexOf("/", end + 1)) {
    if (end > maxNameLength) return undefined;
    const name = path.slice(1, end);
    const rules = findGitRules(policy, authority, name);
    if (rules.length === 0) continue;
    const isGits =
      /\.git$/i.test(name) || gitsOwn.test(path.slice(end)) || !methodsOfPages.includes(method);
    return isGits ? { repository: name.replace(/\.git$/i, ""), rules } : undefined;
  }
  return undefined;
}
