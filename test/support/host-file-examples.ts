import type { HostExecutableRow } from "../../src/workspace/scan/host-executables/parse-rows.ts";

/** Paths that a row is about: its patterns without `*`, and those that are given for the others. */
export function toExamples({
  kind,
  tool,
  patterns,
  examples = "",
}: HostExecutableRow & { readonly examples?: string }): readonly string[] {
  const plain = patterns.split(" ").filter((one) => !one.includes("*"));
  const given = [...examples.split(" "), ...(listed.get(`${kind} | ${tool}`) ?? [])];
  return [...plain.map((one) => one.replace(/\/$/, "/a")), ...given.filter((one) => one !== "")];
}

/** Rows that paths are given for, as `kind | tool`. */
export function listRowsWithExamples(): readonly string[] {
  return [...listed.keys()];
}

/** Paths that patterns with a `*` fit to, as the tables of `host-executables` are written: a kind, then its tools. */
const text = `
git hooks
  git, from folders that projects link or copy hooks from | scripts/pre-commit.sh scripts/pre-push.sh
git hook managers
  lefthook | lefthook.yml .lefthook.toml lefthook-local.json .lefthook-local.yaml
  lint-staged | .lintstagedrc.mjs lint-staged.config.cjs
  husky 4 | .huskyrc.js
  simple-git-hooks | .simple-git-hooks.json simple-git-hooks.cjs
  commitlint | .commitlintrc.ts commitlint.config.js
git settings
  vcstool | ros2.repos
other version control
  DVC | data.csv.dvc
settings of git tools
  git-machete | .git/machete-pre-rebase
  Aviator | .git/av/config.yaml .git/av/config.json
VS Code tasks and settings
  VS Code tests | .vscode-test.mjs
VS Code workspaces
  VS Code | a.code-workspace
  VS Code profiles | a.code-profile
JetBrains run configurations
  IntelliJ platform | x.run.xml app.iml app.ipr app.iws
  Rider | App.sln.DotSettings App.sln.DotSettings.user
editor settings
  Emacs | a.elc a.eln
  Sublime Text | a.sublime-project a.sublime-workspace make.sublime-build a.sublime-settings a.sublime-commands a.sublime-keymap
  Pulsar, Atom | .atom-build.json
  TextMate | a.tmproj x.tmbundle/info.plist
  BBEdit | a.bbprojectd/project.bbprojectsettings
  Geany, Kate | a.geany
  Qt Creator | app.pro.user app.creator app.pro lib.pri app.qbs a.qmlproject
  KDevelop | a.kdev4 a.kdev_include_paths
  Code::Blocks, CodeLite | a.cbp a.workspace
  Eclipse | run.launch my.target oomph.setup
  NetBeans | nbactions-debug.xml
  Lazarus, Delphi | a.lpi a.lpr a.lps a.dproj a.dpk a.dpr a.groupproj
  RStudio, Positron | a.Rproj
  MATLAB | a.prj
  Unity, Unreal, Godot | a.uproject a.uplugin Game.Build.cs Game.Target.cs
language servers
  TypeScript | tsconfig.base.json jsconfig.app.json
  GraphQL | .graphqlrc.yml graphql.config.ts apollo.config.js
directory environments
  direnv | .envrc.local
  dotenv | .env.local .env-cmdrc.json
tool versions
  mise | mise.local.toml .mise.prod.toml .rtx.local.toml
Nix builds
  Nix | package.nix
shell start files
  zsh | .zshrc.zwc
  PowerShell | Microsoft.PowerShell_profile.ps1 profile.ps1 a.psrc a.pssc a.psd1 a.psm1
  prompts | theme.omp.json
search and shell tools
  Zellij, kitty, WezTerm, Alacritty | dev.kitty-session
  overmind, hivemind, foreman | Procfile.dev
  process-compose, mprocs, pm2 | process-compose.override.yaml ecosystem.config.cjs pm2.config.js
debugger settings
  GDB | libfoo-gdb.py app-gdb.gdb app-gdb.scm
  LLDB | .lldbinit-Xcode
  Delve, rr, radare2, Valgrind | trace.wds
interactive programs
  psql, mysql | .psqlrc-16
desktop starters
  freedesktop | app.desktop
  Windows | a.lnk a.url a.scf a.library-ms a.searchConnector-ms a.appref-ms a.settingcontent-ms a.pif a.hta a.theme
  macOS | a.command a.scpt a.applescript a.workflow/document.wflow a.webloc a.inetloc a.fileloc a.terminal a.action/Info.plist
      a.mobileconfig
agent instructions
  AGENTS.md | AGENTS.override.md AGENT.local.md
  Claude Code | CLAUDE.local.md
  Gemini CLI | GEMINI.local.md
  GitHub Copilot | ts.instructions.md new.prompt.md plan.chatmode.md x.agent.md
  Codex, Qwen Code, Crush | codex.local.md qwen.local.md CRUSH.local.md
  Cursor | style.mdc
  Cline, Roo, Kilo | .clinerules-code .roorules-code
  goose | .goosehints.local
  llms.txt | llms-ctx.txt
MCP servers
  Model Context Protocol | server.mcpb server.dxt
other agents' settings
  IBM Bob | .bobrules-code
make files
  make | Makefile.am rules.mk win.mak app.make Makefile-common
  just | ci.just justfile.local
task runners
  Task | Taskfile.dist.yml Taskfile.dist.yaml Taskfile_linux.yml
  Rake, Thor, Mage | db.rake app.thor
  Tilt, Garden, DevSpace, Okteto | app.garden.yml
  Ninja, Meson, SCons, b2 | rules.ninja Jamfile.v2 Jamroot.jam
  Vagrant, Packer | a.pkr.hcl a.pkr.json
  Nextflow, MLflow | main.nf
C builds
  CMake | FindFoo.cmake Config.cmake.in
  Autotools | lib.ac lib.am a.m4
  vcpkg, CPM, Hunter, clib | lib.buildfile
  gyp, GN | args.gn rules.gni app.gyp gyp_main.py
  cppcheck, lint plugins | app.cppcheck
  gcc specs, linker scripts, plugins | nano.specs
  Doxygen | Doxyfile.in api.doxyfile
  embedded | board.ioc a.uvprojx a.ewp
Bazel builds
  Bazel | ci.bazelrc defs.bzl deps.bazel
  Buck | .buckconfig.local a.buck
  Pants | pants.ci.toml
  Please, Blueprint, Soong | .plzconfig.local .plzconfig_linux defs.build_defs a.build
documents
  pandoc, Quarto, R Markdown, Jupyter Book | _quarto-ci.yml
  Vale, proselint, codespell, cspell | cspell.config.json
  Typst, ConTeXt, TeX | a.latexmkrc
npm scripts
  node-gyp | common.gypi
package loaders
  Lage, Bolt, beachball | lage.config.js backfill.config.js beachball.config.js just.config.ts
  npm-run-all, nps, zx, wsrun | package-scripts.js
JavaScript tool settings
  cosmiconfig | eslint.config.js jest.config.cjs vite.config.mjs vitest.config.ts knip.config.cts tsup.config.mts next.config.jsx
      a.config.tsx
  cosmiconfig | karma.config.json a.config.jsonc a.config.json5 a.config.yaml a.config.yml lychee.config.toml
  cosmiconfig | .eslintrc.js .prettierrc.cjs .mocharc.mjs .swcrc.ts .arc.cts .arc.mts .babelrc.json .oxlintrc.jsonc .renovaterc.json5
      .remarkrc.yaml .htmllintrc.yml .prettierrc.toml
  rc files | .babelrc .swcrc .sentryclirc .releaserc
  webpack, Rollup | webpack.prod.js webpack.dev.ts webpack.a.cjs webpack.a.mjs rollup.prod.js
  Vite, Vitest, Jest | vite.lib.js vite.lib.ts vitest.setup.js vitest.workspace.ts vitest.projects.mjs jest.setup.js jest.preset.ts
      jest.e2e.json jest-preset.js jest-e2e.json setupTests.ts
  Grunt, gulp, Jake, Broccoli, Brunch | Gruntfile.js gulpfile.ts gulpfile.esm.js
  Karma, Protractor, Nightwatch, WebdriverIO | karma.conf.coffee wdio.conf.js wdio.conf.ts nightwatch.conf.cjs protractor.conf.mjs
      wdio.conf.mts
  Cypress, TestCafe, CodeceptJS | codecept.conf.js
  Ember, Meteor, Sails | ember-cli.js .ember-cli.js testem.ci.js
  Gatsby, Eleventy, Hexo, VuePress, Docusaurus | gatsby-node.js gatsby-config.ts gatsby-browser.mjs
  Electron, Tauri, Neutralino | electron-builder.yml forge.config.ts .electron-builder.json tauri.linux.conf.json electron.vite.config.js
  parcel, esbuild, snowpack, Farm, Rsbuild | esbuild.mjs rspack.prod.js
  ESLint, XO, Standard | eslint-local-rules.cjs
  TSLint, JSHint, JSCS | typedoc.mjs
  markdownlint, remark, textlint | .markdownlint-cli2.cjs .markdownlint.cjs .textlint.js
  Plop, Hygen, Yeoman, Scaffdog | plopfile.ts
  semantic-release, release-it, changesets, np | release.config.cjs .release-it.json .changeset/changelog.js .np-config.js
      conventional-changelog.js
  npm-check-updates, syncpack, knip, depcheck | .ncurc.cjs
  Wallaby, Quokka, Stryker, c8, nyc | wallaby.conf.js stryker.conf.mjs stryker.ci.json
  AVA, Jasmine, Mocha, uvu, tap | ava.config.mjs japa.js
  GraphQL Codegen, OpenAPI, Prisma, Drizzle, Knex | codegen.ts orval.config.ts prisma/seed.ts knexfile.js ormconfig.json .mikro-orm.ts
  Size Limit, dependency-cruiser, XO, CSpell | .size-limit.js .dependency-cruiser.cjs .xo-config.js .cspell.js
  Lighthouse CI, Percy, Pa11y, Spectral, Redocly | lighthouserc.js .percy.js .pa11yci.js .spectral.js
  Sanity, Medusa | sanity.cli.ts medusa-config.js
  Ghost, Strapi, Keystone, Directus | keystone.ts
  Shopify, Zendesk, Salesforce | shopify.app.dev.toml
Python environments
  site | a.pth a.start python312._pth
  Python | __pycache__/sitecustomize.cpython-312.pyc
  IPython, Jupyter | jupyter_server_config.py jupyter_notebook_config.json
  Python modules | a.pyc a.pyo a.pyd a.cpython-311-x86_64-linux-gnu.so a.cpython-311-x86_64-linux-musl.so a.cpython-311-darwin.so a.abi3.so
  pip | requirements-dev.txt requirements-test.in
.venv/bin
  venv | .tox/py312/bin/python .nox/tests/bin/python .direnv/python-3.12/bin/python
Python builds and tests
  Salt, Buildbot, SCons, waf | .lock-wafbuild
  Snakemake, Luigi, Airflow, dbt, Dagster, Prefect | rules.smk
  Cython, cffi, SWIG, Nuitka, PyInstaller | app.spec a.pyxbld
Gradle builds
  Gradle | settings.gradle build.gradle.kts settings.gradle.dcl init.d/a.gradle gradle/libs.versions.toml
      gradle/gradle-daemon-jvm.properties gradle/verification-metadata.xml .gradle/init.gradle
Maven builds
  Maven | parent.pom
JVM builds
  Ant, Ivy | a.ant
  sbt | deps.sbt project/Dependencies.scala project/plugins.sbt
  Mill, Scala CLI, Bleep, Ammonite | util.mill
  Clojure | dev.cljs.edn
  Kotlin, Groovy, JBang | a.main.kts
  Java options | java.argfile
  annotation processors, agents | META-INF/a.kotlin_module
.NET builds
  MSBuild | a.sln a.slnx a.slnf a.csproj a.fsproj a.vbproj a.vcxproj a.vcproj a.sqlproj a.shproj a.wixproj a.proj a.projitems a.pyproj
      a.njsproj a.esproj a.nativeproj a.dcproj a.ccproj a.wapproj a.xproj Directory.Build.props Directory.Build.targets a.tasks
      App.csproj.user a.suo a.rsp a.OverrideTasks
  Visual Studio | a.runsettings a.testsettings source.extension.vsixmanifest a.ruleset a.tt a.t4 a.natvis
  .NET CLI | a.deps.json a.runtimeconfig.json a.globalconfig a.runtimeconfig.template.json
  NuGet | a.nuspec
  Cake, FAKE, NUKE, psake | a.cake lib.build.ps1
  web and desktop apps | a.exe.config a.dll.config a.exe.manifest a.exe.local Web.Release.config
Go settings
  golangci-lint, air, gqlgen, wire, sqlc, ent | buf.gen.go.yaml
Ruby settings
  Bundler | Gemfile.local app.gemspec rails7.gemfile
  RuboCop, Reek, Brakeman, Standard | .rubocop_todo.yml
  Guard, Capistrano, Berkshelf, Foodcritic, Brew | Dangerfile.ts
  fastlane, CocoaPods | Podfile.local a.podspec
PHP builds
  PHP-CS-Fixer, PHPStan, Psalm, Rector, Phan | extension.neon
  web servers | local.caddyfile
  Laravel, Symfony, Drupal, WordPress, Magento | .lando.base.yml
Lua settings
  Lua | a-1.0-1.rockspec place.project.json
Haskell settings
  GHC, Cabal, Stack | .ghc.environment.x86_64-linux-9.6 cabal.project.local app.cabal stack.ci.yaml stack-9.6.yaml
  Agda, Idris, Lean, Coq, Isabelle | a.agda-lib a.ipkg a.coqrc
OCaml settings
  OCaml | dune-workspace.ci a.opam a.opam.template
Erlang and Elixir settings
  Erlang | a.app.src.script
Swift and Xcode builds
  Swift packages | Package@swift-5.9.swift
  Xcode | App.xcodeproj/project.xcworkspace/contents.xcworkspacedata A.xcworkspace/contents.xcworkspacedata a.xcscheme a.xcconfig
      a.xctestplan A.xcplaygroundpage/Contents.swift a.xcbuildrules
other languages' builds
  Nim | a.nimble tests.nims a.nim.cfg
  Racket, Scheme, Common Lisp | app.asd lib.asdf run.ros
  Ada, Fortran, COBOL | app.gpr auto.cgpr
  Haxe, ActionScript, Ring, Pony | build.hxml
  hardware: Verilog, VHDL, Chisel | a.xdc a.qsf a.xpr a.sby
  Pkl, CUE, Jsonnet, Nickel | deploy_tool.cue
lock files
  Poetry, PDM, uv, Pipenv, conda-lock | pylock.dev.toml
dev containers
  Docker sandboxes, Lima, Multipass, distrobox | dev.lima.yaml
containers
  Docker, Podman | Dockerfile.dev Containerfile.dev api.Dockerfile api.Containerfile docker-bake.override.hcl docker-bake.override.json
      Dockerfile-dev
  Compose | docker-compose.override.yml docker-compose.dev.yaml docker-compose-dev.yml docker-compose-dev.yaml compose.override.yml
      compose.dev.yaml app.compose.yml app.compose.yaml
  Podman, Apptainer | Singularity.dev
  devices of images: Kiwi, mkosi, BuildStream | mkosi.build a.kiwi app.bst a.bb a.bbappend a.bbclass
Kubernetes tools
  Skaffold | skaffold.dev.yaml
  Helm, Helmfile | helmfile.prod.yaml
  kubectl, k9s, Krew | dev.kubeconfig
infrastructure as code
  Terraform, OpenTofu | main.tf a.tf.json main.tofu a.tofu.json prod.tfvars prod.tfvars.json a.tftest.hcl dev.tfrc prod.tfbackend
  Terragrunt, Terramate, Atmos, Spacelift | env.terragrunt.hcl stack.tm.hcl
  Pulumi, CDK, SST, Serverless, SAM | Pulumi.dev.yaml Pulumi.dev.yml serverless.prod.yml
  Nomad, Consul, Vault, Waypoint, Boundary | web.nomad web.nomad.hcl a.ctmpl
  chezmoi, yadm, dotbot, stow | .chezmoi.toml.tmpl run_once_install.sh run_onchange_a.sh .chezmoiexternal.toml
CI workflows
  GitLab | test.gitlab-ci.yml .gitlab-ci-local-env
  Jenkins | Jenkinsfile.release app.jenkinsfile
  Azure Pipelines | azure-pipelines-ci.yml azure-pipelines.pr.yml
  Google Cloud Build, Cloud Deploy | cloudbuild-prod.yaml
  AWS CodeBuild, CodeDeploy, Amplify | buildspec-test.yml
  TeamCity, Bamboo, GoCD, Concourse | build.gocd.yaml build.gocd.json
  hosting: Netlify, Vercel, Cloudflare, Render, Fly | fly.staging.toml
  packages: Debian, RPM, Arch, Snap, Flatpak, AppImage | debian/app.postinst debian/app.preinst debian/app.postrm debian/app.prerm
      app-1.ebuild
Python
  Python | __pycache__/a.cpython-311.pyc __pycache__/a.nbi __pycache__/a.1.nbc
Cargo
  Cargo | build_script_build-0a liba.rlib liba.rmeta
C and C++
  make, GCC, Clang | a.o a.obj a.a a.so a.dylib a.dll a.h.gch a.pch a.pcm
Java
  javac, Kotlin, Scala | A.class a.jar A.tasty
Erlang and Elixir
  erlc, mix | a.beam
JavaScript
  Node.js add-ons | a.node
.NET
  NuGet, MSBuild | obj/a.csproj.nuget.g.props obj/a.csproj.nuget.g.targets
Haskell
  GHC, Cabal, Stack | a.hi a.dyn_hi
Swift, Zig, Dart and Elm
  Swift | a.swiftmodule
OCaml
  dune, ocamlc | a.cmo a.cmi a.cmx a.cmxs a.cma
Lisps
  SBCL, Racket | a.fasl compiled/a_rkt.zo
`;

const listed: ReadonlyMap<string, readonly string[]> = readListed();

function readListed(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let kind = "";
  for (const line of text.replaceAll(/\n {6}/g, " ").split("\n")) {
    if (!line.startsWith(" ")) kind = line;
    const [tool, paths] = line.startsWith(" ") ? line.trim().split(" | ") : [];
    const key = `${kind} | ${tool}`;
    if (paths !== undefined) found.set(key, [...(found.get(key) ?? []), ...paths.split(" ")]);
  }
  return found;
}
