import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signForGit, signWithKey, type SshSigner } from "../../src/git/signing/sshsig.ts";
import { toPublicKeyLine } from "../../src/git/signing/ssh-key.ts";
import { generateStoredKey, parseStoredKey } from "../../src/git/signing/ssh-key-private.ts";
import { parseAuthority } from "../../src/http/authority.ts";
import type { AnswerDisposition, Handler, HandledRequest } from "../../src/http/handler.ts";
import {
  createSigningHandler,
  type SigningHandlerOptions,
} from "../../src/git/signing/signing-handler.ts";
import type { HeaderField } from "../../src/http/header-fields.ts";
import type { HttpRequest } from "../../src/http/http-request.ts";
import { HeldBytes } from "../../src/proxy/egress/held-bytes.ts";
import { Refusal } from "../../src/http/refusal.ts";
import { toGitSignScript } from "../../src/sandbox/environment/git-sign.ts";
import { type GitResult, ownConfiguration, readGit, runGit } from "./git.ts";

export const person = { name: "Ann Example", email: "ann@example.com" } as const;

/** A handler with a key of its own, asked without a proxy around it. */
export interface SigningBench {
  readonly handler: Handler;
  readonly signer: SshSigner;
  readonly publicLine: string;
  /** Ids that refs pointed to at launch */
  readonly tips: Set<string>;
  /** What the handler noted for the audit, in order */
  readonly notes: Record<string, unknown>[];
  /** The armoured signature. @throws Refusal */
  readonly ask: (body: Buffer | string, change?: Partial<HandledRequest>) => Promise<string>;
  /** Signs whatever it gets: what a signer without the handler's checks would do */
  readonly askNaively: (body: Buffer | string) => Promise<string>;
}

export function createSigningBench(options: Partial<SigningHandlerOptions> = {}): SigningBench {
  const key = parseStoredKey(generateStoredKey("bench"));
  const signer: SshSigner = {
    publicKey: key.publicKey,
    sign: (data) => Promise.resolve(signWithKey(key, data)),
  };
  const tips = new Set<string>();
  const history = {
    isEmpty: false,
    isTip: (id: string) => tips.has(id),
    isUpstream: () => Promise.resolve(false),
  };
  const handler = createSigningHandler({
    signer,
    author: person,
    history,
    repository: "acme/widgets",
    ...options,
  });
  const notes: Record<string, unknown>[] = [];
  return {
    handler,
    signer,
    notes,
    tips,
    publicLine: toPublicKeyLine(key.publicKey),
    ask: async (body, change) => {
      const request = toRequest(Buffer.from(body), (facts) => notes.push({ ...facts }), change);
      const disposition = (await handler
        .match(request)
        ?.handle(request, { isAllowed: false })) as AnswerDisposition;
      return disposition.body.toString();
    },
    askNaively: (body) => signForGit(Buffer.from(body), signer),
  };
}

const plainHead: HttpRequest = {
  method: "POST",
  target: "/sign",
  hosts: [],
  headers: [],
  body: "unknown",
  takesTrailers: false,
  upgrade: undefined,
};

function toField([name, value]: [string, string | string[] | undefined]): HeaderField {
  return [name, String(value)];
}

/** As the pipeline hands it to a handler. */
function toRequest(
  body: Buffer,
  note: HandledRequest["note"],
  change: Partial<HandledRequest> = {},
): HandledRequest {
  const parts = [body];
  return {
    head: plainHead,
    authority: parseAuthority("signing.vaultbox.internal", "http", 80),
    method: "POST",
    path: "/sign",
    readings: [],
    rawPath: "/sign",
    query: "",
    next: () => Promise.resolve(parts.shift()),
    readBody: (maxBytes) =>
      body.length > maxBytes
        ? Promise.reject(new Refusal(413, "request-invalid", "the body is too long"))
        : Promise.resolve(body),
    hold: new HeldBytes().open(),
    note,
    ...change,
  };
}

export interface SigningProxy extends AsyncDisposable {
  /** The program for `gpg.ssh.program` */
  readonly program: string;
  readonly folder: string;
}

/** Stands for the proxy on loopback, so that the shim can be run by a git of this machine. */
export async function startSigningProxy(bench: SigningBench): Promise<SigningProxy> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-sign-"));
  const server = createServer((request, response) => {
    void answer(bench, request).then(({ status, text, headers = {} }) => {
      response.writeHead(status, headers);
      response.end(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const program = join(folder, "git-sign");
  const place = `http://127.0.0.1:${portOf(server)}`;
  await writeFile(
    program,
    toGitSignScript({ proxy: place, direct: place, tips: join(folder, "tips") }),
  );
  await chmod(program, 0o755);
  return {
    program,
    folder,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answer(
  bench: SigningBench,
  request: IncomingMessage,
): Promise<{ status: number; text: string; headers?: Record<string, string> }> {
  const { url = "", method, headers } = request;
  const path = url.replace(/^http:\/\/signing\.vaultbox\.internal/, "");
  const isKnown = path === "/sign" || path === "/history";
  if (!isKnown || headers.host !== "signing.vaultbox.internal" || method !== "POST") {
    return { status: 400, text: `unexpected ${method} ${url}` };
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    const head = { ...plainHead, headers: Object.entries(request.headers).map(toField) };
    return { status: 200, text: await bench.ask(Buffer.concat(parts), { head, path }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const headers = { "X-Vaultbox-Refusal": error.reason };
    return { status: error.status, text: `vaultbox: ${error.message}\n`, headers };
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A repository of this machine's git that nothing of the machine's settings reaches. */
export interface TestRepository extends AsyncDisposable {
  readonly path: string;
  readonly git: (...args: readonly string[]) => Promise<GitResult>;
  /** As `git`, and it must succeed; the output without the last line break */
  readonly must: (...args: readonly string[]) => Promise<string>;
}

export async function createRepository(
  config: Readonly<Record<string, string>> = {},
  format: "sha1" | "sha256" = "sha1",
): Promise<TestRepository> {
  const path = await mkdtemp(join(tmpdir(), "vbx-repo-"));
  const settings = { "user.name": person.name, "user.email": person.email, ...config };
  const options = {
    cwd: path,
    config: Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    env: { ...ownConfiguration(path), GIT_CONFIG_NOSYSTEM: "1" },
  };
  const git = (...args: readonly string[]): Promise<GitResult> => runGit(args, options);
  const must = (...args: readonly string[]): Promise<string> => readGit(args, options);
  await must("init", "-q", "-b", "main", `--object-format=${format}`);
  return {
    path,
    git,
    must,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
