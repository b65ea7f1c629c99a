// What a session's process takes of the machine: of the program as it's built, with a credential from an encrypted file.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { runCliHere } from "../../support/cli-here.ts";
import { startStandaloneProxy } from "../../support/standalone-proxy.ts";
import { createTestCa } from "../../support/test-ca.ts";
import { openTunnel } from "../../support/tls-client.ts";
import { startTlsUpstream } from "../../support/upstream.ts";

const host = "api.example.com";
const idleTunnels = 200;
const bodyBytes = 300 * 1024 * 1024;

/** Megabytes of the process, now and at most so far. */
function readMb(pid: number, which: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

/** A proxy that reveals a credential of an encrypted file to a server beside it. */
async function openPlace(nodeFlags: readonly string[] = []) {
  const stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "vbm-"));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
  for (const args of [
    ["vault", "create", "work", "--store", "age"],
    ["credential", "add", "api", "--vault", "work", "--host", host, "--env", "API"],
  ]) {
    expect(await runCliHere(args, { cwd: home, env, input: "secret-1" })).toMatchObject({
      status: 0,
    });
  }
  const ca = createTestCa("memory");
  const piece = Buffer.alloc(64 * 1024);
  const upstream = stack.use(
    await startTlsUpstream({
      ca,
      hosts: [host],
      handler: (request, response) => {
        if (request.url !== "/large") return response.end("ok");
        let left = bodyBytes;
        const send = (): void => {
          while (left > 0) {
            left -= piece.length;
            if (!response.write(piece)) return void response.once("drain", send);
          }
          response.end();
        };
        response.setHeader("content-length", bodyBytes);
        return send();
      },
    }),
  );
  await writeFile(join(home, "upstream-ca.pem"), ca.certPem);
  const to = ["--connect-to", `${host}:443:127.0.0.1:${upstream.port}`];
  const trust = ["--upstream-ca", join(home, "upstream-ca.pem")];
  const flags = ["--vault", "work", "--allow", `GET https://${host}/**`, ...to, ...trust];
  const proxy = stack.use(await startStandaloneProxy(flags, home, nodeFlags));
  return { proxy, home, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function ask(tunnel: TLSSocket, path: string, bytes: number): Promise<void> {
  tunnel.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  let got = 0;
  while (got < bytes) got += ((await once(tunnel, "data")) as [Buffer])[0].length;
}

test("200 tunnels that wait for their next request take little memory, and a large transfer leaves it bounded", async () => {
  await using place = await openPlace();
  const { proxy } = place;
  const open = async (): Promise<TLSSocket> => {
    const tunnel = await openTunnel(proxy, `${host}:443`);
    await ask(tunnel, "/", 50);
    return tunnel;
  };
  const started = readMb(proxy.pid, "VmRSS");
  for (let count = 0; count < 20; count += 1) (await open()).destroy();
  await sleep(200);
  const before = readMb(proxy.pid, "VmRSS");
  const tunnels: TLSSocket[] = [];
  while (tunnels.length < idleTunnels) {
    tunnels.push(...(await Promise.all(Array.from({ length: 10 }, open))));
  }
  await sleep(200);
  const growth = readMb(proxy.pid, "VmRSS") - before;
  for (const tunnel of tunnels) tunnel.destroy();
  const last = await open();
  await ask(last, "/large", bodyBytes);
  last.destroy();
  // Measured on Linux, x64, Node 24: 76, 15 and 125. Node itself takes 44
  expect({ started, growth, peak: readMb(proxy.pid, "VmHWM") }).toSatisfy(
    (seen) => seen.started < 90 && seen.growth < 30 && seen.peak < 170,
  );
});

/** Writes what was loaded by the end: Node's own modules by name, others as URLs. */
const dump = `
  const urls = [];
  require("node:module").registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  process.on("exit", () => {
    const text = JSON.stringify([...process.moduleLoadList, ...urls]);
    require("node:fs").writeFileSync(process.env.HOME + "/loaded", text);
  });`;

test("a proxy with an encrypted vault loads nothing that only others need", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vbl-"));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const preload = join(folder, "dump.cjs");
  await writeFile(preload, dump);
  const place = await openPlace(["--require", preload]);
  const loaded = join(place.home, "loaded");
  const tunnel = await openTunnel(place.proxy, `${host}:443`);
  await ask(tunnel, "/", 50);
  tunnel.destroy();
  await place.proxy[Symbol.asyncDispose]();
  const modules = JSON.parse(await readFile(loaded, "utf8")) as string[];
  await place[Symbol.asyncDispose]();
  expect(modules).toContain("NativeModule tls");
  expect(modules.filter((name) => /\/dist\/vault-/.test(name))).not.toEqual([]);
  const needless = [
    /^NativeModule (?:internal\/deps\/undici\/undici|http2|zlib|internal\/webstreams\/\w+)$/,
    /\/node_modules\/(?:age-encryption|@noble|@scure|execa|ink|dockerode|yaml)\//,
    /\/dist\/(?:session-end|session-workspace|git-handlers)-/,
  ];
  expect(modules.filter((name) => needless.some((kind) => kind.test(name)))).toEqual([]);
});
