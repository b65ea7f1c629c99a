/** Editors and development environments: what they run or load when a folder is opened, language servers too. */
export const editorFiles = `
VS Code tasks and settings
  VS Code | .vscode/ | code.visualstudio.com/docs/debugtest/tasks
  VS Code tests | .vscode-test.* .vscode-test/ | code.visualstudio.com/api/working-with-extensions/testing-extension
  Theia, VSCodium, Void | .theia/ .vscodium/ .void/ .positai/ | theia-ide.org/docs/preferences
VS Code workspaces
  VS Code | *.code-workspace | code.visualstudio.com/docs/editing/workspaces/workspaces
  VS Code profiles | *.code-profile | code.visualstudio.com/docs/configure/profiles
JetBrains run configurations
  IntelliJ platform | .idea/ .run/ *.run.xml *.iml *.ipr *.iws | www.jetbrains.com/help/idea/run-debug-configuration.html
  Qodana | qodana.yaml qodana.yml | www.jetbrains.com/help/qodana/qodana-yaml.html
  Rider | *.dotsettings *.dotsettings.user | www.jetbrains.com/help/rider/Sharing_Configuration_Options.html
  HTTP Client | http-client.env.json http-client.private.env.json | www.jetbrains.com/help/idea/http-client-in-product-code-editor.html
editor settings
  Vim | .vimrc _vimrc .exrc _exrc .gvimrc exrc .lvimrc .local.vimrc .vimrc.local .vim/ session.vim | vimhelp.org/options.txt.html#'exrc'
  Neovim | .nvim.lua .nvimrc .nvim/ .neoconf.json neoconf.json .nlsp-settings/ .lazy.lua .nvim-local.lua |
      neovim.io/doc/user/options.html#'exrc'
  coc.nvim | coc-settings.json | github.com/neoclide/coc.nvim/wiki/Using-the-configuration-file
  vimspector, YouCompleteMe | .vimspector.json .ycm_extra_conf.py .color_coded |
      github.com/ycm-core/YouCompleteMe#the-gycm_confirm_extra_conf-option
  projectionist, ALE | .projections.json .ale.vim .ale/ | github.com/tpope/vim-projectionist
  asynctasks | .tasks .tasks.ini | github.com/skywind3000/asynctasks.vim#getting-started
  overseer, nvim-dap | .overseer/ .dap.lua | github.com/stevearc/overseer.nvim/blob/master/doc/guides.md
  Emacs | .dir-locals.el .dir-locals-2.el .emacs .emacs.d/ _emacs .elpaignore *.elc *.eln |
      gnu.org/software/emacs/manual/html_node/emacs/Directory-Variables.html
  Projectile, EIDE | .projectile .projectile-cache.eld .projectile.el | docs.projectile.mx/projectile/projects.html
  Eldev, Cask, Eask, Keg | eldev eldev-local cask eask easkfile keg | emacs-eldev.github.io/eldev/#setting-up-a-project
  ERT, flycheck | .ert-runner .flycheck/ | github.com/rejeep/ert-runner.el#usage
  Helix | .helix/ | docs.helix-editor.com/master/workspace-trust.html
  Zed | .zed/ | zed.dev/docs/configuring-zed
  Kakoune | .kakrc .kakrc.local kak-lsp.toml kakrc .kak/ | github.com/mawww/kakoune/blob/master/doc/pages/execeval.asciidoc
  Sublime Text | *.sublime-project *.sublime-workspace *.sublime-build *.sublime-settings *.sublime-commands *.sublime-keymap |
      www.sublimetext.com/docs/projects.html
  Sublime Text linters | .sublimelinterrc .sublime/ | sublimelinter.com/en/stable/settings.html
  Nova | .nova/ | help.nova.app/nova/tasks
  Fleet | .fleet/ | www.jetbrains.com/help/fleet/run-configurations.html
  Lapce, Lite XL | .lapce/ .lite_project.lua .lite-xl/ | docs.lapce.dev/configuration/customization
  Pulsar, Atom | .atom/ .pulsar/ .atom-build.* .atom-build.yml | github.com/noseglid/atom-build#quick-start
  TextMate | .tm_properties *.tmproj *.tmbundle/ | macromates.com/blog/2011/git-style-configuration
  BBEdit | .bbprojectd/ _bbeditprojectsettings.plist *.bbprojectd/ | www.barebones.com/support/bbedit/languages.html
  Geany, Kate | *.geany .kateproject .kateconfig .kateproject.local | www.geany.org/manual/current/#project-management
  micro, nano | .micro/ .nanorc settings.micro.json | nanorc(5)
  joe, jed, mg | .joerc .jedrc .mg | joe-editor.sourceforge.io/4.6/man.html
  EditorConfig | .editorconfig | spec.editorconfig.org
  Qt Creator | *.pro.user *.creator *.pro *.pri *.qbs cmakelists.txt.user *.qmlproject .qmlls.ini |
      doc.qt.io/qtcreator/creator-project-opening.html
  KDevelop | *.kdev4 .kdev4/ *.kdev_include_paths | userbase.kde.org/KDevelop4/Manual
  Code::Blocks, CodeLite | *.cbp *.workspace | www.codeblocks.org/docs/main_codeblocks_en.html
  Eclipse | .project .classpath .cproject .factorypath .buildpath .pydevproject .externaltoolbuilders/ .settings/ *.launch *.target *.setup
      | help.eclipse.org, Platform User Guide, project description file
  NetBeans | nbproject/ nbactions.xml nbactions-*.xml nb-configuration.xml | netbeans.apache.org/front/main/wiki/NetBeansCustomizeMavenBuild
  BlueJ, Greenfoot | package.bluej project.greenfoot | www.bluej.org/doc/documentation.html
  Lazarus, Delphi | *.lpi *.lpr *.lps *.dproj *.dpk *.dpr *.groupproj | docwiki.embarcadero.com/RADStudio/en/Build_Events
  RStudio, Positron | *.rproj .rproj.user/ .positron/ | docs.posit.co/ide/user/ide/guide/environments/r/rstudio-projects.html
  Spyder | .spyproject/ .spyderproject | docs.spyder-ide.org/current/panes/projects.html
  MATLAB | startup.m finish.m *.prj | www.mathworks.com/help/matlab/ref/startup.html
  Arduino, PlatformIO | platformio.ini sketch.yaml sketch.json arduino-cli.yaml | docs.platformio.org/en/latest/projectconf/index.html
  Unity, Unreal, Godot | *.uproject *.uplugin project.godot export_presets.cfg editor_plugins.cfg *.build.cs *.target.cs |
      docs.unrealengine.com/en-US/unreal-engine-build-tool-target-reference
  Unity | projectsettings/editorsettings.asset packages/manifest.json | docs.unity3d.com/Manual/upm-manifestPrj.html
  Obsidian, Logseq | .obsidian/ logseq/config.edn logseq/custom.js | docs.obsidian.md/Plugins/Getting+started/Build+a+plugin
language servers
  Tern | .tern-project .tern-config | ternjs.net/doc/manual.html#configuration
  clangd | .clangd | clangd.llvm.org/config#compileflags
  ccls, cquery | .ccls .cquery .ccls-root | github.com/MaskRay/ccls/wiki/Project-Setup
  compilation database | compile_commands.json compile_flags.txt | clangd.llvm.org/design/compile-commands
  rust-analyzer | rust-analyzer.toml .rust-analyzer.toml rust-project.json .rust-project.json |
      rust-analyzer.github.io/book/non_cargo_based_projects.html
  lua-language-server | .luarc.json .luarc.jsonc .luarc.lua .emmyrc.json | luals.github.io/wiki/plugins
  TypeScript | tsconfig.json tsconfig.*.json jsconfig.json jsconfig.*.json | www.typescriptlang.org/tsconfig/#plugins
  GraphQL | .graphqlrc .graphqlrc.* graphql.config.* apollo.config.* | the-guild.dev/graphql/config/docs/user/usage
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
`;
