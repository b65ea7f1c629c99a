import type { RequestHead } from "../http1/request-head.ts";
import { Refusal } from "../refusal.ts";

// Rails, which GitHub and GitLab are made with, takes a POST for another method when one of the first two is there
// (Rack::MethodOverride); others know the rest
const overrides: ReadonlySet<string> = new Set([
  "x-http-method-override",
  "x_http_method_override",
  "x-http-method",
  "x-method-override",
]);

/** A request that asks to be taken for another one is none that can be decided. @throws Refusal */
export function refuseMethodOverride(head: RequestHead): void {
  if (!head.headers.some(([name]) => overrides.has(name.toLowerCase()))) return;
  throw new Refusal(
    403,
    "git-not-allowed",
    "a header asks the server to take this request for one of another method",
  );
}
