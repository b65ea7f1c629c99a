import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { label } from "../../../src/engine/labels.ts";
import { encodedForms } from "../../../src/base/redact.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { createWorld, type SandboxWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { importStandInApt } from "./stand-in-apt.ts";

const execute = promisify(execFile);

const password = "marker-of-the-proxy";
const proxy = `http://ada:${password}@proxy.test:3128`;
const env = { HTTPS_PROXY: proxy, http_proxy: proxy, VAULTBOX_DEBUG: "1" };
const forms = [password, ...encodedForms(`ada:${password}`)];

function isIn(text: string): boolean {
  return forms.some((form) => text.includes(form));
}

/** All that the engine tells of images: what made their layers, settings, labels. */
async function describeImages(ids: readonly string[]): Promise<string> {
  const histories = ids.map((id) => execute("docker", ["history", "--no-trunc", id]));
  const outputs = [...histories, execute("docker", ["image", "inspect", ...ids])];
  return (await Promise.all(outputs)).map(({ stdout }) => stdout).join("\n");
}

/** Every file of a world's home. */
async function readHome({ home }: SandboxWorld): Promise<string> {
  const folder = dirname(home);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map((file) => readFile(join(file.parentPath, file.name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

// What a program in a build can say of its proxy, also in two writes
const telling = `env; printf 'proxy %s' "\${HTTPS_PROXY%%of-the*}"; printf '%s\\n' "of-the\${HTTPS_PROXY##*of-the}" >&2`;

test("the password of the host's proxy reaches a build, and shows in nothing that it leaves or says", async () => {
  const engine = await requireEngine();
  await using failing = await importStandInApt(engine, `${telling}; exit 1`);
  await using working = await importStandInApt(engine, `[ "$1" = update ] || { ${telling}; }`);
  await using world = await createWorld();
  const build = (image: string) =>
    world.run(["image", "build", "--image", image, "--package", "x-proxy"], { env });
  const failed = await build(failing.tag);
  const start = ["run", "--image", failing.tag, "--package", "x-proxy", "--json", "--", "true"];
  const notStarted = await world.run(start, { env });
  const worked = await build(working.tag);
  const layers = await engine.listImages({ label: `${label.tools}=x-proxy` });
  onTestFinished(async () => {
    for (const { id } of layers) await engine.removeImage(id);
  });
  expect([failed.status, notStarted.status, worked.status, layers.length]).toEqual([1, 125, 0, 1]);
  // The build did get the proxy, as its lines say
  for (const { stderr } of [failed, worked]) {
    expect(stderr).toContain("HTTPS_PROXY=http://[secret HTTPS_PROXY]@proxy.test:3128\n");
  }
  const left = [
    ...[failed, notStarted, worked].map(({ stdout, stderr }) => stdout + stderr),
    await readHome(world),
    await describeImages(layers.map(({ id }) => id)),
  ];
  expect(left.filter(isIn)).toEqual([]);
  recordScore({
    row: 21,
    test: "the password of the host's proxy in builds",
    attempts: left.length,
    blocked: left.filter((text) => !isIn(text)).length,
    controlSucceeded: await countShown(working.tag),
  });
});

/** The same build the plain way, with an argument of another name: the output and the history show the password. */
async function countShown(image: string): Promise<number> {
  const engine = await requireEngine();
  const tag = "vaultbox-test/proxy-password:control";
  const dockerfile = `FROM ${image}\nARG PROXY\nRUN echo $PROXY`;
  const lines: string[] = [];
  await engine.buildImage({
    files: [{ path: "Dockerfile", content: dockerfile }],
    tag,
    buildArgs: { PROXY: proxy },
    labels: {},
    onLine: (line) => lines.push(line),
  });
  onTestFinished(() => engine.removeImage(tag));
  const shown = [lines.join("\n"), await describeImages([tag])].filter(isIn).length;
  expect(shown).toBe(2);
  return shown;
}
