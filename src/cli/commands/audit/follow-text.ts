import type { AuditRecord, RequestDecisionEvent } from "../../../audit/audit-event.ts";
import { toFollowLine } from "./audit-text.ts";

/** Text of records in order, each outcome with the request it ends. Holds the requests that are under way. */
export function createFollowText(): (record: AuditRecord) => string {
  const underWay = new Map<number, RequestDecisionEvent>();
  return (record) => {
    if (record.type === "request.decision") underWay.set(record.request, record);
    if (record.type !== "request.outcome") return toFollowLine(record);
    const decided = underWay.get(record.request);
    underWay.delete(record.request);
    return toFollowLine(record, decided);
  };
}
