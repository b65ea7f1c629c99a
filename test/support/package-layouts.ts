import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git } from "./git.ts";

// Projects as package managers leave them that a test machine doesn't have (Cargo, Go, Poetry, uv: their compilers and
// interpreters are too large), or leave them with packages of a registry: made by hand, file by file as the tool makes
// them. Nothing in them has an author's content. Real installs are in e2e/package-layouts.test.ts.

/** A file's text, or where a link leads. */
type Entry = string | { readonly link: string };

/** Files by path, then folders with a clone of a repository, and bare repositories. */
interface Layout {
  readonly files: Readonly<Record<string, Entry>>;
  readonly clones?: readonly string[];
  readonly bare?: readonly string[];
  /** Folders that are closed for writing once all is in them, inner ones first */
  readonly readOnly?: readonly string[];
}

const python = "lib/python3.11/site-packages";
const mod = ".go/pkg/mod";
const gems = "vendor/bundle/ruby/3.3.0";

/** What venv, virtualenv and uv have in common. */
const environment: Readonly<Record<string, Entry>> = {
  ".venv/pyvenv.cfg": "home = /usr/bin\nversion = 3.11.2\n",
  ".venv/bin/python": { link: "/usr/bin/python3" },
  ".venv/bin/python3": { link: "python" },
  ".venv/bin/activate": "deactivate () { :; }\n",
  ".venv/bin/black": "#!/usr/bin/python3\n",
  ".venv/lib64": { link: "lib" },
  [`.venv/${python}/black/__init__.py`]: "",
  [`.venv/${python}/black/__pycache__/__init__.cpython-311.pyc`]: "\u0000",
  [`.venv/${python}/black/core.cpython-311-x86_64-linux-gnu.so`]: "ELF",
  [`.venv/${python}/black-24.1.0.dist-info/RECORD`]: "black/__init__.py,,\n",
  [`.venv/${python}/distutils-precedence.pth`]: "import os\n",
  [`.venv/${python}/jupyter/node_modules/a/node_modules/.bin/b`]: "#!/usr/bin/env node\n",
};

