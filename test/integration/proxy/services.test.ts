import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { startTls } from "../../support/tls-client.ts";

const host = "allowed.example";
const request = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** A proxy, and connections to it that come from a service's port. */
async function openWorld() {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(await startRecordingUpstream());
  const dialer = plainDialer(upstream.port);
  const rules = [`* https://${host}`, `* http://${host}`];
  const proxy = stack.use(await startProxy({ rules, dialer }));
  const open = async (service?: string): Promise<Socket> => {
    const server = createServer({ allowHalfOpen: true }, (socket) => proxy.accept(socket, service));
    stack.defer(() => void server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  return { proxy, dialer, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("each service is served as its port says", async () => {
  await using world = await openWorld();
  const { proxy, dialer, open } = world;
  expect(await talk(await open("http"), request, { until: /ok$/ })).toMatch(/ 200 OK/);
  const proxied = `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  expect(await talk(await open("proxy"), proxied, { until: /ok$/ })).toMatch(/ 200 OK/);
  const tls = await startTls(proxy, await open("https"), { host });
  expect(await talk(tls, request, { until: /ok$/ })).toMatch(/ 200 OK/);
  expect(new Set(dialer.dialled)).toEqual(new Set([`http://${host}:80`, `https://${host}:443`]));
});

test("inside of a CONNECT tunnel the first byte still tells TLS from HTTP", async () => {
  await using world = await openWorld();
  const { proxy, dialer, open } = world;
  for (const [port, isTls] of [
    [443, true],
    [80, false],
  ] as const) {
    const socket = await open("proxy");
    const answer = await talk(socket, `CONNECT ${host}:${port} HTTP/1.1\r\n\r\n`, {
      until: /\r\n\r\n/,
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    for (const name of ["data", "end", "close"]) socket.removeAllListeners(name);
    const inside = isTls ? await startTls(proxy, socket, { host }) : socket;
    expect(await talk(inside, request, { until: /ok$/ })).toMatch(/ 200 OK/);
  }
  expect(dialer.dialled).toEqual([`https://${host}:443`, `http://${host}:80`]);
});

test("another protocol than the port's is refused, and nothing is dialled", async () => {
  await using world = await openWorld();
  const { proxy, dialer, open } = world;
  // The control: without a service the first byte decides
  const either = await startTls(proxy, await open(), { host });
  expect(await talk(either, request, { until: /ok$/ })).toMatch(/ 200 OK/);
  const { length } = dialer.dialled;
  for (const service of ["http", "proxy"]) {
    await expect(startTls(proxy, await open(service), { host })).rejects.toThrow(
      /wrong version number/i,
    );
  }
  expect(await talk(await open("https"), request)).not.toContain("200 OK");
  expect(dialer.dialled).toHaveLength(length);
  const refused = proxy.events.filter((event) => event.type === "request.decision").slice(1);
  expect(refused.map(({ reason }) => reason)).toEqual(Array(3).fill("request-invalid"));
});

test.each(["postgres", "port:5432", "dns", "__proto__", ""])(
  "a service that nothing serves is closed at once, whatever comes: %j",
  async (service) => {
    await using world = await openWorld();
    const { proxy, open } = world;
    const socket = await open(service);
    expect(await talk(socket, request)).toBe("");
    expect(socket.readableEnded || socket.destroyed).toBe(true);
    expect(proxy.events).toEqual([]);
  },
);
