import { createHash } from "node:crypto";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { createDialer } from "../../../src/proxy/upstream/dial.ts";
import { createUpstreamRoots } from "../../../src/proxy/upstream/upstream-roots.ts";
import { type ProxyFixture, startProxy } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
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
const ways: Readonly<Record<string, string>> = {
  "as a URL of https": post(`https://${host}/sign`),
  "at another port": post(`http://${host}:8080/sign`, [`Host: ${host}:8080`]),
  "at the port of https": post(`http://${host}:443/sign`, [`Host: ${host}:443`]),
  "with a user": post(`http://user@${host}/sign`),
  "with another Host": post(`http://${host}/sign`, ["Host: example.com"]),
  "at another host": post("http://example.com/sign"),
  "with two Hosts": post("/sign", [`Host: ${host}`, "Host: example.com"]),
  "without a Host": post("/sign", []),
  "with an empty Host": post("/sign", ["Host: "]),
  "at a name below": post(`http://x.${host}/sign`, [`Host: x.${host}`]),
  "with a query": post(`http://${host}/sign?namespace=file`),
  "with a slash behind": post(`http://${host}/sign/`),
  "in capitals": post(`http://${host}/SIGN`),
  "with a path parameter": post(`http://${host}/sign;x`),
  "with an ending": post(`http://${host}/sign.json`),
  "with two slashes": post(`http://${host}//sign`),
  "by a parent": post(`http://${host}/x/../sign`),
  "with a NUL": post(`http://${host}/sign%00`),
  "with an escaped slash": post(`http://${host}/sign%2f`),
  "with a fragment": post(`http://${host}/sign#x`),
  "with a backslash": post(`http://${host}\\sign`),
  "with another method in a header": post(`http://${host}/sign`, [
    `Host: ${host}`,
    "X-HTTP-Method-Override: GET",
  ]),
  "in chunks with a length": post(`http://${host}/sign`, [
    `Host: ${host}`,
    "Transfer-Encoding: chunked",
  ]),
  "with an upgrade": post(`http://${host}/sign`, [`Host: ${host}`, "Upgrade: websocket"]),
  "at loopback": post("http://127.0.0.1/sign", [`Host: ${host}`]),
  "through a tunnel to https": `${tunnel(`${host}:443`)}${inner}`,
  "through a tunnel to SSH": `${tunnel(`${host}:22`)}${inner}`,
  "through a tunnel elsewhere": `${tunnel("example.com:80")}${inner}`,
  "by GET": inner.replace("POST", "GET"),
  "by PUT": inner.replace("POST", "PUT"),
  "by PATCH": inner.replace("POST", "PATCH"),
  "by HTTP/2.0": inner.replace("HTTP/1.1", "HTTP/2.0"),
};

/** The one address, in its spellings. */
const good: Readonly<Record<string, string>> = {
  "by its path": inner,
  "by its URL": post(`http://${host}/sign`),
  "in capitals, with dot and port": post(`http://${host.toUpperCase()}.:80/sign`, [
    `Host: ${host}`,
  ]),
};

describe("the signer", () => {
  const proxies = openShared(async (stack) => ({
    own: stack.use(await openProxy({ signs: true })),
    other: stack.use(await openProxy({ signs: false })),
  }));

  function score(name: string, controlSucceeded: number): void {
    const test = `signing: other addresses, methods and sessions: ${name}`;
    recordScore({ row: 43, test, attempts: 1, blocked: 1, controlSucceeded });
  }

  test.each(Object.entries(ways))("isn't found %s", async (name, way) => {
    const { own } = proxies();
    expect(await send(own, way)).not.toContain(mark);
    expect(own.events.filter((event) => "signed" in event)).toEqual([]);
    score(name, 0);
  });

  test.each(Object.entries(good))("is no other session's %s", async (name, way) => {
    const { own, other } = proxies();
    expect(await send(other, way)).not.toContain(mark);
    const controlSucceeded = (await send(own, way)).includes(mark) ? 1 : 0;
    if (way === inner) expect(controlSucceeded).toBe(1);
    score(`another session's, ${name}`, controlSucceeded);
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
