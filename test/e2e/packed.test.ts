import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { findBrokenLinks } from "../docs/links.ts";
import { createCanary } from "../support/canary.ts";
import type { CliResult } from "../support/run-cli.ts";

const root = resolve(import.meta.dirname, "../..");
const timeout = 600_000;

/** npm's messages name the registry, so they are never part of an assertion or of an error. */
function runNpm(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, reject) => {
    execFile("npm", [...args], { cwd, maxBuffer: 64e6 }, (error, stdout) => {
      if (error === null) done(stdout);
      else reject(new Error(`npm ${args[0]} failed with ${error.code}; run it by hand to see why`));
    });
  });
}

interface Installed extends AsyncDisposable {
  readonly folder: string;
  /** The installed program, as a shell finds it */
  readonly vaultbox: (
    args: readonly string[],
    options?: { readonly input?: string; readonly path?: string },
  ) => Promise<CliResult>;
}

/** Packs the tree as it is, dist included, and installs the tarball into an empty folder. */
async function installPacked(): Promise<Installed> {
  await using stack = new AsyncDisposableStack();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-packed-")));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const prefix = join(folder, "prefix");
  const workspace = join(folder, "workspace");
  await Promise.all([mkdir(prefix), mkdir(workspace)]);
  // The build was made before the tests; a second one would take dist away from those that run now
  await runNpm(["pack", "--ignore-scripts", "--pack-destination", folder], root);
  const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
  // vaultbox needs no script of a package; one of its packages would compile something optional for ten seconds
  const quick = ["--no-audit", "--no-fund", "--ignore-scripts"];
  await runNpm(["install", "--prefix", prefix, ...quick, tarball], prefix);
  const bin = join(prefix, "node_modules", ".bin");
  const kept = stack.move();
  return {
    folder,
    vaultbox: (args, { input = "", path = dirname(process.execPath) } = {}) =>
      new Promise((done) => {
        const inherited = ["DOCKER_HOST", "VAULTBOX_BASE", "LANG", "NODE_EXTRA_CA_CERTS"];
        const env = {
          ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
          HOME: folder,
          PATH: [bin, path, "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
        };
        const child = execFile("vaultbox", [...args], { cwd: workspace, env }, (error, out, err) =>
          done({ stdout: out, stderr: err, status: error === null ? 0 : Number(error.code) }),
        );
        child.stdin?.end(input);
      }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

test("the package has what runs and what is read, and nothing else", async () => {
  const stdout = await runNpm(["pack", "--dry-run", "--json", "--ignore-scripts"], root);
  const [packed] = JSON.parse(stdout) as [
    { files: { path: string; mode: number }[]; size: number },
  ];
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      "bin/vaultbox.js",
      "dist/main.js",
      "dist/relay/main.js",
      "devcontainer/Dockerfile",
      "docs/cli.md",
      "docs/vaultbox.schema.json",
      "man/vaultbox.1",
      "LICENSE",
      "README.md",
    ]),
  );
  const expected = /^(bin|dist|devcontainer|docs|man)\/|^(package\.json|[A-Z]+(\.md)?)$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  expect(paths.filter((path) => /\.(ts|tsx|map|test\.js)$|^\.|\/\./.test(path))).toEqual([]);
  expect(packed.size).toBeLessThan(1_000_000);
  // Of a text, which the manifest could be as well, npm 11 puts no page where man finds it
  expect(manifest.man).toEqual(["./man/vaultbox.1"]);
  const pages = paths.filter((path) => path.endsWith(".md"));
  const texts = await Promise.all(pages.map((path) => readFile(join(root, path), "utf8")));
  const read = new Map(pages.map((path, index) => [path, texts[index] ?? ""]));
  expect(findBrokenLinks(read, (path) => paths.includes(path))).toEqual([]);
});

test("installed from its tarball it works as a user finds it", { timeout }, async () => {
  await using installed = await installPacked();
  const { vaultbox } = installed;
  expect(await vaultbox(["--version"])).toEqual({
    stdout: `${manifest.version}\n`,
    stderr: "",
    status: 0,
  });
  const help = await vaultbox(["--help"]);
  expect(help).toMatchObject({ status: 0, stderr: "" });
  expect(help.stdout).toContain("vaultbox run -- claude");

  const secret = createCanary();
  const add = ["cred", "add", "items", "--host", "api.example.com", "--bearer", "--env", "ITEMS"];
  expect(await vaultbox(add, { input: secret })).toMatchObject({ status: 0 });
  const list = await vaultbox(["cred", "list", "--json"]);
  expect(list.status).toBe(0);
  expect(JSON.parse(list.stdout)).toMatchObject({ credentials: [{ name: "items" }] });
  expect(list.stdout).not.toContain(secret);

  expect(await vaultbox(["run", "--", "true"])).toMatchObject({ status: 0, stdout: "" });
  const inside = await vaultbox([
    "run",
    "--vault",
    "default",
    "--",
    "sh",
    "-c",
    "echo $ITEMS; exit 7",
  ]);
  expect(inside.status).toBe(7);
  expect(inside.stdout.trim()).not.toBe("");
  expect(inside.stdout).not.toContain(secret);
  expect(await vaultbox(["audit", "verify"])).toMatchObject({ status: 0, stderr: "" });
});

/** Folder of a Node.js older than 24 on this machine's own PATH. */
async function findOldNode(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "node");
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere || folder.includes("node_modules")) continue;
    const version = await new Promise<string>((done) => {
      execFile(path, ["--version"], (_error, stdout) => done(stdout));
    });
    if (Number(/^v(\d+)\./.exec(version)?.[1] ?? 24) < 24) return folder;
  }
  return undefined;
}

test("an older Node.js is told what to do, in two lines and without a stack", async (context) => {
  const folder = await findOldNode();
  if (folder === undefined) context.skip("the Node.js on this machine's PATH is not older than 24");
  const result = await new Promise<CliResult>((done) => {
    const args = [join(root, "bin", "vaultbox.js"), "run", "--", "true"];
    execFile(join(folder ?? "", "node"), args, (error, stdout, stderr) =>
      done({ stdout, stderr, status: Number(error?.code ?? 0) }),
    );
  });
  expect(result.stderr).toMatch(
    /^vaultbox: error: vaultbox needs Node\.js 24 or newer, and this is \d+\.\d+\.\d+\nvaultbox: hint: install a current Node\.js, or "npm install node@24" and put its bin on PATH\n$/,
  );
  expect(result).toMatchObject({ status: 1, stdout: "" });
});
