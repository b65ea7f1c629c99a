import type { IncomingMessage, ServerResponse } from "node:http";
import { startFakeEngine } from "../../support/fake-engine.ts";

/** What an engine does that has no image; each may take its time. */
export interface EmptyEngineWork {
  /** A line of the answer to a pull; default: it worked */
  readonly pull?: () => Promise<object>;
  /** Before a build's end */
  readonly build?: () => Promise<void>;
}

/** An engine's API without images, which pulls and builds as it's told, and no containers. */
export async function startEmptyEngine({ pull, build }: EmptyEngineWork = {}) {
  const images = new Set<string>();
  const builds: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
    const send = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const [, image] = /^\/images\/(.+)\/json$/.exec(pathname) ?? [];
    if (image !== undefined) {
      if (images.has(image)) send(200, { Id: image, Config: {} });
      else send(404, { message: `No such image: ${image}` });
      return;
    }
    if (pathname.startsWith("/containers/")) return send(404, { message: "No such image: it" });
    // A context or file system is taken as a whole before it's answered
    await new Promise((resolve) => request.once("end", resolve));
    const tag = searchParams.get("t");
    if (tag !== null) {
      builds.push(tag);
      await build?.();
    }
    const pulled = searchParams.has("fromImage") ? ((await pull?.()) ?? {}) : {};
    const made = tag ?? searchParams.get("repo");
    if (made !== null) images.add(made);
    send(200, pulled);
  };
  const { env } = await startFakeEngine((request, response) => void answer(request, response));
  return { env, images, builds };
}
