import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { SessionInput } from "../../../src/relay/session-input.ts";

const id = "0123456789ab";
const acquisition = {
  by: "ab0123456789",
  token: "0".repeat(32),
  link: "stdio",
  socket: "",
  services: [{ service: "proxy", address: "127.0.0.1", port: 3128, required: true }],
} as const;
const lines = `{"session":"hello"}\n${JSON.stringify({ session: "acquire", ...acquisition })}\n`;
/** What HTTP/2 may begin with, line feeds among it */
const rest = "\n\u0000\u0000{\n";

function open() {
  const input = new PassThrough();
  const reports: unknown[] = [];
  const session = new SessionInput(input, { id, report: (status) => reports.push(status) });
  return { input, reports, session };
}

test("what comes after the line that acquires is left for the stdio link, however it is split", async () => {
  const all = Buffer.from(lines + rest);
  for (let cut = 0; cut <= all.length; cut += 1) {
    const { input, reports, session } = open();
    input.write(all.subarray(0, cut));
    await sleep(0);
    input.write(all.subarray(cut));
    expect(await session.acquired).toEqual({ session: "acquire", ...acquisition });
    expect(reports).toEqual([{ relay: "hello", id, version: 2 }]);
    await sleep(0);
    const given = session.detach();
    const chunks: Buffer[] = [];
    given.on("data", (chunk: Buffer) => chunks.push(chunk));
    given.resume();
    input.end();
    await session.ended;
    expect(Buffer.concat(chunks).toString()).toBe(rest);
  }
});

test("with a mounted socket, every later session is refused by name", async () => {
  const { input, reports, session } = open();
  const other = { session: "acquire", ...acquisition, by: "another" };
  input.write(`${lines}${JSON.stringify(other)}\n`);
  await session.acquired;
  session.keep();
  input.write(`{"session":"hello"}\n${JSON.stringify(other)}\n`);
  await expect.poll(() => reports.length).toBe(4);
  const refused = { relay: "refused", by: "another", reason: "another session has it" };
  expect(reports.filter((one) => (one as typeof refused).relay === "refused")).toEqual([
    refused,
    refused,
  ]);
});

test("an input that ends before says so", async () => {
  const { input, session } = open();
  input.end('{"session":"hello"}\n{"session":');
  await expect(session.acquired).rejects.toThrow("stdin ended");
});
