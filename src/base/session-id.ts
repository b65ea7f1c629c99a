import { randomBytes } from "node:crypto";

/** A new session's id: 12 lower-case hex characters. */
export function createSessionId(): string {
  return randomBytes(6).toString("hex");
}

/** Whether a name is one that a session's folder, file or container can have. */
export function isSessionId(text: string): boolean {
  return /^[0-9a-f]{12}$/.test(text);
}

/** Whether a session's id may begin so, or be it. */
export function isSessionIdStart(text: string): boolean {
  return /^[0-9a-f]{1,12}$/.test(text);
}
