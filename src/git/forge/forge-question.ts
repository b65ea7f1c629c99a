import type { GitRule } from "../entry/git-rule.ts";
import type { HeaderField } from "../../http/header-fields.ts";

// Questions of the proxy's own to a forge's API.

/** Entries whose credentials are tried for what isn't found or shown. */
const maxTries = 5;

/** Of every question; the answer is read here, so it comes uncompressed. */
export const questionHeaders: readonly HeaderField[] = [
  ["accept", "application/json"],
  ["accept-encoding", "identity"],
  // Without one, GitHub refuses: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
  ["user-agent", "vaultbox"],
];

/** One entry for each repository: a credential may be bound to it. */
export function toAskers(rules: readonly GitRule[]): readonly GitRule[] {
  const byRepository = new Map(rules.map((rule) => [rule.repository.toLowerCase(), rule]));
  return [...byRepository.values()].slice(0, maxTries);
}
