import { expect, test } from "vitest";
import { connectEngine } from "../../../src/engine/connect-engine.ts";
import { startFakeEngine } from "../../support/fake-engine.ts";

test("a volume whose container is just gone is removed as soon as the engine lets go of it", async () => {
  let refusals = 0;
  const { env } = await startFakeEngine((_request, response) => {
    response.statusCode = refusals < 3 ? 409 : 204;
    if (refusals++ < 3) response.setHeader("Content-Type", "application/json");
    response.end(response.statusCode === 409 ? '{"message":"volume is in use - [b7a6]"}' : "");
  });
  const engine = await connectEngine(env);
  await engine.removeVolume("vaultbox-0123456789ab-home");
  expect(refusals).toBe(4);
});

test("a volume that stays in use is an error of the engine", async () => {
  const { env } = await startFakeEngine((_request, response) => {
    response.writeHead(409, { "Content-Type": "application/json" });
    response.end('{"message":"volume is in use - [b7a6]"}');
  });
  const engine = await connectEngine(env);
  await expect(engine.removeVolume("vaultbox-0123456789ab-home")).rejects.toMatchObject({
    code: "VBX_ENGINE_FAILED",
    message: expect.stringContaining("volume is in use"),
  });
});
