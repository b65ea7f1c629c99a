import { toPrintable } from "../../base/printable.ts";

/** Characters of an error's message: it goes into a refusal, a report and an audit record. */
const maxMessageLength = 500;

/**
 * What a peer sent isn't git's protocol, or is beyond a limit. `message` is one printable line: lowercase start, no full
 * stop, outside values quoted.
 */
export class GitProtocolError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(
      toPrintable(message).slice(0, maxMessageLength),
      "cause" in options ? { cause: options.cause } : undefined,
    );
    this.name = "GitProtocolError";
  }
}
