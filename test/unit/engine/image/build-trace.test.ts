import { expect, test } from "vitest";
import { hideProxyPasswords } from "../../../../src/base/proxy-variables.ts";
import { EngineApiError, toEngineError } from "../../../../src/engine/engine-error.ts";
import { toBuildError } from "../../../../src/engine/image/build-failure.ts";
import { BuildTrace } from "../../../../src/engine/image/build-trace.ts";

const image = {
  what: "the image with x",
  flags: ["--package", "x"],
  env: {},
  platform: "linux/amd64",
};

/** As a build that the engine reports as failed. */
function engineError(message: string) {
  return toEngineError('build the image "t"', new EngineApiError(200, message));
}

function fail(lines: readonly string[], message: string) {
  const trace = new BuildTrace(() => undefined);
  for (const line of lines) trace.onProgress({ step: "adding x", line });
  return toBuildError(image, trace, engineError(message));
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
  expect(hints).toEqual([
    "check the name of the package, as the image's distribution calls it",
    "see every line with: vaultbox image build --package x",
  ]);
});

test("a build that fails before its first command shows what the engine says", () => {
  expect(fail([], "no space left on device").message).toBe(
    "cannot build the image with x: the engine says: no space left on device",
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
  const { message } = toBuildError(image, trace, engineError(stopped));
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

/** What package managers, npm and engines said, as it was seen. */
const failures: readonly [string, readonly string[], string, string][] = [
  [
    "apt without a network, which goes on with no lists",
    [
      "$ apt-get update",
      "W: Failed to fetch http://m.test/InRelease  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)",
      "$ apt-get install x",
      "the image's package sources have no package of that name",
    ],
    "1",
    "no package registry was reached",
  ],
  [
    "apk without a network",
    [
      "$ apk add --no-cache x",
      "WARNING: fetching https://m.test/APKINDEX: temporary error (try again later)",
      "ERROR: unable to select packages:",
      "  x (no such package):",
    ],
    "1",
    "no package registry was reached",
  ],
  [
    "npm without a network",
    ["$ npm install x", "npm error code EAI_AGAIN"],
    "1",
    "no package registry was reached",
  ],
  [
    "npm that may not read",
    ["$ npm install x", "npm error code E403"],
    "1",
    "a build sends no login to a registry",
  ],
  [
    "apt that may not read",
    [
      "$ apt-get update",
      "E: Failed to fetch http://m.test/InRelease  401  Unauthorized [IP: 192.0.2.1 80]",
    ],
    "100",
    "a build sends no login",
  ],
  [
    "a proxy without its password",
    [
      "$ apt-get update",
      "E: Failed to fetch http://m.test/InRelease  407  Proxy Authentication Required",
    ],
    "100",
    "the proxy wants a name and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
  ],
  [
    "a CA that the build doesn't know",
    ["$ npm install x", "npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
    "1",
    "NODE_EXTRA_CA_CERTS=/path/to/ca.pem vaultbox image build --package x",
  ],
  [
    "a full disk",
    ["$ apt-get install x", "E: You don't have enough free space in /var/cache/apt/archives/."],
    "100",
    "vaultbox prune --images",
  ],
  [
    "a program of another processor",
    ["exec /bin/sh: exec format error"],
    "1",
    "--platform linux/amd64",
  ],
  [
    "an npm package that isn't there",
    ["$ npm install x", "npm error code E404"],
    "1",
    "npm search WORD",
  ],
  [
    "an npm version that isn't there",
    ["$ npm install x@99", "npm error code ETARGET"],
    "1",
    "npm search WORD",
  ],
  [
    "a package of a similar name",
    [
      "$ apt-get install x",
      "the image's package sources have no package of that name",
      "similar names: y xx longer",
    ],
    "1",
    "you may mean xx: vaultbox image build --package xx",
  ],
];

test.each(failures)(
  "%s is told from other failures by its first hint",
  (_name, lines, status, hint) => {
    const { hints, message } = fail(
      lines,
      `The command '/bin/sh x' returned a non-zero code: ${status}`,
    );
    expect(hints[0]).toContain(hint);
    expect(hints.at(-1)).toBe("see every line with: vaultbox image build --package x");
    expect(message).not.toContain("similar names");
    // Without what it said there is nothing but the last hint
    expect(fail([], "it ended").hints).toHaveLength(1);
  },
);

test("the line that shows the cause is among the last ones, however many come after it", () => {
  const after = Array.from({ length: 20 }, (_, index) => `npm error ${index}`);
  const { message } = fail(["$ npm install x", "npm error code ENOTFOUND", ...after], stopped);
  expect(message).toBe(
    'cannot build the image with x: "npm install x" failed with status 100; its last lines: npm error code ENOTFOUND | npm error 16 | npm error 17 | npm error 18 | npm error 19',
  );
});

test("a proxy at an address of this machine's own is named, and the base that was chosen stays chosen", () => {
  const env = {
    HTTPS_PROXY: "http://ada:marker-pw@localhost:3128",
    NO_PROXY: "localhost",
    VAULTBOX_BASE: "debian",
  };
  const trace = new BuildTrace(() => undefined);
  trace.onProgress({ step: "s", line: "npm error code ECONNREFUSED" });
  expect(toBuildError({ ...image, env }, trace, engineError(stopped)).hints).toEqual([
    "HTTPS_PROXY (localhost) is the build's own container there: let the proxy listen where containers reach it, and name that address",
    "see every line with: VAULTBOX_BASE=debian vaultbox image build --package x",
  ]);
});
