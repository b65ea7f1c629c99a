import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { startRelay, toPort } from "./relay-process.ts";

const echo = (socket: Duplex): void => {
  socket.on("error", () => undefined);
  socket.pipe(socket);
};

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Waits for an end or a reset by the other side. */
async function untilClosed(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  socket.once("end", () => socket.destroy());
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function hashOf(stream: Duplex): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

describe.each(["unix", "stdio"] as const)("over the %s link", (choice) => {
  test("the relay reports the link it uses and where it listens", async () => {
    await using relay = await startRelay({ choice, onConnection: echo });
    expect(relay.link.report.link).toBe(choice);
    for (const port of Object.values(relay.ports)) expect(port).toBeGreaterThan(0);
  });

  test("a stream is of the service whose port the client connected to", async () => {
    await using relay = await startRelay({
      choice,
      onConnection: (socket, service) => {
        socket.resume();
        socket.end(service);
      },
    });
    for (const service of ["proxy", "http", "https"] as const) {
      const client = await open(relay.ports[service]);
      client.end("proxy\n");
      expect((await readAll(client)).toString()).toBe(service);
    }
  });

  test("a server of a service that the relay never heard of can speak first", async () => {
    await using relay = await startRelay({
      choice,
      services: [{ service: "port:5432", address: "127.0.0.1", port: 0 }],
      onConnection: (socket, service) => {
        socket.write(`${service} is ready`);
        socket.once("end", () => socket.end());
        socket.resume();
      },
    });
    const client = await open(toPort(relay.link, "port:5432"));
    const [first] = (await once(client, "data")) as [Buffer];
    expect(first.toString()).toBe("port:5432 is ready");
    client.end();
    await untilClosed(client);
  });

  test("50 MB arrive unchanged in both directions at once", async () => {
    const size = 50 * 1024 * 1024;
    const block = randomBytes(1024 * 1024);
    const send = async (stream: Duplex): Promise<void> => {
      for (let sent = 0; sent < size; sent += block.length) {
        if (!stream.write(block)) await once(stream, "drain");
      }
      stream.end();
    };
    const expected = createHash("sha256");
    for (let index = 0; index < size / block.length; index += 1) expected.update(block);
    const wanted = expected.digest("hex");
    let received: Promise<string> | undefined;
    await using relay = await startRelay({
      choice,
      onConnection: (socket) => {
        received = hashOf(socket);
        void send(socket);
      },
    });
    const client = await open(relay.ports.proxy);
    const back = hashOf(client);
    await send(client);
    expect(await back).toBe(wanted);
    expect(await received).toBe(wanted);
  });

  test("an end in one direction leaves the other open", async () => {
    await using relay = await startRelay({
      choice,
      onConnection: (socket) => {
        void readAll(socket).then((all) => socket.end(`got ${all.length}`));
      },
    });
    const client = await open(relay.ports.http);
    client.end("x".repeat(70_000));
    expect((await readAll(client)).toString()).toBe("got 70000");
  });

  test("a connection that the proxy aborts ends for the client, and the next one works", async () => {
    let count = 0;
    await using relay = await startRelay({
      choice,
      onConnection: (socket) => {
        count += 1;
        if (count === 1) socket.destroy();
        else echo(socket);
      },
    });
    const first = await open(relay.ports.proxy);
    await untilClosed(first);
    const second = await open(relay.ports.proxy);
    second.end("still here");
    expect((await readAll(second)).toString()).toBe("still here");
  });

  test("a client's reset closes the proxy's side", async () => {
    let closed: Promise<unknown> | undefined;
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    await using relay = await startRelay({
      choice,
      onConnection: (socket) => {
        socket.on("error", () => undefined);
        socket.on("end", () => socket.end());
        socket.resume();
        closed = finished(socket).catch(() => undefined);
        resolve();
      },
    });
    const client = await open(relay.ports.proxy);
    client.write("half a request");
    await connected;
    client.resetAndDestroy();
    await closed;
    expect(client.destroyed).toBe(true);
  });

  test("a stalled connection does not hold up another", async () => {
    const { promise: stalled, resolve } = Promise.withResolvers<Duplex>();
    let count = 0;
    await using relay = await startRelay({
      choice,
      onConnection: (socket) => {
        count += 1;
        if (count === 1) resolve(socket);
        else echo(socket);
      },
    });
    const slow = await open(relay.ports.proxy);
    slow.on("error", () => undefined);
    slow.write(Buffer.alloc(16 * 1024 * 1024));
    await stalled;
    const quick = await open(relay.ports.proxy);
    quick.end("quick");
    expect((await readAll(quick)).toString()).toBe("quick");
    slow.destroy();
  });

  test(
    "10,000 small connections, 64 at a time, all get their own bytes",
    { timeout: 60_000 },
    async () => {
      await using relay = await startRelay({ choice, onConnection: echo });
      let next = 0;
      let right = 0;
      const worker = async (): Promise<void> => {
        while (next < 10_000) {
          const text = `connection ${(next += 1)}`;
          const client = connect({
            port: relay.ports.proxy,
            host: "127.0.0.1",
            allowHalfOpen: true,
          });
          client.end(text);
          if ((await readAll(client)).toString() === text) right += 1;
        }
      };
      await Promise.all(Array.from({ length: 64 }, worker));
      expect(right).toBe(10_000);
    },
  );

  test("the relay ends when the host's end closes", async () => {
    const relay = await startRelay({ choice, onConnection: echo });
    const exited = once(relay.child, "exit");
    const client = await open(relay.ports.proxy);
    const closed = untilClosed(client);
    await relay[Symbol.asyncDispose]();
    await exited;
    await closed;
    expect(relay.child.exitCode ?? relay.child.signalCode).not.toBeNull();
  });

  test("the host learns when the relay is gone", async () => {
    await using relay = await startRelay({ choice, onConnection: echo });
    relay.child.kill("SIGKILL");
    expect(await relay.link.ended).not.toBe("");
  });
});

test("with auto, a socket that can't be used falls back to stdio and says why", async () => {
  await using relay = await startRelay({
    choice: "auto",
    onConnection: echo,
    mountedAt: "/nonexistent",
  });
  expect(relay.link.report).toMatchObject({ link: "stdio", fallback: "ENOENT" });
  const client = await open(relay.ports.proxy);
  client.end("by stdio");
  expect((await readAll(client)).toString()).toBe("by stdio");
});

test("with auto, a socket that works is used", async () => {
  await using relay = await startRelay({ choice: "auto", onConnection: echo });
  expect(relay.link.report.link).toBe("unix");
});

test("with unix, a socket that can't be used is an error", async () => {
  const start = startRelay({
    choice: "unix",
    onConnection: echo,
    mountedAt: "/nonexistent",
  });
  await expect(start).rejects.toMatchObject({ code: "VBX_LINK_FAILED" });
});

test("a wrong token gets nowhere", async () => {
  const reached: Duplex[] = [];
  const start = startRelay({
    choice: "unix",
    onConnection: (socket) => reached.push(socket),
    changeLine: (line) => line.replace(/"token":"[0-9a-f]+"/, `"token":"${"0".repeat(32)}"`),
  });
  await expect(start).rejects.toMatchObject({ code: "VBX_LINK_FAILED" });
  expect(reached).toEqual([]);
});

test("the resolver answers over UDP and TCP, and ignores garbage", async () => {
  await using relay = await startRelay({ choice: "unix", onConnection: echo });
  const query = Buffer.from("abcd01000001000000000000076578616d706c6503636f6d0000010001", "hex");
  const udp = createSocket("udp4");
  udp.send(Buffer.from("garbage"), relay.ports.dnsUdp, "127.0.0.1");
  udp.send(query, relay.ports.dnsUdp, "127.0.0.1");
  const [answer] = (await once(udp, "message")) as [Buffer];
  udp.close();
  expect([...answer.subarray(-4)]).toEqual([127, 0, 0, 1]);

  const tcp = await open(relay.ports.dnsTcp);
  const framed = Buffer.concat([Buffer.from([0, query.length]), query]);
  tcp.write(Buffer.concat([framed, framed]).subarray(0, 40));
  tcp.end(Buffer.concat([framed, framed]).subarray(40));
  const answers = await readAll(tcp);
  expect(answers.length).toBe(2 * (answer.length + 2));

  const bad = await open(relay.ports.dnsTcp);
  bad.write(Buffer.from([0, 3, 1, 2, 3]));
  await untilClosed(bad);
});
