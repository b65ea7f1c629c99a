import type { RelayReport } from "./link-end.ts";
import type { Readable } from "node:stream";
import {
  eitherOf,
  fieldsOf,
  flag,
  listOf,
  number,
  oneOf,
  parseJson,
  text,
} from "../../base/shape.ts";

/** One status line of the relay (src/relay/protocol.ts), or text it didn't mean to write. */
export type RelayStatus =
  | { readonly relay: "hello"; readonly id: string; readonly version: number }
  /** With the session that acquired it */
  | ({ readonly relay: "ready"; readonly by: string } & Omit<RelayReport, "fallback">)
  | { readonly relay: "refused"; readonly by: string; readonly reason: string }
  | { readonly relay: "fallback" | "failed" | "ended"; readonly reason: string }
  | { readonly relay: "text"; readonly reason: string };

const maxLineLength = 16 * 1024;

type StatusOf<Relay extends RelayStatus["relay"]> = Extract<RelayStatus, { readonly relay: Relay }>;

const statusLine = eitherOf<RelayStatus>(
  fieldsOf<StatusOf<"hello">>({ relay: oneOf("hello"), id: text, version: number }),
  fieldsOf<StatusOf<"ready">>({
    relay: oneOf("ready"),
    by: text,
    link: oneOf("unix", "stdio"),
    listening: listOf(text),
    missing: listOf(text),
    filtered: flag,
  }),
  fieldsOf<StatusOf<"refused">>({ relay: oneOf("refused"), by: text, reason: text }),
  fieldsOf<StatusOf<"fallback" | "failed" | "ended">>({
    relay: oneOf("fallback", "failed", "ended"),
    reason: text,
  }),
);

/** Parses one line; what isn't a status is text, for the error message. */
export function parseRelayStatus(line: string): RelayStatus {
  return parseJson(line, statusLine) ?? { relay: "text", reason: line };
}

/** Calls `onStatus` for each line of the relay's stderr. */
export function readRelayStatus(
  stream: NodeJS.ReadableStream | Readable,
  onStatus: (status: RelayStatus) => void,
): void {
  let pending = "";
  stream.on("data", (chunk: Buffer | string) => {
    pending += chunk.toString("utf8");
    const lines = pending.split("\n");
    pending = (lines.pop() ?? "").slice(-maxLineLength);
    for (const line of lines) if (line.trim() !== "") onStatus(parseRelayStatus(line));
  });
  stream.on("error", () => undefined);
}
