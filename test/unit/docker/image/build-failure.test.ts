import { expect, test } from "vitest";
import { BuildTrace } from "../../../../src/docker/image/build-failure.ts";

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
