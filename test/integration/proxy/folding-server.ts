import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** What the server did, after everything that it lets a header or a parameter change. */
export interface Deed {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** The resource that it read or wrote beside it */
  readonly second: string | undefined;
  readonly authorised: boolean;
}

export interface FoldingServer extends AsyncDisposable {
  readonly port: number;
  readonly deeds: readonly Deed[];
}

const overrides = {
  method: ["X_HTTP_METHOD_OVERRIDE", "X_HTTP_METHOD", "X_METHOD_OVERRIDE", "X_REQUEST_METHOD"],
  path: [
    "X_ORIGINAL_URL",
    "X_REWRITE_URL",
    "X_ORIGINAL_URI",
    "X_FORWARDED_URI",
    "X_FORWARDED_PATH",
    "X_FORWARDED_PREFIX",
    "X_OVERRIDE_URL",
    "X_ENVOY_ORIGINAL_PATH",
    "X_MATCHED_PATH",
    "SCRIPT_NAME",
    "REQUEST_URI",
  ],
  host: ["X_FORWARDED_HOST", "X_HOST", "X_ORIGINAL_HOST", "X_HTTP_HOST_OVERRIDE"],
  second: [
    "DESTINATION",
    "X_AMZ_COPY_SOURCE",
    "X_GOOG_COPY_SOURCE",
    "X_OSS_COPY_SOURCE",
    "X_COS_COPY_SOURCE",
    "X_OBS_COPY_SOURCE",
    "X_BCE_COPY_SOURCE",
    "X_MS_COPY_SOURCE",
    "X_MS_RENAME_SOURCE",
    "X_QS_MOVE_SOURCE",
    "X_NOS_MOVE_SOURCE",
    "X_COPY_FROM",
    "X_SYMLINK_TARGET",
    "X_OSS_SYMLINK_TARGET",
    "X_OBJECT_MANIFEST",
  ],
} as const;

/** Every name above, as a header is written. */
export const overrideHeaders: Readonly<Record<keyof typeof overrides, readonly string[]>> = {
  method: overrides.method.map(toHeaderName),
  path: overrides.path.map(toHeaderName),
  host: overrides.host.map(toHeaderName),
  second: overrides.second.map(toHeaderName),
};

/**
 * A server as an old CGI stack with a friendly framework: names of headers are folded (RFC 3875 section 4.1.18), the method
 * is read without case, and method, host and path may come from somewhere else than the request line.
 */
export async function startFoldingServer(): Promise<FoldingServer> {
  const deeds: Deed[] = [];
  const server = createServer((socket) => {
    let text = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      deeds.push(toDeed(text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n")));
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    deeds,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

function toDeed([requestLine = "", ...lines]: readonly string[]): Deed {
  const [method = "", target = ""] = requestLine.split(" ");
  const variables = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      const name = line
        .slice(0, colon)
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]/g, "_");
      return [name, line.slice(colon + 1).trim()] as const;
    }),
  );
  const url = new URL(target, "http://x");
  const find = (names: readonly string[]) =>
    names.map((name) => variables.get(name)).find((value) => value !== undefined);
  const inQuery = url.searchParams.get("_method") ?? url.searchParams.get("X-HTTP-Method-Override");
  const forwarded = /host="?([^";,]+)/i.exec(variables.get("FORWARDED") ?? "")?.[1];
  return {
    method: (find(overrides.method) ?? inQuery ?? method).toUpperCase(),
    path: find(overrides.path) ?? url.pathname,
    host: find(overrides.host) ?? forwarded ?? variables.get("HOST") ?? "",
    second: find(overrides.second) ?? /^<([^>]*)>/.exec(variables.get("IF") ?? "")?.[1],
    authorised: variables.has("AUTHORIZATION"),
  };
}

function toHeaderName(variable: string): string {
  return variable
    .split("_")
    .map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`)
    .join("-");
}
