import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { label } from "../../../src/engine/labels.ts";
import { requireEngine } from "../../support/require-engine.ts";
import { withoutWaits } from "../../support/run-cli.ts";
import { createWorld } from "../../support/sandbox-world.ts";

// Small packages without dependencies: `bc` and its program, `semver` and its program
const project = "version: 1\nimage: {packages: [bc], npm: [semver@7]}\n";
const probe = ["sh", "-c", "echo 6*7 | bc; semver 1.2.3"];

/** Tags of layers with these tools. */
async function findLayers(tools: string): Promise<readonly string[]> {
  const engine = await requireEngine();
  return (await engine.listImages({ label: `${label.tools}=${tools}` })).flatMap(
    ({ tags }) => tags,
  );
}

async function removeLayers(tools: string): Promise<void> {
  const engine = await requireEngine();
  for (const tag of await findLayers(tools)) await engine.removeImage(tag);
}

test("a trusted project file adds tools once; an untrusted one builds nothing", async () => {
  const tools = "bc, npm semver@7";
  await removeLayers(tools);
  onTestFinished(() => removeLayers(tools));
  await using world = await createWorld(1000);
  await writeFile(join(world.workspace, "vaultbox.yaml"), project);

  const writable = await world.run(["run", "--", ...probe]);
  expect(writable.status).toBe(125);
  expect(writable.stderr).toContain("is not trusted");
  expect(await findLayers(tools)).toEqual([]);

  const trust = await world.run(["trust", "--yes"]);
  expect(trust.stdout + trust.stderr).toContain("Image: vaultbox's own, with bc, npm semver@7");
  const first = await world.run(["run", "--", ...probe], { timeoutMs: 300_000 });
  expect(withoutWaits(first)).toEqual({
    stdout: "42\n1.2.3\n",
    stderr: "vaultbox: adding bc, npm semver@7\n",
    status: 0,
  });
  // Nothing is built again, also when flags say the same
  const flags = ["--package", "bc", "--npm-package", "semver@7"];
  const again = await world.run(["run", ...flags, "--", ...probe]);
  expect(again).toEqual({ stdout: "42\n1.2.3\n", stderr: "", status: 0 });
  const layers = await findLayers(tools);
  expect(layers).toHaveLength(1);
  const list = await world.run(["image", "list"]);
  expect(list.stdout).toMatch(new RegExp(`^${layers[0]} +tools +bc, npm semver@7 `, "m"));
});

test("a package that isn't there is named with the command that failed, and the hint shows every line", async () => {
  await using world = await createWorld();
  const system = await world.run(["run", "--package", "no-such-package", "--", "true"]);
  expect(system.status).toBe(125);
  expect(withoutWaits(system).stderr).toBe(
    `vaultbox: adding no-such-package
vaultbox: error: cannot build the image with no-such-package: "apt-get install no-such-package" failed with status 1; its last lines: the image's package sources have no package of that name
vaultbox: hint: check the name of the package, as the image's distribution calls it
vaultbox: hint: see every line with: vaultbox image build --package no-such-package
`,
  );
  const name = "vaultbox-test-no-such-package";
  const npm = await world.run(["run", "--npm-package", name, "--", "true"]);
  expect(npm.status).toBe(125);
  expect(npm.stderr).toMatch(
    /"npm install --global [^"]+" failed with status 1; its last lines: .*404/,
  );
  expect(npm.stderr).toContain(
    `hint: see every line with: vaultbox image build --npm-package ${name}\n`,
  );
  const hinted = await world.run(["image", "build", "--npm-package", name]);
  expect(hinted.status).toBe(1);
  expect(hinted.stderr).toMatch(
    /^vaultbox: {3}\$ npm install --global .*\nvaultbox: {3}npm error/m,
  );
});

test.each([
  ["--package", "--reinstall"],
  ["--package", "bash-"],
  ["--package", "$(id)"],
  ["--npm-package", "--prefix=/"],
  ["--npm-package", "file:../x"],
])("%s=%s is refused before anything is built", async (flag, name) => {
  await using world = await createWorld();
  const { status, stderr } = await world.run(["run", `${flag}=${name}`, "--", "true"]);
  expect(status).toBe(2);
  expect(stderr).toContain(`error: cannot read ${flag}: "${name}" is no name of a package`);
});

const advice = (program: string, flag: string, key: string, name: string): string =>
  `vaultbox: ${program} can't change this sandbox's image, which is read-only; no network rule helps
vaultbox: the user adds a tool on the host, and starts again:
vaultbox:   vaultbox run ${flag} ${name} -- COMMAND
vaultbox:   or in vaultbox.yaml: image: {${key}: [${name}]}   and then: vaultbox trust
`;

test.each([0, 1000])(
  "who installs something in the box, as uid %d, is told how it is added",
  async (owner) => {
    await using world = await createWorld(owner);
    const run = (command: string) => world.run(["run", "--quiet", "--", "sh", "-c", command]);
    const script = `
      apt-get install -y jq; echo $?
      bash -lc 'apt install jq'; echo $?
      npm install -g pnpm; echo $?
      pip install requests 2>&1 | grep -c 'vaultbox run --package python3-NAME'
      apt-get --version | grep -c '^apt '; npm --version | grep -c '^[0-9.]*$'
      npm_config_prefix=$HOME/.local npm install -g 2>&1 | grep -c vaultbox
      npm install --global --prefix $HOME/x 2>&1 | grep -c vaultbox
      command -v apk; echo $?`;
    const { stdout, stderr } = await run(script);
    const npm =
      "vaultbox: for this project alone: npm install --save-dev NAME, if the policy lets npm's registry be read\n";
    expect(stderr).toBe(
      advice("apt-get install", "--package", "packages", "jq") +
        advice("apt install", "--package", "packages", "jq") +
        advice("npm install", "--npm-package", "npm", "pnpm") +
        npm,
    );
    expect(stdout).toBe("100\n100\n1\n1\n1\n1\n0\n0\n127\n");
  },
);
