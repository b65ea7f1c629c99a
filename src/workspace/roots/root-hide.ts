import { basename, dirname, join } from "node:path";
import { isSecretFolder } from "../hide/secret-files.ts";
import { matches, withShown, type HideRules } from "../hide/hide-rules.ts";
import type { MountedRoot } from "./mounted-root.ts";

/**
 * What is hidden in a root; undefined for nothing. A mount of the very folder that a rule names is meant to be seen. The
 * folder's own name counts in a mount: `credentials` in a mounted `.cargo` is what the rule names.
 */
export function toRootRules(
  rules: HideRules | undefined,
  { kind, source }: MountedRoot,
): HideRules | undefined {
  if (rules === undefined) return undefined;
  const own = withShown(rules, source);
  if (kind !== "mount") return own;
  const name = basename(source);
  const isNamed = matches(rules.hidden, name) || (rules.defaults && isSecretFolder(source));
  return isNamed ? undefined : { ...own, around: join(basename(dirname(source)), name) };
}
