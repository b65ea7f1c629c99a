/** Files of a home that something runs or obeys by itself when the next session begins. */
interface StartFileRow {
  /** What does */
  readonly kind: string;
  /** From the home, with blanks between; `*` within a name, `**` for all below */
  readonly patterns: string;
}

/** From the manual pages and the documentation of each. */
const rows: readonly StartFileRow[] = [
  {
    kind: "shells",
    patterns: `.profile .bash_profile .bash_login .bashrc .bash_logout .bash_aliases .bash_completion .zshenv .zprofile .zshrc
      .zlogin .zlogout .kshrc .mkshrc .shinit .shrc .cshrc .tcshrc .login .inputrc .config/fish/** .config/zsh/**
      .config/bash/** .config/nushell/** .config/powershell/** .oh-my-zsh/custom/** .pam_environment .config/environment.d/**`,
  },
  {
    kind: "git",
    patterns:
      ".gitconfig .config/git/** .githooks/** .git-templates/** .hgrc .config/hg/** .config/jj/**",
  },
  {
    kind: "commands on the search path",
    patterns: `bin/** .local/bin/** .cargo/bin/** go/bin/** .npm-global/bin/** .bun/bin/** .deno/bin/** .yarn/bin/**
      .pyenv/shims/** .rbenv/shims/** .volta/bin/** .dotnet/tools/** .local/share/mise/shims/** .asdf/shims/**`,
  },
  {
    kind: "package managers and builds",
    patterns: `.npmrc .yarnrc .yarnrc.yml .pnpmrc .config/pnpm/** .bunfig.toml .config/bun/** .pip/** .config/pip/**
      .pydistutils.cfg .pypirc .config/uv/** .config/pypoetry/** .condarc .cargo/config .cargo/config.toml .cargo/env
      .gemrc .bundle/config .m2/settings.xml .m2/extensions.xml .mavenrc .gradle/init.gradle .gradle/init.gradle.kts
      .gradle/init.d/** .gradle/gradle.properties .sbtrc .sbt/** .composer/config.json .config/composer/**
      .config/go/env .terraformrc .ansible.cfg .nuget/NuGet/** .config/NuGet/**`,
  },
  {
    kind: "interpreters",
    patterns: `.pythonrc .pythonrc.py .pythonstartup .config/python/** .local/lib/python*/site-packages/*.pth
      .local/lib/python*/site-packages/usercustomize.py .local/lib/python*/site-packages/sitecustomize.py .ipython/**
      .node_modules/** .node_libraries/** .irbrc .pryrc .rdebugrc .Rprofile .Renviron .luarocks/** .ghci .perldb`,
  },
  {
    kind: "editors and debuggers",
    patterns: `.vimrc .gvimrc .exrc .vim/** .config/nvim/** .nanorc .emacs .emacs.d/** .config/emacs/** .config/helix/**
      .gdbinit .config/gdb/** .lldbinit`,
  },
  {
    kind: "agents",
    patterns: `.claude.json .claude/settings.json .claude/settings.local.json .claude/CLAUDE.md .claude/agents/**
      .claude/commands/** .claude/hooks/** .claude/skills/** .claude/plugins/** .claude/output-styles/** .claude/rules/**
      .claude/projects/*/memory/**
      .codex/config.toml .codex/AGENTS.md .codex/AGENTS.override.md .codex/hooks.json .codex/prompts/** .codex/rules/**
      .codex/skills/** .agents/** .gemini/settings.json .gemini/GEMINI.md .gemini/commands/** .gemini/extensions/**
      .config/opencode/** .config/goose/** .aider.conf.yml .cursor/mcp.json .cursor/rules/** .mcp.json AGENTS.md CLAUDE.md`,
  },
  {
    kind: "network and cloud clients",
    patterns: `.curlrc .config/curlrc .wgetrc .netrc .ssh/** .docker/config.json .docker/cli-plugins/** .kube/config
      .aws/config .config/gh/** .config/glab-cli/** .config/containers/** .krew/bin/**`,
  },
  {
    kind: "terminals and services",
    patterns: `.tmux.conf .config/tmux/** .screenrc .direnvrc .config/direnv/** .config/mise/** .tool-versions .lesskey .lessfilter
      .mailcap .psqlrc .sqliterc .config/autostart/** .config/systemd/** .local/share/systemd/** .xinitrc .xprofile
      .config/starship.toml .config/htop/**`,
  },
];

const compiled = rows.map(({ kind, patterns }) => {
  const all = patterns.trim().split(/\s+/);
  const ways = all.flatMap((pattern) => {
    const folders = pattern.split("/").slice(0, -1);
    return folders.map((_, index) => folders.slice(0, index + 1).join("/"));
  });
  return { kind, pattern: toExpressionOf(all), way: toExpressionOf(ways) };
});

/**
 * Places of a home, as paths from it, in which all start files are: of a pattern what comes before its first `*`. None
 * is in another one.
 */
export const startPlaces: readonly string[] = rows
  .flatMap(({ patterns }) => patterns.trim().split(/\s+/))
  .map((pattern) => pattern.replace(/\/[^/]*\*.*$/s, ""))
  .filter(
    (place, index, all) =>
      all.indexOf(place) === index && !all.some((outer) => place.startsWith(`${outer}/`)),
  );

/** What runs or obeys this file by itself; undefined for any other. @param path from the home */
export function findStartKind(path: string): string | undefined {
  return compiled.find(({ pattern }) => pattern.test(path))?.kind;
}

/** What runs or obeys files somewhere in this folder by itself. */
export function findStartKindBelow(path: string): string | undefined {
  return compiled.find(({ way }) => way.test(path))?.kind;
}

function toExpressionOf(patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.map(toExpression).join("|")})$`, "s");
}

function toExpression(pattern: string): string {
  return pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*|\*/g, (stars) => (stars === "**" ? ".+" : "[^/]*"));
}
