/** What a review with this event is; without one it stays a draft. */
export function toReviewStep(event: unknown): "comment" | "merge" | undefined {
  switch (typeof event === "string" ? event.toUpperCase() : event) {
    case undefined:
    case null:
    case "COMMENT":
    case "REQUEST_CHANGES":
      return "comment";
    case "APPROVE":
    case "DISMISS":
      return "merge";
    default:
      return undefined;
  }
}
