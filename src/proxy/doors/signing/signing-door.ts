// The signer of a session: a host that exists only in the proxy, where the sandbox has a commit or tag signed without
// ever holding the key. It's no general oracle: one operation, one namespace, objects of git in one person's name, and
// only such that grow out of what the session's repository was at launch.
import {
  maxObjectBytes,
  parseSignableObject,
  UnsignableObjectError,
} from "../../../git/signature/commit-object.ts";
import type { SignableObject } from "../../../git/signature/commit-object.ts";
import { toSignedObjectId } from "../../../git/signature/commit-object-id.ts";
import {
  type GitIdentity,
  toIdentityTexts,
} from "../../../git/signature/commit-object-identity.ts";
import { signForGit, type SshSigner } from "../../../git/signature/sshsig.ts";
import { VaultboxError } from "../../../errors.ts";
import { quoted, toPrintable } from "../../../printable.ts";
import { headerValues } from "../../http1/header.ts";
import { Refusal } from "../../refusal.ts";
import { createKnownHistory, type KnownHistory, type LaunchHistory } from "./known-history.ts";
import type { AnswerPassage, Door, DoorRequest } from "../door.ts";

/** Where the sandbox's git asks for signatures; no resolver knows it, and nothing is dialled for it. */
export const signingHost = "signing.vaultbox.internal";
/** `POST`: an object's bytes in, its signature out. */
export const signingPath = "/sign";
/** `POST`: commits in, which show what else was in the repository at launch (`KnownHistory.learn`). */
export const historyPath = "/history";
/**
 * A request with this header has every answer as a success with text, for clients that show no other (busybox's wget).
 * `first` doesn't ask the upstream yet: the answer names what isn't known, and the client may show where it comes from.
 */
export const plainAnswerHeader = "Vaultbox-Plain-Answer";
/** Begins the answer to `first`, before the ids that aren't known */
export const unknownMark = "vaultbox-unknown:";

/** Signatures within an hour, all at once at most: a rebase of a long branch, and no work for a signing farm. */
export const maxSignaturesPerHour = 600;

export interface SigningDoorOptions {
  readonly signer: SshSigner;
  readonly identity: GitIdentity;
  readonly history: LaunchHistory;
  /** `owner/name`, for the audit */
  readonly repository: string | undefined;
  /** Clock, `ms` */
  readonly now?: () => number;
}

/** @param options what is signed; a session without a signer has no such door */
export function createSigningDoor(options: SigningDoorOptions): Door {
  const session: SigningSession = {
    ...options,
    identities: toIdentityTexts(options.identity),
    known: createKnownHistory(options.history),
    takeTurn: createRate(options.now ?? Date.now),
  };
  return {
    claim: ({ authority }) => (authority.host === signingHost ? { exclusive: true } : undefined),
    pass: async (request) => {
      checkOperation(request);
      const body = await request.readBody(maxObjectBytes);
      const { repository } = options;
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
    },
  };
}

interface SigningSession extends SigningDoorOptions {
  readonly identities: readonly string[];
  readonly known: KnownHistory;
  readonly takeTurn: () => void;
}

async function sign(
  session: SigningSession,
  request: DoorRequest,
  payload: Buffer,
): Promise<AnswerPassage> {
  const { known } = session;
  const object = parse(payload);
  checkIdentity(session, object);
  const needed = toNeeded(session, object);
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

function toPlainAnswer({ head }: DoorRequest): string | undefined {
  return headerValues(head.headers, plainAnswerHeader.toLowerCase())[0];
}

/** @throws Refusal */
function checkOperation({ authority, method, path, query }: DoorRequest): void {
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

function parse(payload: Buffer): SignableObject {
  try {
    return parseSignableObject(payload);
  } catch (error) {
    if (error instanceof UnsignableObjectError)
      throw refuse(`this is not signed: ${error.message}`);
    throw error;
  }
}

function checkIdentity({ identities, identity }: SigningSession, object: SignableObject): void {
  const people =
    object.type === "tag"
      ? ([["tagger", object.tagger]] as const)
      : ([
          ["author", object.author],
          ["committer", object.committer],
        ] as const);
  for (const [role, { text }] of people) {
    if (identities.includes(text)) continue;
    const found = quoted(Buffer.from(text, "latin1").toString("utf8"), 120);
    const wanted = quoted(`${identity.name} <${identity.email}>`, 120);
    throw refuse(`the ${role} is ${found}, and only ${wanted} is signed for`);
  }
}

/** The objects that must be the session's own. @throws Refusal when there can't be any such */
function toNeeded({ known }: SigningSession, object: SignableObject): readonly string[] {
  if (object.type === "tag") {
    if (object.objectType === "commit" || object.objectType === "tag") return [object.object];
    throw refuse("only tags of commits and of tags are signed");
  }
  if (object.parents.length > 0 || known.isEmpty) return object.parents;
  throw refuse("a commit without parent is not signed: this session's repository has commits");
}

function refuseUnknown(object: SignableObject, id: string): Refusal {
  const what = object.type === "tag" ? `the tagged ${object.objectType}` : "its parent";
  return refuse(
    `${what} ${id.slice(0, 12)} was not in this session's repository at launch and was not signed since`,
  );
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

/** Throws when there were too many; a bucket that fills up again evenly. */
function createRate(now: () => number): () => void {
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

function toAnswer(text: string): AnswerPassage {
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

function refuse(what: string): Refusal {
  return new Refusal(403, "signature-refused", what);
}
