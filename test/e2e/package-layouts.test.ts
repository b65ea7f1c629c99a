import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { git } from "../support/git.ts";
import { layouts, makeLayout } from "../support/package-layouts.ts";
import { createWorld } from "../support/sandbox-world.ts";

const execute = promisify(execFile);
const timeout = 900_000;

/** Two versions of one program, so that one of them is in a package's own `.bin`; and a workspace of the project. */
const project = {
  name: "p",
  version: "1.0.0",
  private: true,
  dependencies: { semver: "7", "cross-spawn": "6.0.6" },
  workspaces: ["packages/*"],
};
const part = { name: "one", version: "1.0.0", bin: "./cli.js", dependencies: { semver: "6" } };

/** Its program is moved when the registry's package may run its script, and stays where it is otherwise. */
const bun =
  'set -- "$TOOLS"/@oven/*/bin/bun; [ -x "$1" ] || set -- "$TOOLS/bun/bin/bun.exe"; "$1" install --linker';
const berry = "enableGlobalCache: false\nenableTelemetry: false\n";

/** What a package manager is told in its project, and the file that is planted there. */
interface Manager {
  readonly run: string;
  /** Of the project, beside those of `project` */
  readonly files?: Readonly<Record<string, string>>;
  readonly plant: string;
}

/** Of Node, from the registry of the user's own npm. */
const nodeManagers: Readonly<Record<string, Manager>> = {
  npm: {
    run: "npm install --no-audit --no-fund",
    plant: "node_modules/cross-spawn/node_modules/.bin/planted",
  },
  pnpm: {
    run: 'node "$TOOLS/pnpm/bin/pnpm.cjs" install --store-dir "$TOOLS/../store"',
    files: { "pnpm-workspace.yaml": "packages: [packages/*]\n" },
    plant:
      "node_modules/.pnpm/cross-spawn@6.0.6/node_modules/cross-spawn/node_modules/.bin/planted",
  },
  "yarn-classic": {
    run: 'node "$TOOLS/yarn/bin/yarn.js" install --cache-folder "$TOOLS/../cache"',
    plant: "packages/one/node_modules/.bin/planted",
  },
  "yarn-node-modules": {
    run: 'node "$TOOLS/berry/bin/yarn.js" install',
    files: { ".yarnrc.yml": `${berry}nodeLinker: node-modules\n`, "yarn.lock": "" },
    plant: "node_modules/.bin/planted",
  },
  "yarn-pnp": {
    run: 'node "$TOOLS/berry/bin/yarn.js" install',
    files: { ".yarnrc.yml": berry, "yarn.lock": "" },
    plant: ".pnp.loader.mjs",
  },
  bun: {
    run: `${bun} hoisted`,
    plant: "node_modules/cross-spawn/node_modules/.bin/planted",
  },
  "bun-isolated": {
    run: `${bun} isolated`,
    plant: "node_modules/.bun/cross-spawn@6.0.6/node_modules/.bin/planted",
  },
};

/** A repository of one package, in the folder that stands before it; it's beside the project. */
const commit =
  "git init -q -b main; git add .; git -c user.name=a -c user.email=a@b commit -q -m one";

/** Of other languages, as Debian has them; their packages lie on this machine. */
const otherManagers: Readonly<Record<string, Manager>> = {
  "pip-venv": {
    run: `/usr/bin/python3 -m venv .venv
.venv/bin/pip install -q --no-index --no-build-isolation --no-use-pep517 ./lib -e ./edited`,
    files: Object.fromEntries(
      ["lib", "edited"].flatMap((name) => [
        [
          `${name}/setup.py`,
          `import setuptools
setuptools.setup(name="${name}", version="1", py_modules=["${name}"], entry_points={"console_scripts": ["${name}=${name}:main"]})
`,
        ],
        [`${name}/${name}.py`, "def main(): pass\n"],
      ]),
    ),
    plant: ".venv/bin/planted",
  },
  "bundler-git": {
    run: `mkdir -p vendor/cache "$TOOLS/../gem"; mv gem/* "$TOOLS/../gem"; rmdir gem
(cd "$TOOLS/../gem"; gem build -q tool.gemspec; ${commit})
mv "$TOOLS/../gem/tool-1.0.0.gem" vendor/cache
echo "gem %q(dep), git: %q(file://$TOOLS/../gem), glob: %q(dep.gemspec)" >> Gemfile
/usr/bin/bundle config set --local path vendor/bundle
/usr/bin/bundle install --local --quiet; /usr/bin/bundle binstubs tool`,
    files: {
      Gemfile: 'source "https://gems.invalid"\ngem "tool"\n',
      "gem/bin/tool": "puts 1\n",
      ...Object.fromEntries(
        ["tool", "dep"].map((name) => [
          `gem/${name}.gemspec`,
          `Gem::Specification.new do |s|
  s.name, s.version, s.summary, s.authors = "${name}", "1.0.0", "x", ["A"]
  s.files, s.executables = ["bin/tool"], ["tool"]
end
`,
        ]),
      ),
    },
    plant: ".bundle/plugin/index",
  },
  "composer-path": {
    run: `mv dep "$TOOLS/../dep"; (cd "$TOOLS/../dep"; ${commit})
sed -i "s|FOLDER|$TOOLS/..|" composer.json
composer install -q --no-interaction`,
    files: {
      "composer.json": JSON.stringify({
        repositories: [
          { type: "path", url: "linked" },
          { type: "git", url: "file://FOLDER/dep" },
          { "packagist.org": false },
        ],
        require: { "acme/dep": "dev-main", "acme/linked": "1.0.0" },
        "minimum-stability": "dev",
      }),
      ...Object.fromEntries(
        ["dep", "linked"].flatMap((name) => [
          [`${name}/bin/${name}`, "<?php\n"],
          [
            `${name}/composer.json`,
            JSON.stringify({ name: `acme/${name}`, version: "1.0.0", bin: [`bin/${name}`] }),
          ],
        ]),
      ),
    },
    plant: "vendor/bin/planted",
  },
};
const managers = { ...nodeManagers, ...otherManagers };

