import { basename, dirname, join } from "node:path";
import type { HideRules } from "../hide/hide-rules.ts";
import { isSecretFolder } from "../hide/secret-files.ts";
import { matches } from "../hide/hide-rules.ts";
import type { MountedRoot } from "./mounted-root.ts";

/**
 * What is hidden in a root; undefined for nothing. A mount of the very folder that a rule names is meant to be seen. The
 * folder's own name counts in a mount: `credentials` in a mounted `.cargo` is what the rule names.
 */
export function toRootRules(
  rules: HideRules | undefined,
  { kind, source }: MountedRoot,
): HideRules | undefined {
  if (rules === undefined || kind !== "mount") return rules;
  const name = basename(source);
  const isNamed = matches(rules.hidden, name) || (rules.defaults && isSecretFolder(source));
  return isNamed ? undefined : { ...rules, around: join(basename(dirname(source)), name) };
}
