import type { HeaderField } from "./header-fields.ts";

/** Bytes of a body: "none" where the message has none, "unknown" where only its end tells. */
export type BodyLength = number | "none" | "unknown";

/** The next piece of what somebody sends, undefined at its end; without a promise where it's here already. */
export type NextPiece = Buffer | undefined | Promise<Buffer | undefined>;

/** A body as it comes, without the framing of its wire. It's pulled: who doesn't ask for a piece holds its sender back. */
export interface Body {
  readonly length: BodyLength;
  /**
   * The next piece, undefined at the end. One reader at a time.
   * @throws Refusal when it's refused or its framing is broken, ClientAborted or ResponseBroken when its sender is gone
   */
  readonly next: () => NextPiece;
  /** Some of it is here already: a head may wait for it, to go out in one write */
  readonly isReady?: boolean;
  /** Its end is known to have come: `next` needn't be asked once more */
  readonly isDone?: boolean;
  /** Set as long as the sender holds it back until it's asked for it (`Expect: 100-continue`): asks */
  readonly ask?: (() => void) | undefined;
  /** The fields behind it (RFC 9110, section 6.5): none before its end was read, undefined where its reader takes none */
  readonly trailers?: readonly HeaderField[] | undefined;
  /** Whether it turns out to have no byte, where that isn't known; waits for the first one, unless `ask` is set */
  readonly isEmpty?: () => Promise<boolean>;
}

export const noBody: Body = { length: "none", next: () => undefined };

/** Whether a body follows the head. */
export function hasContent(length: BodyLength): boolean {
  return length !== "none" && length !== 0;
}

/** Bytes of one piece: TLS makes a copy of all that it's given at once. */
const pieceBytes = 64 * 1024;

/** A body that is all there. */
export function bufferedBody(content: string | Buffer): Body & { readonly length: number } {
  let rest = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  return {
    length: rest.length,
    isReady: true,
    next: () => {
      if (rest.length === 0) return undefined;
      const piece = rest.subarray(0, pieceBytes);
      rest = rest.subarray(pieceBytes);
      return piece;
    },
  };
}
