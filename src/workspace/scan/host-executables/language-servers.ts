import { parseHostExecutables } from "./parse-rows.ts";

/** Language servers, which editors start in every folder that they open. */
export const languageServerFiles = parseHostExecutables(`
language servers
  Tern | .tern-project .tern-config | ternjs.net/doc/manual.html#configuration
  clangd | .clangd | clangd.llvm.org/config#compileflags
  ccls, cquery | .ccls .cquery .ccls-root | github.com/MaskRay/ccls/wiki/Project-Setup
  compilation database | compile_commands.json compile_flags.txt | clangd.llvm.org/design/compile-commands
  rust-analyzer | rust-analyzer.toml .rust-analyzer.toml rust-project.json .rust-project.json |
      rust-analyzer.github.io/book/non_cargo_based_projects.html
  lua-language-server | .luarc.json .luarc.jsonc .luarc.lua .emmyrc.json | luals.github.io/wiki/plugins
  TypeScript | tsconfig.json tsconfig.*.json jsconfig.json jsconfig.*.json | www.typescriptlang.org/tsconfig/#plugins | tsconfig.base.json
      jsconfig.app.json
  GraphQL | .graphqlrc .graphqlrc.* graphql.config.* apollo.config.* | the-guild.dev/graphql/config/docs/user/usage | .graphqlrc.yml
      graphql.config.ts apollo.config.js
  Haskell | hie.yaml .hie-bios | github.com/haskell/hie-bios#configuration
  Pyright | pyrightconfig.json pyrefly.toml ty.toml basedpyright.toml | microsoft.github.io/pyright/#/configuration
  Pylsp, Jedi | .jedi/ .pylsp.toml pycodestyle.cfg | jedi.readthedocs.io/en/latest/docs/api.html#jedi.Project
  Kotlin, Java | .kotlin-lsp/ .java-format.xml .jdtls/ lombok.config | projectlombok.org/features/configuration
  Metals, Bloop, BSP | .bloop/ .bsp/ .metals/ | build-server-protocol.github.io/docs/overview/server-discovery
  Solargraph | .solargraph.yml | solargraph.org/guides/configuration
  Ruby LSP, Sorbet, Steep | .ruby-lsp/ .index.yml sorbet/config steepfile .shopify-cli.yml | shopify.github.io/ruby-lsp/add-ons.html
  Elixir LS, Lexical | .elixir_ls/ .lexical/ .expert/ | elixir-lsp.github.io/elixir-ls
  Erlang LS, ELP | erlang_ls.config erlang_ls.yaml .elp.toml .elp_lint.toml | erlang-ls.github.io/configuration
  OmniSharp | omnisharp.json .omnisharp/ | github.com/OmniSharp/omnisharp-roslyn/wiki/Configuration-Options
  PHP | .phpactor.json .phpactor.yml .intelephense.json | phpactor.readthedocs.io/en/master/usage/configuration.html
  SourceKit-LSP | .sourcekit-lsp/ buildserver.json .compile |
      github.com/swiftlang/sourcekit-lsp/blob/main/Documentation/Configuration%20File.md
  texlab, LTeX | texlab.toml .texlabroot .ltex/ | github.com/latex-lsp/texlab/wiki/Configuration
  Perl | .perlnavigator perlnavigator.json .vim-perl | github.com/bscan/PerlNavigator#perl-paths
  efm, diagnostic-languageserver | .efm-langserver.yaml efm-config.yaml .diagnostic-languageserver.json |
      github.com/mattn/efm-langserver#configuration
  Deno, Astro, Vue | .vueter.json vetur.config.js | vuejs.github.io/vetur/reference/#example
  Flow | .flowconfig | flow.org/en/docs/config
  Bash, Fortran, Verilog | .fortls .fortlsrc .vhdl_ls.toml vhdl_ls.toml .svls.toml .svlangserver verible.filelist |
      fortls.fortran-lang.org/options.html
  Merlin, ocamllsp | .merlin .ocamlformat-enable | github.com/ocaml/merlin/wiki/Project-configuration
  Nix | .nixd.json | github.com/nix-community/nixd/blob/main/nixd/docs/configuration.md
  tags | .ctags .ctags.d/ .gutctags .globalrc gtags.conf | ctags(1), files
`);
