// The signer of a session: a host that exists only in the proxy, where the sandbox has a commit or tag signed without
// ever holding the key. It's no general oracle: one operation, one namespace, objects of git in one person's name, and
// only such that grow out of what the session's repository was at launch.
import { maxObjectBytes } from "./commit-object.ts";
import { toSignedObjectId } from "./commit-object-id.ts";
import { type GitAuthor, toAuthorTexts } from "../../policy/git-author.ts";
import { signForGit, type SshSigner } from "./sshsig.ts";
import { VaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";
import { headerValues } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import type { AnswerDisposition, HandledRequest, Handler } from "../../http/handler.ts";
import { createKnownHistory, type KnownHistory, type LaunchHistory } from "./known-history.ts";
import { checkAuthor, readSignable, refuseUnknown, toNeeded } from "./signable.ts";
import {
  historyPath,
  plainAnswerHeader,
  signingHost,
  signingPath,
  unknownMark,
} from "./signer-address.ts";

/** Who signs, in whose name, and for which repository. */
export interface SigningHandlerOptions {
  readonly signer: SshSigner;
  readonly author: GitAuthor;
  readonly history: LaunchHistory;
  /** `owner/name`, for the audit */
  readonly repository: string | undefined;
  /** Clock, `ms` */
  readonly now?: () => number;
}

/** @param options what is signed; a session without a signer has no such handler */
export function createSigningHandler(options: SigningHandlerOptions): Handler {
  const session: SigningSession = {
    ...options,
    authors: toAuthorTexts(options.author),
    known: createKnownHistory(options.history),
    takeTurn: createSignatureRate(options.now ?? Date.now),
  };
  return {
    owner: { name: "the signer", reason: "signature-refused" },
    match: ({ authority }) =>
      authority.host === signingHost
        ? { exclusive: true, handle: (request) => handle(session, request) }
        : undefined,
  };
}

async function handle(
  session: SigningSession,
  request: HandledRequest,
): Promise<AnswerDisposition> {
  checkOperation(request);
  const body = await request.readBody(maxObjectBytes);
  const { repository } = session;
  if (repository !== undefined) request.note({ repository });
  if (request.path === historyPath) {
    session.known.learn(body);
    return toAnswer("");
  }
  try {
    return await sign(session, request, body);
  } catch (error) {
    if (!(error instanceof Refusal) || toPlainAnswer(request) === undefined) throw error;
    const text = `vaultbox: ${toPrintable(error.message)}\n`;
    return { ...toAnswer(text), refusal: error.reason };
  }
}

interface SigningSession extends SigningHandlerOptions {
  readonly authors: readonly string[];
  readonly known: KnownHistory;
  readonly takeTurn: () => void;
}

async function sign(
  session: SigningSession,
  request: HandledRequest,
  payload: Buffer,
): Promise<AnswerDisposition> {
  const { known } = session;
  const object = readSignable(payload);
  checkAuthor(session, object);
  const needed = toNeeded(known, object);
  const unknown = needed.filter((id) => !known.isKnown(id));
  if (unknown.length > 0 && toPlainAnswer(request) === "first") {
    return toAnswer(`${unknownMark} ${unknown.join(" ")}\n`);
  }
  for (const id of unknown) if (!(await known.isFound(id))) throw refuseUnknown(object, id);
  session.takeTurn();
  const signature = await signFor(session, payload);
  const id = toSignedObjectId(object, payload, signature);
  known.add(id);
  // The record of the decision has it before the answer goes out
  request.note({ signed: id });
  return toAnswer(signature);
}

function toPlainAnswer({ head }: HandledRequest): string | undefined {
  return headerValues(head.headers, plainAnswerHeader.toLowerCase())[0];
}

/** @throws Refusal */
function checkOperation({ authority, method, path, query }: HandledRequest): void {
  if (authority.scheme !== "http" || authority.port !== 80) {
    throw new Refusal(
      403,
      "scheme-not-allowed",
      `the signer answers at http://${signingHost}/ only`,
    );
  }
  if ((path !== signingPath && path !== historyPath) || query !== "") {
    throw new Refusal(
      403,
      "path-not-allowed",
      `the signer has only ${signingPath} and ${historyPath}`,
    );
  }
  if (method !== "POST") {
    throw new Refusal(403, "method-not-allowed", "the signer takes POST only");
  }
}

/** @throws Refusal 502 when the key can't be used now */
async function signFor({ signer }: SigningSession, payload: Buffer): Promise<string> {
  try {
    return await signForGit(payload, signer);
  } catch (error) {
    const why = error instanceof VaultboxError ? ` (${error.code})` : "";
    throw new Refusal(502, "credential-unavailable", `the signing key cannot be used${why}`, {
      cause: error,
    });
  }
}

function toAnswer(text: string): AnswerDisposition {
  return {
    type: "answer",
    status: 200,
    headers: [
      ["Content-Type", "text/plain"],
      ["Cache-Control", "no-store"],
    ],
    body: Buffer.from(text),
  };
}

/** Signatures within an hour, all at once at most: a rebase of a long branch, and no work for a signing farm. */
export const maxSignaturesPerHour = 600;

/**
 * Takes one turn at each call; a bucket that fills up again evenly.
 * @param now in milliseconds
 * @throws Refusal 429 when there were too many
 */
function createSignatureRate(now: () => number): () => void {
  const refillMs = 3_600_000 / maxSignaturesPerHour;
  let turns = maxSignaturesPerHour;
  let at = now();
  return () => {
    const time = now();
    turns = Math.min(maxSignaturesPerHour, turns + Math.max(0, time - at) / refillMs);
    at = time;
    if (turns < 1) {
      throw new Refusal(
        429,
        "limit-exceeded",
        `more than ${maxSignaturesPerHour} signatures within an hour`,
      );
    }
    turns -= 1;
  };
}
