import { createHash } from "node:crypto";
import { sendJson, type StandinHandler } from "../../src/demo/standin-server.ts";

/** The host of the stand-in registry; the top-level name exists nowhere (RFC 2606). */
export const registryHost = "npm.registry.test";

/** An npm registry that has no package and takes every one that is published with the token. */
export function standinRegistry(token: string): StandinHandler {
  return async (request, response) => {
    request.authorised = request.headers["authorization"] === `Bearer ${token}`;
    if (request.method === "PUT" && request.authorised) {
      const etag = createHash("sha256").update(request.body).digest("hex");
      response.setHeader("etag", etag);
      return sendJson(response, 201, { ok: true });
    }
    if (request.method === "PUT") return sendJson(response, 401, { error: "unauthorized" });
    return sendJson(response, 404, { error: "not_found" });
  };
}
