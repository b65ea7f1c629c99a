import { connect, createServer } from "node:net";
import { PassThrough, Transform, type TransformCallback } from "node:stream";

/** What a careless engine makes of what it is asked, and what it says of it; bytes for bytes of the same length. */
export interface Rewriting {
  readonly request?: readonly [string, string];
  readonly answer?: readonly [string, string];
}

/** The real engine behind a socket of its own, with one text replaced in each direction. */
export async function openRewritingEngine(
  path: string,
  behind: string,
  { request, answer }: Rewriting,
): Promise<AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: behind, allowHalfOpen: true });
    for (const socket of [client, engine]) socket.on("error", () => socket.destroy());
    client.pipe(toReplacer(request)).pipe(engine);
    engine.pipe(toReplacer(answer)).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Holds back only what may be the beginning of the text, so that nothing waits for more. */
function toReplacer(texts: readonly [string, string] | undefined): Transform {
  if (texts === undefined) return new PassThrough();
  const [from, to] = texts;
  let held = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const text = (held + chunk.toString("latin1")).replaceAll(from, to);
      let length = Math.min(from.length - 1, text.length);
      while (length > 0 && !from.startsWith(text.slice(-length))) length--;
      held = length === 0 ? "" : text.slice(-length);
      done(null, Buffer.from(text.slice(0, text.length - length), "latin1"));
    },
    flush(done: TransformCallback) {
      done(null, Buffer.from(held, "latin1"));
    },
  });
}
