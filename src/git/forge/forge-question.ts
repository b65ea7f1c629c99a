// Questions of the proxy's own to a forge's API, with the session's credential.
import { ChunkQueue } from "../../base/chunk-queue.ts";
import type { GitRule } from "../entry/git-rule.ts";
import type { Authority } from "../../http/authority.ts";
import type { HttpResponse } from "../../http/exchange.ts";
import type { HandlerTools, OwnResponse } from "../../http/handler.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import { type Hold, memoryOfText } from "../../http/hold.ts";
import { parseStrictJson } from "../strict-json.ts";

/** Bytes of an answer: the description of a repository, with others in it. */
export const maxDescriptionBytes = 1024 * 1024;
/** Entries whose credentials are tried for what isn't found or shown. */
const maxTries = 5;

/** Of every question; the answer is read here, so it comes uncompressed. */
const questionHeaders: readonly HeaderField[] = [
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

export interface ForgeQuestion {
  readonly authority: Authority;
  /** Path and query */
  readonly target: string;
  /** Of a POST; else it's a GET */
  readonly json?: unknown;
  /** The entry that it serves */
  readonly rule: GitRule;
  /** `owner/name`, for the credential; default: the entry's */
  readonly repository?: string | undefined;
  /** Stands in the audit beside the question */
  readonly check: string;
  /** For the answer, while it's read */
  readonly hold: Hold;
  readonly maxBytes: number;
}

export interface ForgeAnswer {
  readonly head: HttpResponse;
  /** Parsed JSON */
  readonly value?: unknown;
  /** Why there is no value: `it answered 404` */
  readonly fault?: string;
}

/** @throws Refusal when it can't be asked */
export async function askForge(tools: HandlerTools, question: ForgeQuestion): Promise<ForgeAnswer> {
  const { authority, target, json, rule, check, hold, maxBytes } = question;
  const isPost = json !== undefined;
  await using response = await tools.send({
    authority,
    method: isPost ? "POST" : "GET",
    target,
    headers: isPost ? [["content-type", "application/json"], ...questionHeaders] : questionHeaders,
    ...(isPost ? { body: Buffer.from(JSON.stringify(json)) } : {}),
    repository: question.repository ?? rule.repository,
    rule: rule.source.label,
    check,
  });
  const { head } = response;
  if (head.status !== 200) return { head, fault: `it answered ${head.status}` };
  const bytes = await readBody(response, maxBytes, hold);
  if (bytes === undefined) return { head, fault: "its answer is too long" };
  const answer = parseStrictJson(bytes);
  if (answer.fault !== undefined) return { head, fault: "its answer is not JSON" };
  return { head, value: answer.value };
}

/** Undefined when it's longer. @throws Refusal 503 when too much is held */
async function readBody(
  response: OwnResponse,
  maxBytes: number,
  hold: Hold,
): Promise<Buffer | undefined> {
  const pieces = new ChunkQueue();
  for (;;) {
    const piece = await response.next();
    if (piece === undefined) return pieces.takeAll();
    if (pieces.size + piece.length > maxBytes) return undefined;
    hold.grow(memoryOfText(piece.length));
    pieces.push(piece);
  }
}
