/** What of a refusal a client prints: its text, its reason phrase, the status alone, or nothing of it. */
export type Shown = "text" | "reason phrase" | "status" | "nothing";

/** A client that is tried in a sandbox. Commands are for a shell in which `$URL`, and `$T` for a folder of their own, are set. */
export interface Stack {
  readonly name: string;
  /** Debian packages that it needs beside the base image */
  readonly debian?: readonly string[];
  /** npm packages, for all users */
  readonly npm?: readonly string[];
  /** A program in a file of the workspace; commands call it by its path there */
  readonly file?: { readonly path: string; readonly text: string };
  /** Prepares the program once; its status must be 0 */
  readonly setup?: string;
  /** Prints the body of a GET; undefined for a tool that speaks a protocol of its own */
  readonly get?: string;
  /** POSTs `hello`, and prints the body */
  readonly post?: string;
  /** Sends `hello` through a WebSocket, and prints the first message */
  readonly websocket?: string;
  /** What a tool with a protocol of its own does at a refused host; default: `get` */
  readonly refused?: string;
  /** Why it can't do without proxy variables */
  readonly needsProxy?: string;
  /** What is seen of a refusal where it isn't the text, and why it can't be more */
  readonly shows?: { readonly what: Exclude<Shown, "text">; readonly why: string };
}

/** Commands of a program that takes the operation and the URL. */
export function operations(
  command: string,
  names: readonly ("get" | "post" | "websocket")[],
): Pick<Stack, "get" | "post" | "websocket"> {
  return Object.fromEntries(names.map((name) => [name, `${command} ${name} "$URL"`]));
}
