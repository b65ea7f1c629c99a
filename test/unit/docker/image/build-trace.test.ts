import { expect, test } from "vitest";
import { hideProxyPasswords } from "../../../../src/host-proxy.ts";
import { BuildTrace } from "../../../../src/docker/image/build-trace.ts";

function fail(lines: readonly string[], message: string) {
  const trace = new BuildTrace(() => undefined);
  for (const line of lines) trace.onProgress({ step: "adding x", line });
  const image = { what: "the image with x", flags: ["--package", "x"] };
  return trace.toError(image, new Error(message));
}

const stopped = "The command '/bin/sh -c /tmp/build/install.sh' returned a non-zero code: 100";

test("a failed build names the command that failed, its status and its last lines, and how all are seen", () => {
  const lines = [
    "Step 3/5 : COPY . /tmp/build/",
    " ---> Running in 0123456789ab",
    "$ apt-get update",
    "Get:1 ... InRelease",
    "$ apt-get install --yes x",
    "Reading package lists...",
    "E: Unable to locate package x",
    "Removing intermediate container 0123456789ab",
  ];
  const { message, hints } = fail(lines, stopped);
  expect(message).toBe(
    'cannot build the image with x: "apt-get install --yes x" failed with status 100; its last lines: Reading package lists... | E: Unable to locate package x',
  );
  expect(hints).toEqual(["see every line with: vaultbox image build --package x"]);
});

test("a build that fails before its first command shows what the engine says", () => {
  expect(fail([], "no space left on device").message).toBe(
    "cannot build the image with x: no space left on device",
  );
});

test("what a build prints is shown without passwords, colours and controls, and in bounds", () => {
  hideProxyPasswords({ HTTPS_PROXY: "http://ada:marker-pw@p.test:3128" });
  const forbidden = ["marker-pw", "other-pw", "\u001b", "\u202e"];
  const shown: string[] = [];
  const trace = new BuildTrace(({ line }) => shown.push(line));
  const lines = [
    "$ curl --proxy http://ada:marker-pw@p.test:3128 x",
    "HTTPS_PROXY=http://ada:marker-pw@p.test:3128",
    "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u202e",
    "GET https://bob:other-pw@npm.test/@scope/x",
    "x".repeat(100_000),
  ];
  for (const line of lines) trace.onProgress({ step: "adding x", line });
  const { message } = trace.toError({ what: "x", flags: [] }, new Error(stopped));
  for (const text of [...shown, message]) {
    expect(forbidden.filter((one) => text.includes(one))).toEqual([]);
    expect(text.length).toBeLessThan(2_100);
  }
  expect(message).toContain(
    "HTTPS_PROXY=http://[secret HTTPS_PROXY]@p.test:3128 | red  \\u{202e} | GET https://[hidden]@npm.test/@scope/x | xxx",
  );
  // The same lines as the build said them
  expect(forbidden.filter((one) => !lines.join("\n").includes(one))).toEqual([]);
});
