import { parseHostExecutables } from "./parse-rows.ts";

/** What package managers fetch, by the address and the hash that stand in these files, and then run or build. */
export const lockFiles = parseHostExecutables(`
lock files
  npm | package-lock.json | npm help 5 package-lock-json
  Yarn | yarn.lock | yarnpkg.com/configuration/yarnrc#enableHardenedMode
  pnpm | pnpm-lock.yaml | pnpm.io/git#lockfiles
  Bun | bun.lock | bun.sh/docs/install/lockfile
  Deno | deno.lock | docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files
  Poetry, PDM, uv, Pipenv, conda-lock | poetry.lock pdm.lock uv.lock pipfile.lock pylock.toml pylock.*.toml pixi.lock conda-lock.yml |
      packaging.python.org/en/latest/specifications/pylock-toml | pylock.dev.toml
  Composer | composer.lock | getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control
  Dart | pubspec.lock | dart.dev/tools/pub/glossary#lockfile
  Swift | package.resolved | docs.swift.org/swiftpm/documentation/packagemanagerdocs/resolvingpackageversions
  Nix | flake.lock | nix.dev/manual/nix/stable/command-ref/new-cli/nix3-flake#lock-files
  Lake | lake-manifest.json | lean-lang.org/doc/reference/latest/Build-Tools-and-Distribution/Lake
`);