/** The same for what is made by hand. */
const plants: Readonly<Record<string, string>> = {
  pip: ".venv/lib/python3.11/site-packages/planted.pth",
  poetry: ".venv/lib/python3.11/site-packages/sitecustomize.py",
  uv: ".venv/bin/planted",
  cargo: "vendor/planted/build.rs",
  go: "go.work",
  bundler: ".bundle/plugin/index",
  composer: "vendor/bin/planted",
};

/** What others than npm would read of the user. */
function ofTheirOwn(folder: string): NodeJS.ProcessEnv {
  const [home, none] = [join(folder, "home"), "/dev/null"];
  return {
    BUNDLE_USER_HOME: home,
    BUNDLE_SILENCE_ROOT_WARNING: "1",
    COMPOSER_HOME: home,
    COMPOSER_ALLOW_SUPERUSER: "1",
    PIP_CONFIG_FILE: none,
    PIP_FIND_LINKS: undefined,
    PIP_CONSTRAINT: undefined,
  };
}

interface Tools extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
}

/** Package managers from the registry of the user's own npm. */
async function installTools(): Promise<Tools> {
  const folder = await mkdtemp(join(tmpdir(), "vbt-"));
  await writeFile(join(folder, "package.json"), "{}");
  // On CI yarn would make no lockfile
  const base = { ...process.env, HOME: homedir(), CI: undefined };
  const install = (...names: readonly string[]): Promise<unknown> =>
    execute("npm", ["install", "--no-audit", "--no-fund", ...names], { cwd: folder, env: base });
  await install("pnpm@10", "yarn@1", "berry@npm:@yarnpkg/cli-dist@4", "bun@1");
  const configured = async (key: string): Promise<string> =>
    (await execute("npm", ["config", "get", key], { cwd: "/", env: base })).stdout.trim();
  const [registry, cafile] = [await configured("registry"), await configured("cafile")];
  return {
    env: {
      ...base,
      TOOLS: join(folder, "node_modules"),
      npm_config_registry: registry,
      YARN_NPM_REGISTRY_SERVER: registry,
      ...(cafile !== "null" && cafile !== "" && { NODE_EXTRA_CA_CERTS: cafile }),
      ...ofTheirOwn(folder),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function installProject(folder: string, name: string, tools: Tools): Promise<void> {
  const { run, files = {} } = managers[name] ?? { run: "false" };
  const all = {
    ...(name in nodeManagers && {
      "package.json": JSON.stringify(project),
      "packages/one/package.json": JSON.stringify(part),
      "packages/one/cli.js": "#!/usr/bin/env node\n",
    }),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await execute("sh", ["-ec", run], { cwd: folder, env: tools.env });
}

test(
  "a run that changes nothing leaves nothing, however packages are laid out; and a file that it plants among them is told",
  { timeout },
  async () => {
    await using world = await createWorld();
    const at = (path: string): string => join(world.workspace, path);
    {
      await using tools = await installTools();
      for (const name of Object.keys(managers)) await installProject(at(name), name, tools);
    }
    await git(world.workspace, "init", "-q");
    await writeFile(at(".gitignore"), "node_modules\n.venv\ntarget\n");
    for (const [name, layout] of Object.entries(layouts)) {
      await mkdir(at(name));
      await makeLayout(at(name), layout);
    }
    const closed = at("go/.go/pkg/mod/example.com/a@v1.0.0");
    // At once: what the user has just installed is the user's
    const nothing = await world.run(["run", "--fail-on-handoff", "--", "true"]);
    expect([nothing.status, nothing.stderr]).toEqual([0, ""]);
    expect((await stat(closed)).mode & 0o777).toBe(0o555);

    const planted = [
      ...Object.entries(managers).map(([name, { plant }]) => `${name}/${plant}`),
      ...Object.entries(plants).map(([name, path]) => `${name}/${path}`),
    ];
    expect(Object.keys(plants)).toEqual(Object.keys(layouts));
    const script = 'for path; do mkdir -p "${path%/*}"; echo planted >"$path"; done';
    const result = await world.run([
      "run",
      "--fail-on-handoff",
      "--",
      "sh",
      "-c",
      script,
      "sh",
      ...planted,
    ]);
    expect(result.status).toBe(123);
    const [session = ""] = /(?<=all of it: vaultbox audit show )\S+/.exec(result.stderr) ?? [];
    const { stdout } = await world.run(["audit", "show", session]);
    const told = stdout.match(/(?<=^ {2}(?:new|changed) +[^\n]+: )\S+$/gm) ?? [];
    expect(told.toSorted()).toEqual(planted.toSorted());
    expect(await readFile(at("pip/.venv/lib/python3.11/site-packages/planted.pth"), "utf8")).toBe(
      "planted\n",
    );
  },
);
