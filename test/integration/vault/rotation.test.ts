import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCliHere } from "../../support/cli-here.ts";
import { startStandaloneProxy } from "../../support/standalone-proxy.ts";
import { createTestCa } from "../../support/test-ca.ts";
import { openTunnel } from "../../support/tls-client.ts";
import { startTlsUpstream } from "../../support/upstream.ts";

const host = "api.example.com";
const get = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** A session under way that uses a credential all the time, and the program beside it. */
async function openPlace() {
  const stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "vbr-"));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const cli = async (args: readonly string[], input?: string): Promise<void> => {
    const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
    const { stderr, status } = await runCliHere(args, {
      cwd: home,
      env,
      ...(input === undefined ? {} : { input }),
    });
    expect({ args, stderr, status }).toMatchObject({ status: 0 });
  };
  const ca = createTestCa("rotation");
  const used: string[] = [];
  const upstream = stack.use(
    await startTlsUpstream({
      ca,
      hosts: [host],
      handler: (request, response) => {
        used.push(String(request.headers.authorization));
        response.end("ok");
      },
    }),
  );
  await writeFile(join(home, "upstream-ca.pem"), ca.certPem);
  await cli(["vault", "create", "work", "--store", "age"]);
  await cli(
    ["credential", "add", "api", "--vault", "work", "--host", host, "--env", "API"],
    "old-secret-1",
  );
  const to = ["--connect-to", `${host}:443:127.0.0.1:${upstream.port}`];
  const trust = ["--upstream-ca", join(home, "upstream-ca.pem")];
  const flags = ["--vault", "work", "--allow", `GET https://${host}/**`, ...to, ...trust];
  const proxy = stack.use(await startStandaloneProxy(flags, home));
  let tunnel = await openTunnel(proxy, `${host}:443`);
  stack.defer(() => void tunnel.destroy());
  /** Status and what the server saw. */
  const ask = async (): Promise<string> => {
    used.length = 0;
    tunnel.write(get);
    let answer = "";
    while (!/\r\n\r\n./.test(answer)) answer += String((await once(tunnel, "data"))[0]);
    // A refusal is the last answer on its connection
    if (!answer.startsWith("HTTP/1.1 200 ")) tunnel = await openTunnel(proxy, `${host}:443`);
    return `${answer.slice(9, 12)} ${used.join()}`;
  };
  /** Asks without a pause until the work is done. */
  const during = async (work: Promise<void>): Promise<void> => {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    while (!isDone) await ask();
    await done;
  };
  return { cli, ask, during, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("a rotated secret is on the next request after the command, a removed one on none, however busy the session is", async () => {
  await using place = await openPlace();
  const { cli, ask, during } = place;
  expect(await ask()).toBe("200 Bearer old-secret-1");
  for (let turn = 1; turn <= 3; turn += 1) {
    const rotate = ["credential", "rotate", "api", "--vault", "work"];
    await during(cli(rotate, `new-secret-${turn}`));
    expect(await ask()).toBe(`200 Bearer new-secret-${turn}`);
  }
  await during(cli(["credential", "remove", "api", "--vault", "work", "--yes"]));
  expect(await ask()).toBe("502 ");
});

test("a vault that was removed gives nothing to the next request", async () => {
  await using place = await openPlace();
  const { cli, ask, during } = place;
  expect(await ask()).toBe("200 Bearer old-secret-1");
  await during(cli(["vault", "remove", "work", "--yes"]));
  expect(await ask()).toBe("502 ");
});

test("a locked vault gives nothing to the next request after the command, however busy the session is, until it's unlocked", async () => {
  await using place = await openPlace();
  const { cli, ask, during } = place;
  expect(await ask()).toBe("200 Bearer old-secret-1");
  for (let turn = 1; turn <= 3; turn += 1) {
    await during(cli(["vault", "lock", "work"]));
    expect(await ask()).toBe("502 ");
    await cli(["vault", "unlock", "work"]);
    expect(await ask()).toBe("200 Bearer old-secret-1");
  }
});
