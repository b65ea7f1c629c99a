// The proxy's way to an upstream, played by git's own server program: `git http-backend` is called as a web server would.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { HandlerTools, OwnRequest, OwnResponse } from "../../../src/http/handler.ts";
import { HeldBytes } from "../../../src/proxy/egress/held-bytes.ts";
import type { HeaderField } from "../../../src/http/header-fields.ts";

export interface GitHttpTools extends HandlerTools {
  readonly requests: readonly OwnRequest[];
  /** Bytes of all answers' bodies */
  readonly answered: { bytes: number };
}

/** `version` 0 hides the newer protocol, as servers do that don't know it. */
export function toGitHttpTools(
  projectRoot: string,
  options: { readonly version?: 0 | 2 } = {},
): GitHttpTools {
  const requests: OwnRequest[] = [];
  const answered = { bytes: 0 };
  return {
    requests,
    answered,
    openHold: () => new HeldBytes().open(),
    send: async (request) => {
      requests.push(request);
      return await callBackend(projectRoot, request, { version: options.version ?? 2, answered });
    },
  };
}

async function callBackend(
  projectRoot: string,
  request: OwnRequest,
  { version, answered }: { version: 0 | 2; answered: { bytes: number } },
): Promise<OwnResponse> {
  const [path = "", query = ""] = request.target.split("?");
  const protocol = fieldOf(request.headers, "git-protocol");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_PROJECT_ROOT: projectRoot,
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "tester",
      REMOTE_ADDR: "127.0.0.1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: fieldOf(request.headers, "content-type"),
      CONTENT_LENGTH: String(request.body?.length ?? 0),
      ...(protocol === "" || version === 0 ? {} : { HTTP_GIT_PROTOCOL: protocol }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(request.body ?? "");
  const pieces = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { status, headers, early } = await readCgiHead(pieces);
  let first: Buffer | undefined = early;
  return {
    head: { status, headers },
    next: async () => {
      const piece = first ?? (await pieces.next()).value ?? undefined;
      first = undefined;
      answered.bytes += piece?.length ?? 0;
      return piece;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      (child.stdout as Readable).destroy();
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

async function readCgiHead(
  pieces: AsyncIterator<Buffer>,
): Promise<{ status: number; headers: HeaderField[]; early: Buffer | undefined }> {
  let bytes: Buffer = Buffer.alloc(0);
  while (!bytes.includes("\r\n\r\n")) {
    const { done, value } = await pieces.next();
    if (done === true) throw new Error("git http-backend gave no answer");
    bytes = Buffer.concat([bytes, value]);
  }
  const end = bytes.indexOf("\r\n\r\n");
  const headers = bytes
    .toString("latin1", 0, end)
    .split("\r\n")
    .map((line): HeaderField => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
  const rest = bytes.subarray(end + 4);
  const status = Number(fieldOf(headers, "status").slice(0, 3) || "200");
  return { status, headers, early: rest.length === 0 ? undefined : rest };
}

function fieldOf(headers: readonly HeaderField[], name: string): string {
  return headers.find(([field]) => field.toLowerCase() === name)?.[1] ?? "";
}
