import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openUnixLink } from "../../../../src/sandbox/link/unix-link.ts";

const token = "0123456789abcdef".repeat(2);
const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

/** The host's end, and connections to its socket. */
async function openWorld(most?: number) {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "vbl-"));
  stack.defer(() => rm(directory, { recursive: true }));
  const services: string[] = [];
  const link = await openUnixLink({
    directory,
    user,
    token,
    onStream: (service) => services.push(service),
    ...(most === undefined ? {} : { most }),
  });
  stack.defer(link.close);
  const open = async (text: string): Promise<Socket> => {
    const socket = connect({ path: `${directory}/s` });
    stack.defer(() => void socket.destroy());
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(text);
    return socket;
  };
  return { services, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function untilEnd(socket: Socket): Promise<void> {
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
}

test("before the token there are no streams, and after it the token opens nothing more", async () => {
  await using world = await openWorld();
  await untilEnd(await world.open(`proxy\n${"x".repeat(64)}`));
  const control = await world.open(`VBX2 ${token}\n`);
  expect(String((await once(control, "data"))[0])).toBe("VBX2 ok\n");
  await untilEnd(await world.open(`VBX2 ${token}\n`));
  expect(world.services).toEqual([]);
  await world.open("proxy\n");
  await expect.poll(() => world.services).toEqual(["proxy"]);
});

test("a relay that opens streams without end has no more than the most at a time", async () => {
  await using world = await openWorld(3);
  const control = await world.open(`VBX2 ${token}\n`);
  await once(control, "data");
  const silent = [await world.open(""), await world.open(""), await world.open("")];
  await untilEnd(await world.open("proxy\n"));
  expect(world.services).toEqual([]);
  // The control: once one of them is gone there is room
  silent[0]?.destroy();
  await expect
    .poll(async () => {
      await world.open("proxy\n");
      return world.services.length;
    })
    .toBeGreaterThan(0);
});
