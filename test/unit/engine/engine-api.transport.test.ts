import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const api = resolve(import.meta.dirname, "../../../src/engine/engine-api.ts");
const listPackages = `{
  const { createRequire } = process.getBuiltinModule("node:module");
  const files = Object.keys(createRequire(${JSON.stringify(api)}).cache);
  const names = files.map((file) => file.split("node_modules/").at(-1).split("/")[0]);
  console.log(JSON.stringify([...new Set(names)]));
}`;

test("the engine's transport loads without its client of SSH, which nothing here calls", () => {
  const own = load(
    `const { loadTransport } = await import(${JSON.stringify(api)}); loadTransport();`,
  );
  const plain = load(
    `import { createRequire } from "node:module";
    createRequire(createRequire(${JSON.stringify(api)}).resolve("dockerode"))("docker-modem");`,
  );
  expect(plain).toContain("ssh2");
  expect(own).toContain("docker-modem");
  expect(own).not.toContain("ssh2");
});

/** Names of the packages that a program loads. */
function load(program: string): readonly string[] {
  const args = ["--input-type=module", "--eval", `${program}${listPackages}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as string[];
}
