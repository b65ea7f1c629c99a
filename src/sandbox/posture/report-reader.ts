import { EventEmitter, once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { VaultboxError } from "../../base/errors.ts";
import { toPrintable } from "../../base/printable.ts";

/** More than the longest honest report; a mount table may be long. */
const maxReportBytes = 1024 * 1024;

/** The container's output after the report, and the report's lines. */
export interface ReportReader {
  /**
   * The lines between the frame's marks.
   * @throws VaultboxError VBX_POSTURE_UNSAFE when the output ends or overflows first
   */
  readonly lines: Promise<readonly string[]>;
  /** All output after the report; with a terminal, without the echo of the go line */
  readonly rest: Readable;
}

/** Takes the report off the front of the output. */
export function readReport(
  output: NodeJS.ReadableStream,
  options: { readonly nonce: string; readonly tty: boolean },
): ReportReader {
  const rest = new PassThrough({ highWaterMark: 256 * 1024 });
  const events = new EventEmitter();
  const lines = once(events, "lines").then(([value]) => value as readonly string[]);
  lines.catch(() => undefined);
  // A terminal echoes the go line, with CR LF; it comes before any output of the command
  let echo = options.tty ? Buffer.from(`go-${options.nonce}\r\n`) : Buffer.alloc(0);
  let head: Buffer | undefined = Buffer.alloc(0);
  let hasFailed = false;

  const forward = (chunk: Buffer): void => {
    const wanted = echo.subarray(0, chunk.length);
    const isEcho = wanted.length > 0 && chunk.subarray(0, wanted.length).equals(wanted);
    const kept = isEcho ? chunk.subarray(wanted.length) : chunk;
    echo = isEcho ? echo.subarray(wanted.length) : Buffer.alloc(0);
    if (kept.length > 0 && !rest.write(kept)) {
      output.pause();
      rest.once("drain", () => output.resume());
    }
  };
  const onData = (chunk: Buffer): void => {
    if (head === undefined) {
      forward(chunk);
      return;
    }
    // Nothing of an overlong output is kept; it's read on, so that its end is seen
    if (hasFailed) return;
    head = Buffer.concat([head, chunk]);
    const found = splitReport(head, options.nonce);
    if (found !== undefined) {
      head = undefined;
      events.emit("lines", found.lines);
      if (found.rest.length > 0) forward(found.rest);
    } else if (head.length > maxReportBytes) {
      hasFailed = true;
      events.emit("error", noReport(head));
    }
  };
  output.on("data", onData);
  output.once("end", () => {
    if (head !== undefined) events.emit("error", noReport(head));
    rest.end();
  });
  output.once("error", () => rest.end());
  events.on("error", () => undefined);
  return { lines, rest };
}

/** The report's lines and what follows it, once it's complete. */
function splitReport(
  bytes: Buffer,
  nonce: string,
): { readonly lines: readonly string[]; readonly rest: Buffer } | undefined {
  const mark = `vbx-${nonce} end`;
  const at = bytes.indexOf(mark);
  const lineEnd = at === -1 ? -1 : bytes.indexOf("\n", at);
  if (lineEnd === -1) return undefined;
  const text = bytes.toString("utf8", 0, at);
  const begin = text.indexOf(`vbx-${nonce} begin`);
  const lines = text
    .slice(Math.max(begin, 0))
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => line !== "");
  return { lines, rest: bytes.subarray(lineEnd + 1) };
}

function noReport(head: Buffer): VaultboxError {
  const said = toPrintable(head.toString("utf8", 0, 300).trim());
  return new VaultboxError(
    "VBX_POSTURE_UNSAFE",
    `the sandbox did not report its posture${said === "" ? "" : `; it said: ${said}`}`,
    { hints: ["the image needs a POSIX shell at /bin/sh"] },
  );
}
