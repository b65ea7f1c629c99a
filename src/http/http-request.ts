import type { Notable } from "../base/note.ts";
import type { BodyLength } from "./body.ts";
import type { HeaderField } from "./header-fields.ts";

/** A request without its body, as any version of HTTP carries it. What only one version says stays in that version's folder. */
export interface HttpRequest extends Notable {
  readonly method: string;
  /** As it was sent: `/path?query`, or a whole URL */
  readonly target: string;
  /** Every host that it names beside its target: one in a valid request (`Host`, or `:authority`) */
  readonly hosts: readonly string[];
  readonly headers: readonly HeaderField[];
  /** What it says of its body */
  readonly body: BodyLength;
  /** Whether its client takes fields behind the body of an answer (`TE: trailers`) */
  readonly takesTrailers: boolean;
  /** What it asks to go on with on its connection, when the answer agrees */
  readonly upgrade: "websocket" | undefined;
}
