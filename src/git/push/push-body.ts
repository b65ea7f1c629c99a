import { GitProtocolError } from "../wire/git-protocol-error.ts";
import { needsPack, type PushCommand } from "../wire/push-command.ts";
import type { Push } from "../wire/push-request.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Body, BodyLength } from "../../http/body.ts";
import type { HandledRequest } from "../../http/handler.ts";

/** The commands that were allowed, then the pack: as it was looked at, or as it comes where nothing in it decides. */
export function toPushBody(
  request: HandledRequest,
  parts: {
    readonly push: Push;
    readonly kept: readonly PushCommand[];
    /** `kept`, as they're sent */
    readonly commands: Buffer;
    /** What was taken in and looked at */
    readonly pack: Body | undefined;
    readonly maxBytes: number;
  },
): Body {
  const { push, kept, commands, pack, maxBytes } = parts;
  // Of a push of which only deletions are left no pack may follow
  if (!needsPack(kept)) return onlyCommands(commands);
  if (pack !== undefined) {
    return {
      length: plus(pack.length, commands.length),
      next: onceThen(commands, pack.next),
    };
  }
  const length = plus(request.head.body, commands.length - push.head.length);
  return { length, next: onceThen(commands, limited(push.rest, maxBytes)) };
}

function plus(length: BodyLength, bytes: number): BodyLength {
  return typeof length === "number" ? length + bytes : "unknown";
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
