import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startFakeEngine } from "../../support/fake-engine.ts";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";

/** An engine without images, on which a build lasts until it's let go on. */
async function startEmptyEngine() {
  const built = new Set<string>();
  const builds: string[] = [];
  const gate = Promise.withResolvers<void>();
  const { env } = await startFakeEngine((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
    const [, image] = /^\/images\/(.+)\/json$/.exec(pathname) ?? [];
    if (image !== undefined) {
      const isThere = built.has(image);
      response.writeHead(isThere ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(isThere ? { Id: image, Config: {} } : { message: "no such" }));
      return;
    }
    if (pathname !== "/build") {
      response.end("{}");
      return;
    }
    const tag = searchParams.get("t") ?? "";
    builds.push(tag);
    void gate.promise.then(() => {
      built.add(tag);
      response.end(`${JSON.stringify({ stream: "done\n" })}\n`);
    });
  });
  return { env, builds, finish: gate.resolve };
}

test("two homes on one engine build an image once, and the second says at once for whom it waits", async () => {
  const { env, builds, finish } = await startEmptyEngine();
  const start = async () => {
    const home = await mkdtemp(join(tmpdir(), "vbx-wait-"));
    onTestFinished(() => rm(home, { recursive: true }));
    const child = spawn(process.execPath, [cliPath, "image", "build"], {
      env: cliEnvironment(home, { ...env, HOME: home, VAULTBOX_BASE: "published" }),
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void child.kill());
    const ended = once(child, "close");
    const lines: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
    return { child, ended, said: () => lines.join("") };
  };
  const first = await start();
  await expect.poll(() => builds.length, { timeout: 20_000 }).toBe(1);
  const second = await start();
  const waiting = `waiting for process ${first.child.pid} on `;
  await expect.poll(second.said, { timeout: 20_000 }).toContain(waiting);
  expect(second.said()).toMatch(
    /^vaultbox: making the base image: once, in some minutes\nvaultbox: waiting for process \d+ on "[^"]+", which builds the base image\n$/,
  );
  finish();
  const ends = await Promise.all([first.ended, second.ended]);
  expect(ends).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(new Set(builds).size).toBe(builds.length);
});
