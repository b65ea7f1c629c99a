import type { GitRule } from "../entry/git-rule.ts";
import { findGitRules, type GitPolicy } from "../entry/git-rules.ts";
import type { Authority } from "../../http/authority.ts";
import type { RequestView } from "../../http/handler.ts";

/** Where a request of git is for, by its path alone. */
interface GitPlace {
  /** Path of the repository without `.git`: `/acme/widgets` */
  readonly repositoryPath: string;
  /** As requested: `/acme/widgets.git` */
  readonly requestedPath: string;
  readonly service: "info/refs" | "git-upload-pack" | "git-receive-pack";
}

/** A place with the entries that name its repository. */
export interface GitAccess {
  readonly authority: Authority;
  readonly place: GitPlace;
  /** `acme/widgets` */
  readonly repository: string;
  readonly rules: readonly GitRule[];
}

const placeShape = /^((\/.+?)(?:\.git)?)\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Undefined for what is no place of git, or of a repository that no entry names. */
export function findGitAccess(policy: GitPolicy, request: RequestView): GitAccess | undefined {
  const place = readPlace(request.path);
  if (place === undefined) return undefined;
  const repository = place.repositoryPath.slice(1);
  const { authority } = request;
  const rules = findGitRules(policy, authority, repository);
  return rules.length === 0 ? undefined : { authority, place, repository, rules };
}

/** Bytes of one push's pack that some entry lets through. */
export function maxPackBytes({ rules }: GitAccess): number {
  return Math.max(0, ...rules.map(({ push }) => push?.maxPackBytes ?? 0));
}

function readPlace(path: string): GitPlace | undefined {
  const match = placeShape.exec(path);
  if (match === null) return undefined;
  const [, requestedPath = "", repositoryPath = "", service] = match;
  return { repositoryPath, requestedPath, service: service as GitPlace["service"] };
}
