import { fieldsOf, parseJson } from "../../base/shape.ts";
import type { TestRequest } from "../../presets/test-request.ts";

/** What a test says of a credential. */
export interface TestResult {
  readonly result: "accepted" | "refused" | "unclear" | "unreachable" | "unavailable";
  /** Completes "credential NAME …", in words */
  readonly meaning: string;
  /** What could be run then */
  readonly hint?: string;
}

/** An answer as far as a test reads it. */
export interface TestAnswer {
  readonly status: number;
  /** Read only where the status doesn't tell */
  readonly body: string;
}

const fields = fieldsOf<Readonly<Record<string, unknown>>>({});

/** What the answer says of the credential; nothing of the body is in it. */
export function judgeAnswer(
  { status, body }: TestAnswer,
  { refusedBy = [], acceptedBy }: Pick<TestRequest, "refusedBy" | "acceptedBy">,
): TestResult {
  if (status === 401 || refusedBy.includes(status)) return refused;
  if (status >= 200 && status < 300) {
    return acceptedBy === undefined || parseJson(body, fields)?.[acceptedBy] === true
      ? accepted
      : refused;
  }
  if (status === 403) {
    const meaning = "is refused here: it lacks a right that this request needs, or it is blocked";
    return { result: "refused", meaning };
  }
  return { result: "unclear", meaning: `is neither accepted nor refused: ${toReason(status)}` };
}

const accepted: TestResult = { result: "accepted", meaning: "is accepted" };
const refused: TestResult = {
  result: "refused",
  meaning: "is refused: it is expired, revoked, or not the right one",
};

function toReason(status: number): string {
  if (status === 429) return "the server asks for fewer requests; try again later";
  if (status >= 500) return "the server failed; try again later";
  if (status === 404) return "the server knows no such path";
  if (status >= 300 && status < 400) return "the server points elsewhere, and nothing follows it";
  return "the server found the request wrong";
}
