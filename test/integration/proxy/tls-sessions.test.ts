import { once } from "node:events";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import {
  plainDialer,
  type ProxyFixture,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";

const names = ["a.example.com", "b.example.com"];
const rules = names.map((name) => `* https://${name}`);

interface Handshake {
  readonly connect?: string;
  readonly sni: string;
  readonly session?: Buffer;
  readonly version: "TLSv1.2" | "TLSv1.3";
}

/** Undefined when the handshake failed. */
async function shake(proxy: ProxyFixture, options: Handshake): Promise<TLSSocket | undefined> {
  const socket = await proxy.connect();
  if (options.connect !== undefined) {
    expect(
      await talk(socket, `CONNECT ${options.connect}:443 HTTP/1.1\r\n\r\n`, { until: /\r\n\r\n$/ }),
    ).toContain(" 200 ");
    for (const name of ["data", "end", "close", "error"]) socket.removeAllListeners(name);
    socket.pause();
  }
  const tls = connectTls({
    socket,
    servername: options.sni,
    ca: proxy.ca.certificatePem,
    minVersion: options.version,
    maxVersion: options.version,
    checkServerIdentity: () => undefined,
    ...(options.session === undefined ? {} : { session: options.session }),
  });
  tls.on("error", () => tls.destroy());
  await Promise.race([once(tls, "secureConnect"), once(tls, "close")]).catch(() => undefined);
  return tls.destroyed ? undefined : tls;
}

async function ask(tls: TLSSocket | undefined, name: string): Promise<string> {
  if (tls === undefined) return "";
  return talk(tls, `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`, {
    until: /\r\n\r\n./s,
  });
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`a resumed ${version} session is held to the name that its own handshake gave`, async () => {
    await using upstream = await startRecordingUpstream();
    await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
    const [a = "", b = ""] = names;
    for (const connect of [a, undefined]) {
      const through = connect === undefined ? {} : { connect };
      const first = await shake(proxy, { ...through, sni: a, version });
      let session: Buffer | undefined;
      first?.on("session", (given: Buffer) => (session = given));
      expect(await ask(first, a)).toMatch(/^HTTP\/1\.1 200 /);
      session ??= first?.getSession();
      first?.destroy();
      const resume = { ...through, version, ...(session === undefined ? {} : { session }) };
      const again = await shake(proxy, { ...resume, sni: a });
      expect(await ask(again, a)).toMatch(/^HTTP\/1\.1 200 /);
      again?.destroy();
      const before = upstream.received().length;
      // Another name with the session of the first: the authority is that name, or the connection is refused
      const other = await shake(proxy, { ...resume, sni: b });
      expect(await ask(other, a)).not.toMatch(/^HTTP\/1\.1 200 /);
      other?.destroy();
      expect(upstream.received().length).toBe(before);
    }
    const flags = proxy.events.flatMap((event) =>
      event.type === "request.decision" ? (event.flags ?? []) : [],
    );
    expect(flags).toContain("authority-mismatch");
  });
}
