import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { ensureAgentImage, type AgentPackage } from "../../../src/engine/image/agent-image.ts";
import { findOwnImage } from "../../../src/engine/image/own-image.ts";
import { requireBaseImage, requireEngine, testImageOptions } from "../../support/require-engine.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { importBusybox } from "../../support/small-images.ts";

/** As an agent's package is, but small: a program for Node.js. */
const agent: AgentPackage = {
  name: "test",
  executable: "semver",
  npmPackage: { name: "semver", version: "7", installScripts: false },
};

/** An image on the base, made of lines of a Dockerfile; removed when the test is over. */
async function buildImage(lines: readonly string[], others: Readonly<Record<string, string>> = {}) {
  const engine = await requireEngine();
  const dockerfile = [`FROM ${await requireBaseImage(engine)}`, ...lines].join("\n");
  const entries = Object.entries({ Dockerfile: dockerfile, ...others });
  const files = entries.map(([path, content]) => ({ path, content, mode: 0o755 }));
  const tag = `vaultbox-test/own:${randomBytes(6).toString("hex")}`;
  await engine.buildImage({
    files,
    tag,
    buildArgs: {},
    labels: {},
    onLine: () => undefined,
  });
  onTestFinished(() => engine.removeImage(tag));
  return tag;
}

async function addAgent(tag: string): Promise<string> {
  const engine = await requireEngine();
  const own = await findOwnImage(engine, tag, testImageOptions);
  const layer = await ensureAgentImage(engine, agent, testImageOptions, own);
  onTestFinished(() => engine.removeImage(layer));
  return layer;
}

const noNode = "RUN rm -rf /usr/local/bin/* /usr/local/lib/node_modules";

test("an agent gets its own Node.js in an image that has none, whatever its user, shell and search path are", async () => {
  const image = await buildImage([
    noNode,
    "RUN useradd --create-home someone",
    "ENV PATH=/home/someone/bin:/opt/own/bin:/usr/bin:/bin",
    'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]',
    "VOLUME /data/ /var/lib/x/../y",
    "USER someone",
    'ENTRYPOINT ["/usr/bin/env", "ENTRY=yes"]',
  ]);
  const layer = await addAgent(image);
  for (const owner of [0, 1000]) {
    await using world = await createWorld(owner);
    const script =
      'echo $(id -u) $ENTRY $(command -v semver); semver 1.2.3; node -p "typeof fetch"; npm --version | grep -c "^[0-9.]*$"; grep -c "tmpfs /data \\|tmpfs /var/lib/y " /proc/mounts';
    const result = await world.run(["run", "--image", layer, "--", "sh", "-c", script]);
    expect(result).toEqual({
      stdout: `${owner} yes /opt/own/bin/semver\n1.2.3\nfunction\n1\n2\n`,
      stderr: "",
      status: 0,
    });
  }
  const user = (await (await requireEngine()).inspectImage(layer))?.user;
  expect(user).toBe("someone");
});

// Alpine's packages can't be had on every machine: what stands in for apk says what it was asked for
const apk = `#!/bin/sh
echo "$*" >>/apk-asked
[ "$1" != add ] || mv /stock/* /usr/local/bin/
[ "$1" = add ]
`;

test("on an image with apk, Node.js and what the agent works with come from there", async () => {
  const npm = "/usr/local/lib/node_modules/npm/bin/npm-cli.js";
  const image = await buildImage(
    [
      "COPY apk /sbin/apk",
      `RUN mkdir /stock && mv /usr/local/bin/node /stock/ && rm /usr/local/bin/* && ln -s ${npm} /stock/npm`,
      "RUN rm /bin/bash /usr/bin/git /usr/bin/apt* /usr/bin/dpkg*",
    ],
    { apk },
  );
  const layer = await addAgent(image);
  await using world = await createWorld(1000);
  const script = "semver 1.2.3; tail -1 /apk-asked; ls /opt/agent; apk add jq";
  const { stdout, stderr } = await world.run(["run", "--image", layer, "--", "sh", "-c", script]);
  expect(stdout).toBe("1.2.3\nadd --no-cache bash git nodejs npm\nbin\nlib\nlink-programs.sh\n");
  expect(stderr).toContain("vaultbox:   vaultbox run --package jq -- COMMAND\n");
});

test("an image that has the agent is left as it is", async () => {
  const image = await buildImage([
    noNode,
    String.raw`RUN printf '#!/bin/sh\necho own\n' >/usr/bin/semver && chmod 755 /usr/bin/semver`,
  ]);
  const layer = await addAgent(image);
  await using world = await createWorld();
  const script = "semver; ls /opt/agent; command -v node";
  const { stdout } = await world.run(["run", "--image", layer, "--", "sh", "-c", script]);
  expect(stdout).toBe("own\nlink-programs.sh\n");
});

test("an image in which Node.js can't run is refused with that reason", async () => {
  await using image = await importBusybox(await requireEngine(), [], {
    applets: ["rm", "mkdir", "cp", "find", "chmod", "ln"],
  });
  await expect(addAgent(image.tag)).rejects.toMatchObject({
    code: "VBX_IMAGE_BUILD_FAILED",
    message: expect.stringContaining(
      "Node.js 18 or newer is needed, the image has none, and ours does not run in it",
    ),
    hints: [
      expect.stringMatching(
        /^see every line with: .*vaultbox image build --image '.*' --agent test$/,
      ),
    ],
  });
});
