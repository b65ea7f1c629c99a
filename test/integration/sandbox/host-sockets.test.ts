import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HostSockets } from "../../../src/workspace/host-sockets.ts";

async function createFolder() {
  const stack = new AsyncDisposableStack();
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbk-")));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  for (const name of ["in/sub", "out"]) await mkdir(join(root, name), { recursive: true });
  return {
    root,
    inside: join(root, "in"),
    /** In this process, or in one of its own that names it from its current folder */
    listen: async (path: string, cwd?: string): Promise<{ close: () => Promise<void> }> => {
      if (cwd === undefined) {
        const server = createServer((socket) => void socket.end("x")).listen(path);
        await once(server, "listening");
        return { close: async () => void (await once(server.close(), "close")) };
      }
      const program = `require("net").createServer().listen(process.argv[1], () => console.log())`;
      const child = spawn(process.execPath, ["-e", program, path], { cwd });
      await once(child.stdout, "data");
      const close = async (): Promise<void> => {
        child.kill("SIGKILL");
        await once(child, "close");
      };
      stack.defer(close);
      return { close };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("a socket that a program of the host begins to listen at is known by its path, however it was named", async () => {
  await using folder = await createFolder();
  const { root, inside, listen } = folder;
  await symlink("in", join(root, "link"));
  const early = await listen(join(inside, "early"));
  const sockets = new HostSockets();
  const absolute = await listen(join(inside, "sub/absolute"));
  const throughLink = await listen(join(root, "link/linked"));
  const outside = await listen(join(root, "out/k"));
  await listen("relative", join(inside, "sub"));
  await listen("relative-outside", join(root, "out"));
  const found = sockets.takeNew([inside]);
  expect([...found].toSorted()).toEqual(
    ["linked", "sub/absolute", "sub/relative"].map((name) => join(inside, name)),
  );
  expect(sockets.takeNew([inside])).toEqual([]);
  // A server that starts anew is a new one, where a mask lay over the old one
  await early.close();
  const again = await listen(join(inside, "early"));
  expect(sockets.takeNew([inside])).toEqual([join(inside, "early")]);
  for (const server of [absolute, throughLink, outside, again]) await server.close();
});
