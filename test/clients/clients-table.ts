import type { ClientResult } from "./client-result.ts";
import type { OperationName, Shown, Stack, Way } from "./stack.ts";
import { toSteps } from "./steps.ts";

const head = [
  "client",
  "GET",
  "POST",
  "stream",
  "WebSocket",
  "without proxy variables",
  "at a refused host it prints",
];

/** The table of docs/clients.md, of rows by the name of their client. */
export function toClientsTable(rows: readonly string[]): string {
  return [toLine(head), toLine(head.map(() => "---")), ...rows].join("\n");
}

/** The rows of a table, by name. */
export function readRows(document: string): ReadonlyMap<string, string> {
  const rows = document.split("\n").flatMap((line): [string, string][] => {
    const name = /^\| ([^|]+?) \|/.exec(line)?.[1];
    return name === undefined || name === head[0] || name === "---" ? [] : [[name, line]];
  });
  return new Map(rows);
}

/** A client's row; what isn't as its entry says is in bold. */
export function toRow(client: Stack, result: ClientResult): string {
  const { name, setupFailed, works, shown } = result;
  if (setupFailed !== undefined) return toLine([name, "**setup failed**", "", "", "", "", ""]);
  const { notYet } = client;
  if (notYet !== undefined) {
    const isSo = result.surprises.length === 0;
    return toLine([name, isSo ? `not yet: ${notYet.why}` : wrong, "", "", "", "", ""]);
  }
  const way = client.only?.way ?? "proxied";
  const mark = (operation: OperationName): string => {
    const isDone = works[way][operation];
    const isUntried =
      operation === "get" && client.get === undefined && client.refused !== undefined;
    if (isDone === undefined) return isUntried ? "not tried" : "";
    return isDone ? toDone(client, operation) : "**no**";
  };
  const cells = [mark("get"), mark("post"), mark("stream"), mark("websocket")];
  return toLine([name, ...cells, toDirect(client, result), toSeen(client, shown)]);
}

/** Bold where a client that is said to fail has done something else. */
const wrong = "**something else**";

function toDirect({ only }: Stack, { works, surprises }: ClientResult): string {
  if (only !== undefined) {
    const other: Way = only.way === "direct" ? "proxied" : "direct";
    if (surprises.some((surprise) => surprise.includes(`, ${other}:`))) return wrong;
    return only.way === "direct" ? `only so: ${only.why}` : `no: ${only.why}`;
  }
  const done = Object.values(works.direct);
  if (done.length === 0) return "";
  return done.every(Boolean) ? "yes" : "**no**";
}

function toDone(client: Stack, operation: OperationName): string {
  if (operation === "stream") return client.stream === undefined ? "whole" : "yes";
  const own = client[operation];
  return typeof own === "object" ? `yes (${own.what})` : "yes";
}

function toSeen(client: Stack, shown: ClientResult["shown"]): string {
  const seen = [...new Set(Object.values(shown))];
  const [what] = seen as [Shown | undefined];
  const { shows } = client;
  if (seen.length !== 1 || what !== (shows?.what ?? "text")) {
    return `**${seen.map((one) => one ?? "something else").join(", ")}**`;
  }
  if (shows === undefined) return "text";
  const words = shows.what === "reason phrase" ? "" : `: \`${shows.prints ?? ""}\``;
  return `${shows.what}${words} (${shows.why})`;
}

/** The row of a client that does all that its entry says. */
export function toWantedRow(client: Stack): string {
  const works: ClientResult["works"] = { proxied: {}, direct: {} };
  const shown: Record<string, Shown> = {};
  for (const { operation, way } of toSteps([client])) {
    if (client.only !== undefined && client.only.way !== way) continue;
    if (operation === "refused") shown[way] = client.shows?.what ?? "text";
    else works[way][operation] = true;
  }
  return toRow(client, { name: client.name, works, shown, surprises: [] });
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
