import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { label } from "../../../src/engine/labels.ts";
import { toShellWords } from "../../support/remedy.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { createWorld, type SandboxWorld } from "../../support/sandbox-world.ts";
import { importStandInApt } from "./stand-in-apt.ts";

/** Removes what a test added to an image. */
async function removeLayers(tools: string): Promise<void> {
  const engine = await requireEngine();
  const layers = await engine.listImages({ label: `${label.tools}=${tools}` });
  for (const { id } of layers) await engine.removeImage(id);
}

/** Runs what a hint ends with, with what it sets in front of the program. */
async function follow(
  world: SandboxWorld,
  hint: string,
  places: Readonly<Record<string, string>> = {},
) {
  const words = toShellWords(hint.replace(/^.*: /, "")).map((word) =>
    Object.entries(places).reduce((text, [place, value]) => text.replace(place, value), word),
  );
  const at = words.indexOf("vaultbox");
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split(/=(.*)/s, 2)));
  return await world.run(words.slice(at + 1), { env });
}

function readHints(stderr: string): readonly string[] {
  return stderr.split("\n").filter((line) => line.startsWith("vaultbox: hint: "));
}

test("a CA that a build doesn't know, and a proxy that wants a password: the hint's command builds it", async () => {
  const engine = await requireEngine();
  const tools = "x-behind-a-proxy";
  onTestFinished(() => removeLayers(tools));
  await using image = await importStandInApt(
    engine,
    `case $(cat /tmp/build/host-ca.pem) in *marker-ca*) ;; *) echo "  Certificate verification failed: The certificate is NOT trusted."; exit 100;; esac
    case \${HTTPS_PROXY:-} in *ada:pw@*) ;; *) echo "E: Failed to fetch http://m.test/  407  Proxy Authentication Required"; exit 100;; esac`,
  );
  await using world = await createWorld();
  const folder = await mkdtemp(join(tmpdir(), "vbx-ca-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const ca = join(folder, "ca.pem");
  await writeFile(ca, "marker-ca\n");
  const failed = await world.run(["image", "build", "--image", image.tag, "--package", tools]);
  expect(failed.stderr).toContain(
    'error: cannot build the image with x-behind-a-proxy: "apt-get update" failed with status 100; its last lines: Certificate verification failed: The certificate is NOT trusted.\n',
  );
  const [first = ""] = readHints(failed.stderr);
  const behindProxy = await follow(world, first, { "/path/to/ca.pem": ca });
  expect(behindProxy.stderr).toContain("407  Proxy Authentication Required\n");
  const [second = ""] = readHints(behindProxy.stderr);
  const places = { USER: "ada", PASSWORD: "pw", HOST: "p.test", PORT: "3128" };
  const inBoth = `NODE_EXTRA_CA_CERTS=${ca} ${second.replace(/^.*: /, "")}`;
  const built = await follow(world, inBoth, places);
  expect([built.status, readHints(built.stderr)]).toEqual([0, []]);
});

test("a mistyped package: the hint has the name that was meant, and its command builds it", async () => {
  onTestFinished(() => removeLayers("ripgrep"));
  await using world = await createWorld();
  const failed = await world.run(["image", "build", "--package", "ripgerp"]);
  const [hint = ""] = readHints(failed.stderr);
  expect(hint).toBe("vaultbox: hint: you may mean ripgrep: vaultbox image build --package ripgrep");
  expect((await follow(world, hint)).status).toBe(0);
});

test("a full disk of the engine, and a program of another processor, are told from other failures", async () => {
  const engine = await requireEngine();
  await using world = await createWorld();
  const add = async (script: string) => {
    await using image = await importStandInApt(engine, script);
    return await world.run(["image", "build", "--image", image.tag, "--package", "x-failing"]);
  };
  const full = await add('echo "E: write error: No space left on device" >&2; exit 100');
  const [room = ""] = readHints(full.stderr);
  // The command isn't run here: it would take the images of tests beside this one
  expect(room).toMatch(/the engine has no room for images; .*: vaultbox prune --images$/);
  const foreign = await add('echo "/bin/sh: exec format error"; exit 126');
  const { architecture } = await engine.info();
  expect(readHints(foreign.stderr)[0]).toContain(`--platform linux/${architecture}`);
});
