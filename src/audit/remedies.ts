import type { RequestDecisionEvent } from "./audit-event.ts";
import { toFlags, toSuggestedRule, type SuggestedRule } from "./suggested-rule.ts";
import { compareText } from "../base/text-order.ts";

/** A rule that would have allowed something that the policy refused, and how often that was asked for. */
export interface Remedy {
  readonly flag: SuggestedRule["flag"];
  /** Text for the flag; holds nothing that a shell reads specially within single quotes */
  readonly rule: string;
  /** For `--connect-to`, which an address that isn't public needs beside it */
  readonly connectTo?: string;
  readonly count: number;
}

/** Rules of a session's refusals, most asked for first. */
export interface Remedies {
  readonly add: (event: RequestDecisionEvent) => void;
  readonly current: () => readonly Remedy[];
}

/** Distinct targets that are remembered; a client that tries a million doesn't fill the memory. */
const maxTargets = 1000;

interface Target extends SuggestedRule {
  /** The path all requests had, or undefined when they had several or none */
  path: string | undefined;
  count: number;
}

/** Collects what the human could allow; nothing that was flagged, because that is what an attack looks like. */
export function createRemedies(): Remedies {
  const targets = new Map<string, Target>();
  return {
    add: (event) => {
      const found = toTarget(event);
      if (found === undefined) return;
      const known = targets.get(found.prefix);
      if (known !== undefined) {
        known.count += 1;
        if (known.path !== found.path) known.path = "/**";
      } else if (targets.size < maxTargets) targets.set(found.prefix, found);
    },
    current: () =>
      [...targets.values()]
        .map(({ flag, prefix, path, connectTo, count }) => ({
          flag,
          rule: `${prefix}${path ?? ""}`,
          ...(connectTo === undefined ? {} : { connectTo }),
          count,
        }))
        .sort((a, b) => b.count - a.count || compareText(a.rule, b.rule)),
  };
}

function toTarget(event: RequestDecisionEvent): Target | undefined {
  if (event.verdict !== "deny" || (event.flags ?? []).length > 0) return undefined;
  const suggested = toSuggestedRule({ ...event, ...event.others?.[0] });
  return suggested && { ...suggested, count: 1 };
}

/** How many rules fit the line. */
const shownRules = 3;

/** The command that would allow what was refused most; undefined when no rule would. */
export function remedyLine(remedies: readonly Remedy[]): string | undefined {
  const flags = remedies.slice(0, shownRules).map(toFlags);
  return flags.length === 0 ? undefined : `allow: vaultbox run ${flags.join(" ")} …`;
}
