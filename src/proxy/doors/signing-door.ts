// The signer of a session: a host that exists only in the proxy, where the sandbox has a commit or tag signed without
// ever holding the key. It's no general oracle: one operation, one namespace, objects of git in one person's name, and
// only such that grow out of what the session's repository was at launch.
import {
  maxObjectBytes,
  parseSignableObject,
  UnsignableObjectError,
} from "../../git/commit-object.ts";
import type { SignableObject } from "../../git/commit-object.ts";
import { toSignedObjectId } from "../../git/commit-object-id.ts";
import { type GitIdentity, toIdentityTexts } from "../../git/commit-object-identity.ts";
import { signForGit, type SshSigner } from "../../git/sshsig.ts";
import { VaultboxError } from "../../errors.ts";
import { quoted, toPrintable } from "../../printable.ts";
import { headerValues } from "../http1/header.ts";
import { Refusal } from "../refusal.ts";
import type { AnswerPassage, Door, DoorRequest } from "./door.ts";

/** Where the sandbox's git asks for signatures; no resolver knows it, and nothing is dialled for it. */
export const signingHost = "signing.vaultbox.internal";
export const signingPath = "/sign";
/** A request with this header has a refusal answered as a success with the reason as text: busybox's wget shows no other */
export const plainAnswerHeader = "Vaultbox-Plain-Answer";

/** Signatures within an hour, all at once at most: a rebase of a long branch, and no work for a signing farm. */
export const maxSignaturesPerHour = 600;

/** What the session's repository was when the session began. */
export interface LaunchHistory {
  /** Whether the repository had no commit at all; then its first ones have no parent */
  readonly isEmpty: boolean;
  /** Whether a commit or tag was part of the repository at launch, here or at its upstream */
  readonly isKnown: (objectId: string) => Promise<boolean>;
}

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
  const takeTurn = createRate(options.now ?? Date.now);
  const session: SigningSession = {
    ...options,
    identities: toIdentityTexts(options.identity),
    signed: new Set(),
  };
  return {
    claim: ({ authority }) => (authority.host === signingHost ? { exclusive: true } : undefined),
    pass: async (request) => {
      checkOperation(request);
      const payload = await request.readBody(maxObjectBytes);
      const { repository } = options;
      if (repository !== undefined) request.note({ repository });
      try {
        const object = await parseFor(session, payload);
        takeTurn();
        const signature = await signFor(session, payload);
        const id = toSignedObjectId(object, payload, signature);
        session.signed.add(id);
        // The record of the decision has it before the answer goes out
        request.note({ signed: id });
        return toAnswer(signature);
      } catch (error) {
        if (!(error instanceof Refusal) || !wantsPlainAnswer(request)) throw error;
        const text = `vaultbox: ${toPrintable(error.message)}\n`;
        return { ...toAnswer(text), refusal: error.reason };
      }
    },
  };
}

function wantsPlainAnswer({ head }: DoorRequest): boolean {
  return headerValues(head.headers, plainAnswerHeader.toLowerCase()).length > 0;
}

interface SigningSession extends SigningDoorOptions {
  readonly identities: readonly string[];
  /** Ids of the objects that were signed, which later ones may be built on */
  readonly signed: Set<string>;
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
  if (path !== signingPath || query !== "") {
    throw new Refusal(403, "path-not-allowed", `the signer has nothing but ${signingPath}`);
  }
  if (method !== "POST") {
    throw new Refusal(403, "method-not-allowed", "the signer takes POST only");
  }
}

/** The object, when it's one to sign. @throws Refusal */
async function parseFor(session: SigningSession, payload: Buffer): Promise<SignableObject> {
  const object = parse(payload);
  checkIdentity(session, object);
  if (object.type === "tag") await checkTarget(session, object.object, object.objectType);
  else await checkParents(session, object.parents);
  return object;
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
    throw refuse(
      `the ${role} is ${found}, and only ${wanted} is signed for; leave it unsigned with --no-gpg-sign`,
    );
  }
}

async function checkParents(session: SigningSession, parents: readonly string[]): Promise<void> {
  if (parents.length === 0 && !session.history.isEmpty) {
    throw refuse("a commit without parent is not signed: this session's repository has commits");
  }
  for (const parent of parents) {
    if (await isOwn(session, parent)) continue;
    throw refuse(
      `its parent ${parent.slice(0, 12)} was not in this session's repository at launch and was not signed since`,
    );
  }
}

async function checkTarget(session: SigningSession, id: string, type: string): Promise<void> {
  if (type !== "commit" && type !== "tag") {
    throw refuse("only tags of commits and of tags are signed");
  }
  if (await isOwn(session, id)) return;
  throw refuse(
    `the tagged ${type} ${id.slice(0, 12)} was not in this session's repository at launch and was not signed since`,
  );
}

async function isOwn({ signed, history }: SigningSession, id: string): Promise<boolean> {
  return signed.has(id) || (await history.isKnown(id));
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
