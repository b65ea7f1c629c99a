import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";

/** A file, or of a folder its `index.html`, or an empty page, as a server that lists folders has one. */
export async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) response.writeHead(404).end();
  else if (isFolder) {
    const page = await readFile(join(path, "index.html")).catch(() => "");
    response.writeHead(200, { "content-type": "text/html" }).end(page);
  } else response.writeHead(200, { "content-type": toType(path) }).end(await readFile(path));
}

function toType(path: string): string {
  return path.endsWith(".json") || path.endsWith("/npm/served")
    ? "application/json"
    : "application/octet-stream";
}

/** The manifest of an image, OCI's and Docker's distribution API. */
export function sendManifest(response: ServerResponse, pathname: string): void {
  const type = "application/vnd.docker.distribution.manifest.v2+json";
  const blob = (mediaType: string) => ({ mediaType, size: 2, digest: `sha256:${"0".repeat(64)}` });
  const config = blob("application/vnd.docker.container.image.v1+json");
  const annotations = { it: "it was served" };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config,
    layers: [],
    annotations,
  });
  const isPing = pathname === "/v2/";
  response.writeHead(200, {
    "content-type": isPing ? "application/json" : type,
    "docker-distribution-api-version": "registry/2.0",
    ...(isPing
      ? {}
      : {
          "docker-content-digest": `sha256:${createHash("sha256").update(manifest).digest("hex")}`,
        }),
  });
  response.end(isPing ? "{}" : manifest);
}
