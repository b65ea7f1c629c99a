// Whether an upstream's parser sees what our own audit says was sent: the same requests, no more, none other.
import { once } from "node:events";
import { createServer as createHttpServer, METHODS } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuditEvent } from "../../src/audit/audit-event.ts";
import { Refusal } from "../../src/http/refusal.ts";
import { toCanonicalPath } from "../../src/http/target.ts";

/** A request in the words that both sides have: `METHOD host path bytes`. */
export type Seen = string;

export interface SeeingUpstream extends AsyncDisposable {
  readonly port: number;
  /** Whole requests */
  readonly seen: Seen[];
  /** Requests whose body broke off */
  readonly broken: () => number;
}

/** node:http as upstream; it answers when the whole request is there. */
export async function startSeeingUpstream(): Promise<SeeingUpstream> {
  const seen: Seen[] = [];
  let broken = 0;
  const server = createHttpServer((incoming, outgoing) => {
    let length = 0;
    incoming.on("data", (piece: Buffer) => (length += piece.length));
    incoming.on("error", () => undefined);
    incoming.on("end", () => {
      const [path = ""] = (incoming.url ?? "").split("?");
      seen.push(`${incoming.method} ${incoming.headers.host} ${toComparablePath(path)} ${length}`);
      outgoing.end("ok");
    });
    incoming.on("close", () => {
      if (!incoming.complete) broken++;
    });
  });
  server.keepAliveTimeout = 1000;
  server.on("clientError", (_, socket) => {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    broken: () => broken,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * What the audit says went upstream whole. Methods that no parser of the other side knows are left out: it refuses them,
 * and that is an answer as well.
 */
export function sentByAudit(events: readonly AuditEvent[]): Seen[] {
  const sent: Seen[] = [];
  const allowed = new Map<number, string>();
  for (const event of events) {
    if (event.type === "request.decision" && event.verdict === "allow") {
      allowed.set(event.request, `${event.method} ${event.host} ${event.path}`);
    }
    if (event.type !== "request.outcome" || event.outcome !== "completed") continue;
    const request = allowed.get(event.request) ?? "";
    if (METHODS.includes(request.split(" ", 1)[0] ?? "")) sent.push(`${request} ${event.bytesUp}`);
  }
  return sent;
}

/** What the audit says may have arrived whole: its client gave up before the answer. Without lengths. */
export function abortedByAudit(events: readonly AuditEvent[]): readonly string[] {
  const aborted = new Set<number>();
  for (const event of events) {
    if (event.type === "request.outcome" && event.outcome === "client-aborted") {
      aborted.add(event.request);
    }
  }
  return events.flatMap((event) =>
    event.type === "request.decision" && aborted.has(event.request)
      ? [`${event.method} ${event.host} ${event.path}`]
      : [],
  );
}

/** Requests that only one of the two knows; `maybe` are those that the upstream may know. */
export function disagreements(
  sent: readonly Seen[],
  seen: readonly Seen[],
  maybe: readonly string[] = [],
): readonly string[] {
  const isPossible = (request: Seen): boolean =>
    maybe.includes(request.slice(0, request.lastIndexOf(" ")));
  const counts = new Map<Seen, number>();
  for (const request of sent) counts.set(request, (counts.get(request) ?? 0) + 1);
  for (const request of seen) counts.set(request, (counts.get(request) ?? 0) - 1);
  return [...counts].flatMap(([request, count]) =>
    count === 0 || (count < 0 && isPossible(request))
      ? []
      : [`${count > 0 ? "only sent" : "only seen"}: ${request}`],
  );
}

/** What the proxy would never send (the control does) is compared as it is. */
function toComparablePath(path: string): string {
  try {
    return toCanonicalPath(path);
  } catch (error) {
    if (error instanceof Refusal) return path;
    throw error;
  }
}
