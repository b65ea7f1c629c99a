import { createHash } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { createDialer } from "../../../src/proxy/upstream/dial.ts";
import { createUpstreamRoots } from "../../../src/proxy/upstream/upstream-roots.ts";
import { type ProxyFixture, startProxy } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSigningBench, person } from "../../support/signing-bench.ts";

const host = "signing.vaultbox.internal";
const known = "b".repeat(40);
const me = `${person.name} <${person.email}> 1700000000 +0000`;
const object = `tree ${"a".repeat(40)}\nparent ${known}\nauthor ${me}\ncommitter ${me}\n\nm\n`;
const mark = "BEGIN SSH SIGNATURE";

function openProxy(options: { readonly signs: boolean }): Promise<ProxyFixture> {
  const bench = createSigningBench();
  bench.tips.add(known);
  return startProxy({
    rules: [`* http://${host}/**`, `* https://${host}/**`, `* http://${host}:8080/**`],
    handlers: () => (options.signs ? [bench.handler] : []),
    dialer: createDialer({ roots: createUpstreamRoots({ extraCaPem: [] }) }),
  });
}

async function send(proxy: ProxyFixture, bytes: string): Promise<string> {
  const socket = await proxy.connect();
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("error", () => socket.destroy()).on("end", () => socket.destroy());
  socket.write(bytes, "latin1");
  await once(socket, "close");
  return Buffer.concat(pieces).toString("latin1");
}

function post(target: string, headers: readonly string[] = [`Host: ${host}`], body = object) {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const head = [`POST ${target} HTTP/1.1`, ...headers, length, "Connection: close"];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

const inner = post("/sign");
const tunnel = (authority: string): string =>
  `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;

/** Ways to the signer beside its one address. */
const ways: readonly string[] = [
  post(`https://${host}/sign`),
  post(`http://${host}:8080/sign`, [`Host: ${host}:8080`]),
  post(`http://${host}:443/sign`, [`Host: ${host}:443`]),
  post(`http://user@${host}/sign`),
  post(`http://${host}/sign`, ["Host: example.com"]),
  post("http://example.com/sign"),
  post("/sign", [`Host: ${host}`, "Host: example.com"]),
  post("/sign", []),
  post("/sign", ["Host: "]),
  post(`http://x.${host}/sign`, [`Host: x.${host}`]),
  post(`http://${host}/sign?namespace=file`),
  post(`http://${host}/sign/`),
  post(`http://${host}/SIGN`),
  post(`http://${host}/sign;x`),
  post(`http://${host}/sign.json`),
  post(`http://${host}//sign`),
  post(`http://${host}/x/../sign`),
  post(`http://${host}/sign%00`),
  post(`http://${host}/sign%2f`),
  post(`http://${host}/sign#x`),
  post(`http://${host}\\sign`),
  post(`http://${host}/sign`, [`Host: ${host}`, "X-HTTP-Method-Override: GET"]),
  post(`http://${host}/sign`, [`Host: ${host}`, "Transfer-Encoding: chunked"]),
  post(`http://${host}/sign`, [`Host: ${host}`, "Upgrade: websocket"]),
  post("http://127.0.0.1/sign", [`Host: ${host}`]),
  `${tunnel(`${host}:443`)}${inner}`,
  `${tunnel(`${host}:22`)}${inner}`,
  `${tunnel("example.com:80")}${inner}`,
  inner.replace("POST", "GET"),
  inner.replace("POST", "PUT"),
  inner.replace("POST", "PATCH"),
  inner.replace("HTTP/1.1", "HTTP/2.0"),
];

test("the signer is at one address and takes one kind of request, and is no other session's", async () => {
  await using proxy = await openProxy({ signs: true });
  const signed: string[] = [];
  for (const way of ways) if ((await send(proxy, way)).includes(mark)) signed.push(way);
  expect(signed).toEqual([]);
  expect(proxy.events.filter((event) => "signed" in event)).toEqual([]);
  const good = [
    inner,
    post(`http://${host}/sign`),
    post(`http://${host.toUpperCase()}.:80/sign`, [`Host: ${host}`]),
  ];
  const answers = await Promise.all(good.map((one) => send(proxy, one)));
  const controls = answers.filter((answer) => answer.includes(mark)).length;
  expect(controls).toBeGreaterThan(1);
  await using other = await openProxy({ signs: false });
  for (const one of good) expect(await send(other, one)).not.toContain(mark);
  recordScore({
    row: 43,
    test: "signing: other addresses, methods and sessions",
    attempts: ways.length + good.length,
    blocked: ways.length + good.length,
    controlSucceeded: controls,
  });
});

test("the answer to a signature is the same each time, and the audit has the object's id", async () => {
  await using proxy = await openProxy({ signs: true });
  const answers = [await send(proxy, inner), await send(proxy, inner)];
  const [first = "", second = ""] = answers.map((one) => one.slice(one.indexOf("-----BEGIN")));
  expect(second).toBe(first);
  const header = `gpgsig ${first.trimEnd().replaceAll("\n", "\n ")}\n`;
  const content = object.replace("\n\n", `\n${header}\n`);
  const id = createHash("sha1").update(`commit ${content.length}\0${content}`).digest("hex");
  const decisions = proxy.events.filter(({ type }) => type === "request.decision");
  expect(decisions).toMatchObject([{ signed: id }, { signed: id }]);
});
