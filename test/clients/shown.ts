import type { Shown, ShownLess } from "./stack.ts";

/** The host that no rule allows. */
export const refusedHost = "refused.example.net";

/** What of a refusal is in a client's output, as the client is said to show it; `undefined` for something else. */
export function toShown(output: string, shows: ShownLess | undefined): Shown | undefined {
  // Browsers of the terminal break lines, git begins each with a word of its own
  const flat = output.replaceAll(/\s+(?:remote: )?/g, " ");
  // The reason, and what to do
  const reason = /vaultbox: refused .*refused\.example\.net.*: the host is not allowed/;
  const remedy = /to allow it, the user can run on the host: vaultbox run --(?:allow|git) /;
  if (reason.test(flat) && remedy.test(flat)) return "text";
  // Composer breaks words too
  if (flat.replaceAll(" ", "").includes("Forbidden(vaultbox:host-not-allowed)"))
    return "reason phrase";
  return shows?.prints !== undefined && flat.includes(shows.prints) ? shows.what : undefined;
}
