/** Files that programs of the host run, or take their settings or instructions from, without being asked. */
export interface MarkKind {
  readonly kind: string;
  /** Of the last name, or of the folders from the workspace with `/` at their end */
  readonly of: "name" | "folder";
  readonly pattern: string;
}

function named(kind: string, pattern: string): MarkKind {
  return { kind, of: "name", pattern };
}

function inFolder(kind: string, folders: string): MarkKind {
  return { kind, of: "folder", pattern: folders };
}

/** The first that fits names a file; what isn't a file has its kind from elsewhere. */
export const markKinds: readonly MarkKind[] = [
  inFolder("git hooks", String.raw`\.husky|\.githooks|\.git-hooks|\.hooks|git-hooks`),
  named(
    "git hook managers",
    String.raw`\.pre-commit-config\.ya?ml|\.?lefthook(?:-local)?\.(?:ya?ml|json|toml)|\.overcommit\.yml|\.lintstagedrc(?:\..+)?|lint-staged\.config\..+|\.huskyrc(?:\..+)?|\.simple-git-hooks\..+|commitlint\.config\..+`,
  ),
  named("git attributes", String.raw`\.gitattributes`),
  named("git submodules", String.raw`\.gitmodules`),
  named("git LFS settings", String.raw`\.lfsconfig`),
  named("git settings", String.raw`\.gitconfig|\.gitignore_global`),
  inFolder("VS Code tasks and settings", String.raw`\.vscode`),
  named("VS Code workspaces", String.raw`.+\.code-workspace`),
  inFolder("JetBrains run configurations", String.raw`\.idea|\.run`),
  inFolder("editor settings", String.raw`\.zed|\.fleet|\.nova|\.vs|\.settings`),
  named(
    "editor settings",
    String.raw`\.editorconfig|\.?exrc|\.nvim\.lua|\.nvimrc|\.vimrc|\.lvimrc|\.dir-locals(?:-2)?\.el|.+\.sublime-(?:project|workspace)|\.project|\.classpath`,
  ),
  named(
    "directory environments",
    String.raw`\.envrc|\.env(?:\..+)?|\.autoenv(?:\.zsh)?|\.in|\.out`,
  ),
  named(
    "tool versions",
    String.raw`\.tool-versions|\.?mise(?:\..+)?\.toml|\.nvmrc|\.python-version|\.ruby-version|\.rtx\.toml|\.prototools|\.sdkmanrc`,
  ),
  inFolder("tool versions", String.raw`\.mise|\.config/mise|\.direnv`),
  named("npm scripts", String.raw`package\.json`),
  named("npm settings", String.raw`\.npmrc`),
  named("Yarn settings", String.raw`\.yarnrc(?:\.yml)?`),
  inFolder("Yarn releases and plugins", String.raw`\.yarn/(?:releases|plugins|sdks)`),
  named(
    "package loaders",
    String.raw`\.pnp\.(?:c?js|loader\.mjs)|\.?pnpmfile\.c?js|bunfig\.toml|deno\.jsonc?|nodemon\.json`,
  ),
  inFolder("node_modules/.bin", String.raw`node_modules/\.bin`),
  named(
    "JavaScript tool settings",
    String.raw`\.?(?:eslint|prettier|babel|jest|vitest|vite|webpack|rollup|tailwind|postcss|stylelint|next|nuxt|svelte|astro|metro|mocha|playwright|cypress|karma|gulpfile|gruntfile|tsup|esbuild)(?:rc|\.config)?\.(?:js|cjs|mjs|ts|mts|cts|json|ya?ml)|\.(?:eslint|prettier|babel|stylelint|mocha|swc)rc`,
  ),
  named("make files", String.raw`(?:gnu)?makefile(?:\.am|\.in)?|.+\.mk`),
  named(
    "task runners",
    String.raw`\.?justfile|taskfile(?:\.dist)?\.ya?ml|procfile|rakefile|noxfile\.py|tox\.ini|tasks\.py|fabfile\.py|dodo\.py|magefile\.go|build\.zig|earthfile|tiltfile`,
  ),
  inFolder(
    "CI workflows",
    String.raw`\.github/(?:workflows|actions)|\.circleci|\.buildkite|\.woodpecker|\.gitea/workflows|\.forgejo/workflows|\.gitlab`,
  ),
  named(
    "CI workflows",
    String.raw`\.gitlab-ci\.ya?ml|jenkinsfile|azure-pipelines\.ya?ml|\.travis\.yml|\.drone\.ya?ml|bitbucket-pipelines\.yml|appveyor\.yml|cloudbuild\.ya?ml|dependabot\.yml|renovate\.json5?`,
  ),
  named("Python environments", String.raw`pyvenv\.cfg|sitecustomize\.py|usercustomize\.py|.+\.pth`),
  inFolder(".venv/bin", String.raw`\.?v?env/(?:bin|scripts)|\.tox/[^/]+/bin`),
  named(
    "Python builds and tests",
    String.raw`setup\.py|setup\.cfg|pyproject\.toml|conftest\.py|pip\.conf|hatch\.toml|\.python_startup\.py`,
  ),
  named(
    "agent instructions",
    String.raw`(?:claude|agents|gemini|copilot-instructions|codex|qwen)(?:\.local|\.override)?\.md|\.cursorrules|\.windsurfrules|\.clinerules|\.goosehints|\.rules`,
  ),
  named("MCP servers", String.raw`\.?mcp\.json|mcp_config\.json`),
  inFolder("Claude Code settings", String.raw`\.claude`),
  inFolder("Cursor settings", String.raw`\.cursor`),
  inFolder("Codex settings", String.raw`\.codex|\.agents`),
  inFolder("Gemini settings", String.raw`\.gemini|\.qwen`),
  inFolder(
    "other agents' settings",
    String.raw`\.opencode|\.continue|\.windsurf|\.roo|\.clinerules|\.kiro|\.junie|\.amazonq|\.goose|\.aider`,
  ),
  named("other agents' settings", String.raw`\.aider\.conf\.yml|opencode\.jsonc?|\.goosehints`),
  inFolder("dev containers", String.raw`\.devcontainer`),
  named(
    "dev containers",
    String.raw`\.devcontainer\.json|\.gitpod\.ya?ml|devfile\.ya?ml|vaultbox\.yaml`,
  ),
  named(
    "containers",
    String.raw`(?:.+\.)?(?:dockerfile|containerfile)(?:\..+)?|(?:docker-)?compose(?:\..+)?\.ya?ml|vagrantfile|skaffold\.yaml`,
  ),
  inFolder("Cargo settings", String.raw`\.cargo`),
  named("Cargo settings", String.raw`rust-toolchain(?:\.toml)?`),
  named("Cargo builds", String.raw`build\.rs|cargo\.toml`),
  named("Gradle wrapper", String.raw`gradlew(?:\.bat)?`),
  inFolder("Gradle wrapper", "gradle/wrapper"),
  named("Gradle builds", String.raw`.+\.gradle(?:\.kts)?|gradle\.properties`),
  named("Maven builds", String.raw`mvnw(?:\.cmd)?|pom\.xml`),
  inFolder("Maven builds", String.raw`\.mvn`),
  named(
    ".NET builds",
    String.raw`.+\.(?:sln|slnx|csproj|fsproj|vbproj|vcxproj|props|targets)|nuget\.config|global\.json|dotnet-tools\.json`,
  ),
  named(
    "C builds",
    String.raw`cmakelists\.txt|cmake(?:user)?presets\.json|configure(?:\.ac)?|meson\.build|conanfile\.py|\.clangd|compile_commands\.json`,
  ),
  named(
    "Bazel builds",
    String.raw`\.bazelrc|workspace(?:\.bazel)?|module\.bazel|\.bazelversion|build(?:\.bazel)?|\.buckconfig`,
  ),
  named("Nix builds", String.raw`(?:flake|shell|default)\.nix|devenv\.(?:nix|yaml)`),
  named("Ruby settings", String.raw`gemfile|\.irbrc|\.pryrc|\.rspec|guardfile|.+\.gemspec`),
  named("PHP builds", String.raw`composer\.json|\.user\.ini|phpunit\.xml(?:\.dist)?`),
  named("Go settings", String.raw`go\.work|\.golangci\.ya?ml|\.air\.toml`),
  named("debugger settings", String.raw`\.gdbinit|\.lldbinit|\.pdbrc|\.gdb_history`),
  named(
    "shell start files",
    String.raw`\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|zshrc|zprofile|zshenv|zlogin|profile|kshrc|cshrc|tcshrc|inputrc|login)|\.config/fish/.+`,
  ),
  named(
    "search and shell tools",
    String.raw`\.ripgreprc|\.curlrc|\.wgetrc|\.screenrc|\.tmux\.conf|\.ackrc|\.agignore`,
  ),
  named("desktop starters", String.raw`.+\.desktop|autorun\.inf|.+\.(?:command|lnk|scpt)`),
];
