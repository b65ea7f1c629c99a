/** What of a refusal a client prints: its text, its reason phrase, the status alone, or nothing of it. */
export type Shown = "text" | "reason phrase" | "status" | "nothing";

/** Plain requests; `refused` is the one at a host that isn't allowed. */
export const operations = ["get", "post", "stream", "websocket"] as const;
export type OperationName = (typeof operations)[number];

/** With the proxy variables that a sandbox has, or without them. */
export const ways = ["proxied", "direct"] as const;
export type Way = (typeof ways)[number];

/** What a tool with a protocol of its own does in place of a plain request. */
export interface OwnOperation {
  /** As its users call it: `clone`, `install` */
  readonly what: string;
  readonly command: string;
  /** Path at the stand-in, where its fixture is */
  readonly path: string;
}

/** Less than the text of a refusal. */
export interface ShownLess {
  readonly what: Exclude<Shown, "text">;
  /** Words that it prints instead; nothing else counts. A reason phrase has words of its own */
  readonly prints?: string;
  readonly why: string;
}

/** A client that is tried in a sandbox. Commands are for a shell in which `$URL`, and `$T` for a folder of their own, are set. */
export interface Stack {
  readonly name: string;
  /** Debian packages that it needs beside the base image */
  readonly debian?: readonly string[];
  /** npm packages, for all users */
  readonly npm?: readonly string[];
  /** Python packages, which the host's pip gets, as the user has configured it, into `python/` of the workspace */
  readonly pip?: readonly string[];
  /** A program in a file of the workspace; commands call it by its path there */
  readonly file?: { readonly path: string; readonly text: string };
  /** Prepares the program, or what the stand-in serves below `served/`; it runs once, and its status must be 0 */
  readonly setup?: string;
  /** Prints the body of a GET, which is `it was served` */
  readonly get?: string | OwnOperation;
  /** Sends `hello` by POST, and prints the body, which is `got hello` */
  readonly post?: string | OwnOperation;
  /** Prints the pieces of an answer as they come; without it `get` is to print all pieces in the end */
  readonly stream?: string;
  /** Sends `hello` through a WebSocket, and prints the first message */
  readonly websocket?: string;
  /** What is done at a refused host; default: `get`, or `websocket` */
  readonly refused?: string;
  /** It sends a credential, so its host is the one that has one; `$MODELS_KEY` is the placeholder */
  readonly keyed?: boolean;
  /** Why it works in one way only, and what its commands print in the other */
  readonly only?: { readonly way: Way; readonly why: string; readonly prints: string };
  /** Why it can't work yet, and what its `get` prints then */
  readonly notYet?: { readonly why: string; readonly prints: string };
  /** What is seen of a refusal where it isn't the text */
  readonly shows?: ShownLess;
}

/** Commands of a program that takes the operation and the URL. */
export function toCommands(
  program: string,
  names: readonly OperationName[],
): Pick<Stack, OperationName> {
  return Object.fromEntries(names.map((name) => [name, `${program} ${name} "$URL"`]));
}

/** The name of a client's program file. */
export function toFileName(name: string, extension: string): string {
  return `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}_client.${extension}`;
}
