import type { ClientResult } from "./run-clients.ts";
import type { Stack } from "./stack.ts";

/** The table of docs/clients.md. */
export function toClientsTable(
  clients: readonly Stack[],
  results: readonly ClientResult[],
): string {
  const rows = results.map((result, index) => {
    const { get, post, stream, websocket, direct, refused, refusedDirect } = result;
    const why = clients[index]?.shows?.why;
    const shown =
      refused === refusedDirect ? refused : `${refused}; without them: ${refusedDirect}`;
    const cells = [get, post, stream, websocket, direct].map(toMark);
    const needsProxy = clients[index]?.needsProxy;
    if (needsProxy !== undefined) cells[4] = `no: ${needsProxy}`;
    return [result.name, ...cells, why === undefined ? shown : `${shown} (${why})`];
  });
  const head = ["client", "GET", "POST", "stream", "WebSocket", "without proxy variables"];
  return [[...head, "at a refused host it prints"], head.concat("").map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function toMark(works: boolean | undefined): string {
  if (works === undefined) return "";
  return works ? "yes" : "**no**";
}
