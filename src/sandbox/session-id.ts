import { randomBytes } from "node:crypto";

/** A new session's id: 12 lower-case hex characters. */
export function createSessionId(): string {
  return randomBytes(6).toString("hex");
}
