import { GitProtocolError } from "../wire/git-protocol-error.ts";
import { needsPack } from "../wire/push-command.ts";
import { encodeCommands } from "../wire/push-request.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Body } from "../../http/body.ts";
import type { HandledRequest } from "../../http/handler.ts";
import type { PushInquiry } from "./cache/push-inquiry.ts";
import { maxPackBytes } from "./git-access.ts";
import type { Judgement } from "./push-judgement.ts";

/** The commands that were allowed, then the pack: as it was looked at, or as it comes where nothing in it decides. */
export function toPushBody(
  request: HandledRequest,
  { push, access, refusals, needs }: Judgement,
  inspection: PushInquiry,
): Body {
  const kept = push.commands.filter(({ ref }) => !refusals.has(ref));
  const commands = refusals.size === 0 ? push.head : encodeCommands(push, kept);
  if (commands === undefined) throw new Error("a signed push is never cut");
  // Of a push of which only deletions are left no pack may follow
  if (!needsPack(kept)) return onlyCommands(commands);
  if (needs.pack) {
    const pack = inspection.pack();
    return { length: pack.length + commands.length, next: onceThen(commands, pack.next) };
  }
  const { body } = request.head;
  const length = typeof body === "number" ? body + commands.length - push.head.length : "unknown";
  return { length, next: onceThen(commands, limited(push.rest, maxPackBytes(access))) };
}

function limited(
  next: () => Promise<Buffer | undefined>,
  maxBytes: number,
): () => Promise<Buffer | undefined> {
  let size = 0;
  return async () => {
    const piece = await next().catch((error: unknown) => {
      throw asRefusal(error);
    });
    size += piece?.length ?? 0;
    if (size > maxBytes) {
      throw new Refusal(413, "git-not-allowed", `the pack is larger than ${maxBytes} bytes`);
    }
    return piece;
  };
}

/** Commands behind which no pack follows. */
export function onlyCommands(commands: Buffer): Body {
  return { length: commands.length, next: onceThen(commands, () => Promise.resolve(undefined)) };
}

/** A pack that doesn't come as git sends one breaks the push off. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof GitProtocolError)) return error;
  return new Refusal(400, "request-invalid", `the push cannot be read: ${error.message}`, {
    cause: error,
  });
}

function onceThen(
  first: Buffer,
  next: () => Promise<Buffer | undefined>,
): () => Promise<Buffer | undefined> {
  let pending: Buffer | undefined = first;
  return () => {
    const piece = pending;
    pending = undefined;
    return piece === undefined ? next() : Promise.resolve(piece);
  };
}
