import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Answers one request of the engine's API; `_ping` is answered already. */
export type FakeAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine's API on a unix socket of its own, for what a real engine does only when it's broken. */
export async function startFakeEngine(
  answer: FakeAnswer,
  { isPodman = false }: { readonly isPodman?: boolean } = {},
): Promise<{ env: NodeJS.ProcessEnv; server: Server }> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-fake-"));
  const path = join(folder, "engine.sock");
  const server = createServer((request, response) => {
    request.resume();
    if (isPodman) response.setHeader("Libpod-API-Version", "4.3.1");
    if (request.url === "/_ping") response.end("OK");
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  return { env: { DOCKER_HOST: `unix://${path}`, HOME: folder }, server };
}
