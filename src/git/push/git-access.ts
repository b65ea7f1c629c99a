import type { GitRule } from "../entry/git-rule.ts";
import { findGitRules, type GitPolicy } from "../entry/git-rules.ts";
import type { Authority } from "../../http/authority.ts";
import type { RequestView } from "../../http/handler.ts";

/** Where a request of git is for, by its path alone, with the entries that name its repository. */
export interface GitAccess {
  readonly authority: Authority;
  /** `acme/widgets` */
  readonly repository: string;
  /** Of the repository, as requested: `/acme/widgets.git` */
  readonly path: string;
  readonly service: "info/refs" | "git-upload-pack" | "git-receive-pack";
  readonly rules: readonly GitRule[];
}

const placeShape = /^(\/(.+?)(?:\.git)?)\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Undefined for what is no place of git, or of a repository that no entry names. */
export function findGitAccess(policy: GitPolicy, request: RequestView): GitAccess | undefined {
  const [, path = "", repository = "", service] = placeShape.exec(request.path) ?? [];
  if (service === undefined) return undefined;
  const { authority } = request;
  const rules = findGitRules(policy, authority, repository);
  if (rules.length === 0) return undefined;
  return { authority, repository, path, service: service as GitAccess["service"], rules };
}

/** Bytes of one push's pack that some entry lets through. */
export function maxPackBytes({ rules }: GitAccess): number {
  return Math.max(0, ...rules.map(({ push }) => push?.maxPackBytes ?? 0));
}