export const layouts: Readonly<Record<string, Layout>> = {
  pip: { files: { ...environment, "requirements.txt": "black\n" } },
  poetry: {
    files: {
      ...environment,
      "pyproject.toml": "[tool.poetry]\n",
      "poetry.lock": "",
      "poetry.toml": "[virtualenvs]\nin-project = true\n",
      ".venv/.gitignore": "*\n",
      ".venv/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n",
      ".venv/bin/activate.fish": "",
      ".venv/bin/activate_this.py": "",
      [`.venv/${python}/_virtualenv.pth`]: "import _virtualenv",
      [`.venv/${python}/_virtualenv.py`]: "",
      [`.venv/${python}/project.pth`]: "/src/project\n",
    },
  },
  uv: {
    files: {
      ...environment,
      "pyproject.toml": "[project]\n",
      "uv.lock": "version = 1\n",
      ".venv/.lock": "",
      ".venv/bin/python": { link: "/opt/uv/python/cpython-3.12-linux-x86_64-gnu/bin/python3.12" },
      [`.venv/${python}/_editable_impl_project.pth`]: "/src/project\n",
      ".venv/src/editable/pyproject.toml": "[project]\n",
    },
    clones: [".venv/src/editable"],
  },
  cargo: {
    files: {
      "Cargo.toml": "[package]\n",
      "Cargo.lock": "version = 3\n",
      ".cargo/config.toml": '[source.crates-io]\nreplace-with = "vendored-sources"\n',
      "vendor/semver/.cargo-checksum.json": "{}",
      "vendor/semver/Cargo.toml": "[package]\n",
      "vendor/semver/build.rs": "fn main() {}\n",
      "cargo-home/registry/index/index-6f17d22bba15001f/.cargo/registry.cache": "",
      "cargo-home/registry/cache/index-6f17d22bba15001f/semver-1.0.0.crate": "",
      "cargo-home/registry/src/index-6f17d22bba15001f/semver-1.0.0/.cargo-ok": '{"v":1}',
      "cargo-home/registry/src/index-6f17d22bba15001f/semver-1.0.0/build.rs": "fn main() {}\n",
      "cargo-home/.package-cache": "",
      "cargo-home/git/checkouts/a-0123456789abcdef/89abcde/.cargo-ok": "",
      "target/.rustc_info.json": "{}",
      "target/debug/.cargo-lock": "",
      "target/debug/.fingerprint/p-0123456789abcdef/bin-p.json": "{}",
      "target/debug/deps/p-0123456789abcdef": "ELF",
      "target/debug/build/semver-0123456789abcdef/build-script-build": "ELF",
    },
    clones: ["cargo-home/git/checkouts/a-0123456789abcdef/89abcde"],
    bare: ["cargo-home/git/db/a-0123456789abcdef"],
  },
  go: {
    files: {
      "go.mod": "module p\n",
      "go.sum": "",
      "vendor/modules.txt": "# example.com/a v1.0.0\n",
      "vendor/example.com/a/a.go": "package a\n",
      [`${mod}/example.com/a@v1.0.0/go.mod`]: "module example.com/a\n",
      [`${mod}/example.com/a@v1.0.0/inner/a.go`]: "package inner\n",
      [`${mod}/cache/download/example.com/a/@v/v1.0.0.mod`]: "module example.com/a\n",
      [`${mod}/cache/download/example.com/a/@v/v1.0.0.zip`]: "PK",
      [`${mod}/cache/lock`]: "",
      [`${mod}/cache/vcs/0123456789abcdef.info`]: "git3:example",
    },
    bare: [`${mod}/cache/vcs/0123456789abcdef`],
    readOnly: [`${mod}/example.com/a@v1.0.0/inner`, `${mod}/example.com/a@v1.0.0`],
  },
  bundler: {
    files: {
      Gemfile: "gem 'rake'\n",
      "Gemfile.lock": "GEM\n",
      ".bundle/config": 'BUNDLE_PATH: "vendor/bundle"\n',
      "bin/rake": "#!/usr/bin/env ruby\n",
      [`${gems}/bin/rake`]: "#!/usr/bin/env ruby\n",
      [`${gems}/gems/rake-13.2.1/rake.gemspec`]: "",
      [`${gems}/gems/rake-13.2.1/Rakefile`]: "",
      [`${gems}/specifications/rake-13.2.1.gemspec`]: "",
      [`${gems}/cache/rake-13.2.1.gem`]: "",
      [`${gems}/extensions/x86_64-linux/3.3.0/racc-1.8.1/racc/cparse.so`]: "ELF",
      [`${gems}/bundler/gems/a-0123456789ab/a.gemspec`]: "",
    },
    clones: [`${gems}/bundler/gems/a-0123456789ab`],
    bare: [`${gems}/cache/bundler/git/a-0123456789abcdef0123456789abcdef01234567`],
  },
  composer: {
    files: {
      "composer.json": "{}",
      "composer.lock": "{}",
      "vendor/autoload.php": "<?php\n",
      "vendor/composer/installed.json": "{}",
      "vendor/composer/autoload_files.php": "<?php\n",
      "vendor/bin/phpunit": "#!/usr/bin/env php\n",
      "vendor/bin/linked": { link: "../a/b/bin/linked" },
      "vendor/a/b/composer.json": "{}",
      "vendor/a/b/bin/linked": "#!/usr/bin/env php\n",
      "vendor/a/source/composer.json": "{}",
    },
    clones: ["vendor/a/source"],
  },
};

/** Makes a project of one of these. */
export async function makeLayout(
  folder: string,
  { files, clones = [], bare = [], readOnly = [] }: Layout,
): Promise<void> {
  for (const [path, entry] of Object.entries(files)) {
    const at = join(folder, path);
    await mkdir(dirname(at), { recursive: true });
    if (typeof entry === "string") await writeFile(at, entry);
    else await symlink(entry.link, at);
  }
  for (const path of clones) {
    await git(join(folder, path), "init", "-q");
    await git(join(folder, path), "add", "-A");
    await git(join(folder, path), "commit", "-q", "-m", "one");
  }
  for (const path of bare) await git(folder, "init", "-q", "--bare", join(folder, path));
  for (const path of readOnly) await chmod(join(folder, path), 0o555);
}
