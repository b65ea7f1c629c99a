import type { Readable } from "node:stream";

/** One status line of the relay (src/relay/protocol.ts), or text it didn't mean to write. */
export type RelayStatus =
  | { readonly relay: "hello"; readonly id: string; readonly version: number }
  | {
      readonly relay: "ready";
      /** The session that acquired it */
      readonly by: string;
      readonly link: "unix" | "stdio";
      readonly listening: readonly string[];
      readonly missing: readonly string[];
      readonly filtered: boolean;
    }
  | { readonly relay: "refused"; readonly by: string; readonly reason: string }
  | { readonly relay: "fallback" | "failed" | "ended"; readonly reason: string }
  | { readonly relay: "text"; readonly reason: string };

const maxLineLength = 16 * 1024;

/** Parses one line; what isn't a status is text, for the error message. */
export function parseRelayStatus(line: string): RelayStatus {
  const value = parseObject(line);
  switch (value?.["relay"]) {
    case "hello":
      return { relay: "hello", id: String(value["id"]), version: Number(value["version"]) };
    case "ready": {
      const { link } = value;
      if (link !== "unix" && link !== "stdio") return { relay: "text", reason: line };
      return {
        relay: "ready",
        by: String(value["by"]),
        link,
        listening: toTexts(value["listening"]),
        missing: toTexts(value["missing"]),
        filtered: value["filtered"] === true,
      };
    }
    case "refused":
      return { relay: "refused", by: String(value["by"]), reason: String(value["reason"]) };
    case "fallback":
    case "failed":
    case "ended":
      return { relay: value["relay"], reason: String(value["reason"]) };
    default:
      return { relay: "text", reason: line };
  }
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

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // Not JSON: a message of Node's own, or of the engine
    return undefined;
  }
}

function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
