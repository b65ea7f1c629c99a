// What GitHub's handler read of a request becomes its disposition.
import type { ApiReading } from "../api-reading.ts";
import type { RepositoryCall } from "../repository-call.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { filterByRepository } from "../entry/git-rules.ts";
import { Refusal } from "../../http/refusal.ts";
import type { HandledRequest, Disposition } from "../../http/handler.ts";
import { findAnyReader } from "./any-reader.ts";
import { decideCalls, notUnderstood } from "./decide-calls.ts";
import { bufferedBody } from "../../http/body.ts";

/** A body that the request goes on with, instead of the client's. */
interface ReadBody {
  readonly bytes: Buffer;
}

/** What was read of a request becomes its disposition. @throws Refusal */
export function decideReading(
  request: HandledRequest,
  rules: readonly GitRule[],
  { reading, body }: { readonly reading: ApiReading; readonly body?: ReadBody },
): Disposition {
  switch (reading.kind) {
    case "not-understood": {
      const { what, repository } = reading;
      const own = repository === undefined ? rules : filterByRepository(rules, repository);
      const place = repository === undefined ? {} : { repository };
      throw notUnderstood(request, { what, ...place, ...toFirst(own) });
    }
    case "calls":
      return decideUnderstood(request, rules, { calls: reading.calls, body });
    case "needs-body":
    case "by-number":
    case "elsewhere":
      throw new Error("only a request that was read whole is decided");
  }
}

function decideUnderstood(
  request: HandledRequest,
  rules: readonly GitRule[],
  { calls, body }: { readonly calls: readonly RepositoryCall[]; body: ReadBody | undefined },
): Disposition {
  const sent = body === undefined ? {} : { body: bufferedBody(body.bytes) };
  if (calls.length === 0) {
    const reader = findAnyReader(request, rules);
    if (reader !== undefined) return { type: "forward", ...reader, ...sent };
    throw new Refusal(403, "git-not-allowed", "no git: entry lets anything be read there");
  }
  const verdict = decideCalls(request, rules, calls);
  if (verdict.verdict === "host-rules") return { type: "host-rules", ...sent };
  return { type: "forward", repository: verdict.repository, ...sent };
}

/** The entry that a refusal names. */
export function toFirst([rule]: readonly GitRule[]): { readonly rule?: GitRule } {
  return rule === undefined ? {} : { rule };
}
