import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readCaFile, readNpmRegistry } from "../../../../src/engine/image/host-network.ts";
import { toTagHash } from "../../../../src/engine/image/image-recipe.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-net-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test("The CA bundle that the environment names reaches build steps", async () => {
  const path = join(await makeFolder(), "ca.pem");
  await writeFile(path, "company ca");
  const [file] = await readCaFile({ NODE_EXTRA_CA_CERTS: "/no/such", SSL_CERT_FILE: path });
  expect(file?.path).toBe("host-ca.pem");
  expect(String(file?.content)).toBe("company ca");
});

/** npm's settings with one registry; npm's own variables, set inside npm run, would outweigh a file. */
async function withRegistry(registry: string): Promise<NodeJS.ProcessEnv> {
  const home = await makeFolder();
  const npmrc = join(home, "npmrc");
  await writeFile(npmrc, `registry=${registry}\n`);
  const own = Object.keys(process.env).filter((name) => /^npm_config_/i.test(name));
  const unset = Object.fromEntries(own.map((name) => [name, ""]));
  return { ...process.env, ...unset, HOME: home, NPM_CONFIG_USERCONFIG: npmrc };
}

test("The user's own npm registry is asked for, and a user name in it is dropped", async () => {
  const env = await withRegistry("https://ada@npm.company.test/path/");
  expect(await readNpmRegistry(env)).toBe("https://npm.company.test/path/");
});

test("A registry with a password in its address is an error, and never reaches a build", async () => {
  const env = await withRegistry("https://ada:secret@npm.company.test/");
  await expect(readNpmRegistry(env)).rejects.toMatchObject({ code: "VBX_IMAGE_BUILD_FAILED" });
});

test("A tag's hash changes with a file's content, a file's name and any other fact", () => {
  const hash = toTagHash([{ path: "a", content: "x" }], ["f"]);
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect(toTagHash([{ path: "a", content: "y" }], ["f"])).not.toBe(hash);
  expect(toTagHash([{ path: "b", content: "x" }], ["f"])).not.toBe(hash);
  expect(toTagHash([{ path: "a", content: "x" }], ["g"])).not.toBe(hash);
});
