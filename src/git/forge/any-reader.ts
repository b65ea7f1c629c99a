import type { GitRule } from "../entry/git-rule.ts";
import type { HandledRequest } from "../../http/handler.ts";

/**
 * What is about no repository (who am I, the schema) is for whoever may read one, with the credential of it if it's the
 * only one. Undefined when nothing may be read.
 */
export function findAnyReader(
  request: HandledRequest,
  rules: readonly GitRule[],
): { readonly repository: string | undefined } | undefined {
  const readable = rules.filter(({ read }) => read);
  const [rule] = readable;
  if (rule === undefined) return undefined;
  request.note({ rule: rule.source.label });
  const names = new Set(readable.map(({ repository }) => repository.toLowerCase()));
  const isOne = names.size === 1 && !rule.repository.includes("*");
  return { repository: isOne ? rule.repository : undefined };
}
