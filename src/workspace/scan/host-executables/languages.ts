/**
 * Languages with one or two files each that their tools run or obey; and lock files, by whose addresses and hashes package
 * managers fetch what they then run or build.
 */
export const languageFiles = `
Cargo settings
  Cargo | .cargo/ | doc.rust-lang.org/cargo/reference/config.html
  Clippy, rustfmt, nextest, deny, cross | clippy.toml .clippy.toml rustfmt.toml .rustfmt.toml nextest.toml .config/nextest.toml deny.toml
      .deny.toml cross.toml dylint.toml tarpaulin.toml .tarpaulin.toml cargo-generate.toml trunk.toml dioxus.toml leptosfmt.toml spin.toml
      wasm-pack.toml insta.yaml .config/insta.yaml supply-chain/config.toml askama.toml rocket.toml diesel.toml miri.toml |
      nexte.st/docs/configuration
Cargo builds
  Cargo | build.rs cargo.toml cargo.lock .cargo-ok cargo-script.rs | doc.rust-lang.org/cargo/reference/build-scripts.html
Go settings
  Go | go.mod go.work go.env .goenv tools.go | go.dev/ref/mod#workspaces
  golangci-lint, air, gqlgen, wire, sqlc, ent | .golangci.yml .golangci.yaml .golangci.toml .golangci.json .custom-gcl.yml .air.toml
      air.toml .air.conf air.conf gqlgen.yml gqlgen.yaml .gqlgen.yml sqlc.yaml sqlc.yml sqlc.json buf.gen.yaml buf.yaml buf.work.yaml
      buf.gen.*.yaml .mockery.yaml .mockery.yml .revive.toml revive.toml staticcheck.conf .testcoverage.yml .realize.yaml reflex.conf
      .fresh.toml runner.conf .wgo.toml atlas.hcl wails.json fyneapp.toml tinygo.json kratos.yaml |
      golangci-lint.run/docs/configuration/file
Ruby settings
  Bundler | gemfile gems.rb gemfile.* *.gemspec .bundle/ gemfile.lock gemfiles/ *.gemfile | bundler.io/man/gemfile.5.html
  IRB, Pry, debug | .irbrc irbrc _irbrc .pryrc .rdbgrc .rdbgrc.rb .byebugrc .irb/ | docs.ruby-lang.org/en/master/IRB.html
  RSpec, Minitest, Cucumber, SimpleCov | .rspec .rspec-local .simplecov .minitest .mutant.yml cucumber.yml config/cucumber.yml
      spec_helper.rb test_helper.rb rails_helper.rb .yardopts .rdoc_options .autotest |
      rspec.info/documentation/3.13/rspec-core/#configuration
  RuboCop, Reek, Brakeman, Standard | .rubocop.yml .rubocop_*.yml .rubocop .standard.yml .standard_todo.yml .reek.yml .erb-lint.yml
      .erb_lint.yml .haml-lint.yml .slim-lint.yml .rubycritic.yml .fasterer.yml .herb.yml | docs.rubocop.org/rubocop/extensions.html
  Guard, Capistrano, Berkshelf, Foodcritic, Brew | guardfile .guardfile .guard.rb capfile config/deploy.rb berksfile policyfile.rb brewfile
      dangerfile dangerfile.* cheffile puppetfile appraisals foremanfile kitchen.yml .kitchen.yml .kitchen.local.yml zeus.json .zeus.json |
      github.com/guard/guard#guardfile-dsl
  fastlane, CocoaPods | fastfile fastlane/ appfile podfile podfile.* *.podspec matchfile snapfile gymfile scanfile deliverfile pluginfile
      cartfile cartfile.private | docs.fastlane.tools/advanced/Fastfile
  Rails, Rack, Puma, Spring | config.ru puma.rb config/puma.rb unicorn.rb config/boot.rb config/application.rb config/environment.rb
      config/initializers/ config/spring.rb spring.rb .railsrc .powrc .powenv .pumaenv config/deploy.yml bin/rails bin/rake bin/bundle
      bin/spring bin/rspec passengerfile.json | guides.rubyonrails.org/initialization.html
  Ruby | .rubyopt .rubyrc .gemrc gemrc extconf.rb | gem help gem_environment
vendor/bin
  Composer | vendor/bin/ | getcomposer.org/doc/articles/vendor-binaries.md
PHP builds
  Composer | composer.json composer.local.json composer.phar auth.json | getcomposer.org/doc/articles/scripts.md
  PHPUnit, Pest, Codeception, Behat, phpspec | phpunit.xml phpunit.xml.dist phpunit.dist.xml pest.php codeception.yml codeception.dist.yml
      behat.yml behat.yml.dist behat.php phpspec.yml .phpspec.yml phpspec.yml.dist kahlan-config.php atoum.php .atoum.php infection.json
      infection.json5 infection.json.dist .phpunit-watcher.yml peridot.php | docs.phpunit.de/en/12.0/configuration.html
  PHP-CS-Fixer, PHPStan, Psalm, Rector, Phan | .php-cs-fixer.php .php-cs-fixer.dist.php .php_cs .php_cs.dist .php-cs-fixer.local.php
      phpstan.neon phpstan.neon.dist phpstan.dist.neon *.neon psalm.xml psalm.xml.dist rector.php ecs.php .phan/ phpcs.xml phpcs.xml.dist
      .phpcs.xml .phpcs.xml.dist phpmd.xml deptrac.yaml deptrac.php pint.json .phplint.yml churn.yml tlint.json rector.yaml phparkitect.php
      .phpqa.yml | phpstan.org/config-reference#bootstrap
  PHP itself | .user.ini php.ini php-cli.ini .phprc .phpdbginit phpdbg.init .psysh.php .psysh/ |
      www.php.net/manual/en/configuration.file.per-user.php
  web servers | .htaccess .htpasswd .htdigest caddyfile *.caddyfile | httpd.apache.org/docs/current/howto/htaccess.html
  Laravel, Symfony, Drupal, WordPress, Magento | artisan server.php symfony.lock .symfony.local.yaml .symfony.cloud.yaml sail drush.yml
      .drush/ wp-cli.yml wp-cli.local.yml wp-config.php .wp-env.json .wp-env.override.json envoy.blade.php .lando.yml .lando.local.yml
      .lando.*.yml .ddev/ .magento.app.yaml .tugboat/ castor.php deployer.php deploy.php phing.xml box.json box.json.dist phive.xml .phive/
      bref.php | make.wordpress.org/cli/handbook/references/config
Perl settings
  Perl | makefile.pl build.pl dist.ini cpanfile minil.toml .perlcriticrc .perltidyrc .proverc .perldb perl5db.pl .replyrc .dataprinter
      .perlrc .mymeta.json .provision weaver.ini alienfile sitecustomize.pl inc/module/install.pm .carton/ .plackup |
      metacpan.org/pod/prove#.proverc
Lua settings
  Lua | .luacheckrc .luacov .busted *.rockspec .luarocks/ config.ld .lua-format stylua.toml .stylua.toml lua_init.lua .lux/ lux.toml
      init.lua .styluaignore .darklua.json .darklua.json5 default.project.json *.project.json wally.toml aftman.toml foreman.toml rokit.toml
      selene.toml | luacheck.readthedocs.io/en/stable/config.html
R settings
  R | .rprofile rprofile.site .renviron .rdata renv/activate.r renv/settings.json renv.lock .lintr .lintr.r _targets.r _targets.yaml
      .rbuildignore .rhistory packrat/init.r packrat/packrat.opts _pkgdown.yml _drake.r makevars makevars.in makevars.win configure.win
      .radian_profile rstudio-prefs.json | stat.ethz.ch/R-manual/R-devel/library/base/html/Startup.html
Julia settings
  Julia | project.toml juliaproject.toml manifest.toml localpreferences.toml juliastartup.jl startup.jl .julia/ deps/build.jl
      .juliaformatter.toml .julialint.toml | docs.julialang.org/en/v1/manual/command-line-interface/#Startup-file
Haskell settings
  GHC, Cabal, Stack | .ghci .ghcid ghci.conf .ghc.environment.* cabal.project cabal.project.* *.cabal stack.yaml stack.*.yaml stack-*.yaml
      setup.hs setup.lhs .hlint.yaml hlint.yaml hlint.hs .haskell-ghc-mod.json .stylish-haskell.yaml fourmolu.yaml .ghci_history
      shakefile.hs build.hs weeder.toml weeder.dhall |
      downloads.haskell.org/ghc/latest/docs/users_guide/ghci.html#the-ghci-and-haskeline-files
  Agda, Idris, Lean, Coq, Isabelle | *.agda-lib .agda/ *.ipkg pack.toml lakefile.lean lakefile.toml _coqproject coqmakefile coqproject
      *.coqrc root roots | lean-lang.org/doc/reference/latest/Build-Tools-and-Distribution/Lake
OCaml settings
  OCaml | .ocamlinit dune dune-project dune-workspace dune-workspace.* dune.inc *.opam opam _tags myocamlbuild.ml setup.ml .ocamlformat
      topkg.ml pkg/pkg.ml omakefile omakeroot jbuild esy.json *.opam.template | dune.readthedocs.io/en/stable/reference/dune/rule.html
Erlang and Elixir settings
  Erlang | .erlang rebar.config rebar.config.script rebar.lock rebar3 erlang.mk *.app.src.script relx.config sys.config vm.args elvis.config
      .erlang.cookie user_default.erl .erlfmt | rebar3.org/docs/configuration/config_script
  Elixir | mix.exs mix.lock .iex.exs .formatter.exs .credo.exs config/config.exs config/runtime.exs config/dev.exs config/test.exs
      config/prod.exs .dialyzer_ignore.exs .doctor.exs .recode.exs .sobelow-conf test/test_helper.exs .check.exs coveralls.json .igniter.exs
      | hexdocs.pm/iex/IEx.html#module-the-iex-exs-file
  Gleam, LFE, Alpaca | gleam.toml lfe.config .lfe | gleam.run/writing-gleam/gleam-toml
Swift and Xcode builds
  Swift packages | package.swift package@swift-*.swift .swiftpm/ .swiftlint.yml .swiftformat .swift-format .spi.yml mint.json mintfile
      .swiftgen.yml swiftgen.yml .sourcery.yml .periphery.yml | docs.swift.org/swiftpm/documentation/packagemanagerdocs
  Xcode | *.xcodeproj/ *.xcworkspace/ project.pbxproj *.xcscheme *.xcconfig *.xctestplan *.xcplaygroundpage/ project.swift workspace.swift
      tuist.swift tuist/ project.yml project.yaml xcodegen.yml .xcode.env .xcode.env.local xcbaselines/ *.xcbuildrules |
      developer.apple.com/documentation/xcode/running-custom-scripts-during-a-build
Dart builds
  Dart, Flutter | pubspec.yaml pubspec_overrides.yaml analysis_options.yaml build.yaml dart_test.yaml melos.yaml hook/build.dart
      hook/link.dart tool/build.dart .flutter-plugins .flutter-plugins-dependencies l10n.yaml flutter_launcher_icons.yaml .metadata
      shorebird.yaml mason.yaml | dart.dev/tools/analysis#plugins
other languages' builds
  Nim | config.nims nim.cfg *.nimble *.nims *.nim.cfg nimble.lock nimscript.nims nimble.paths | nim-lang.org/docs/nims.html
  D | dub.sdl dub.json dub.selections.json dub.settings.json dmd.conf ldc2.conf | dub.pm/dub-reference/build_settings
  Crystal, V, Odin, Hare, Vala | shard.yml shard.override.yml .ameba.yml v.mod ols.json odinfmt.json c3.project.json project.json5
      c2recipe.txt | crystal-lang.org/reference/man/shards
  Racket, Scheme, Common Lisp | .racketrc info.rkt .guile .sbclrc .ccl-init.lisp .eclrc .clisprc.lisp .clisprc .abclrc *.asd *.asdf *.ros
      qlfile .swank.lisp .slimerc .csirc .gambini gambcini .stklosrc chez.rc .roswell/ .schemerc .mit-scheme raco.cfg |
      asdf.common-lisp.dev/asdf.html
  Smalltalk, APL, Forth, Prolog, Tcl | .smalltalk.ston .project.ston .tclshrc .wishrc tclindex pkgindex.tcl .swiplrc init.pl pack.pl .plrc
      .gforthrc tclhttpd.rc .expect.rc .expectrc .bigloorc .pharo.st | www.swi-prolog.org/pldoc/man?section=initfile
  Ada, Fortran, COBOL | *.gpr alire.toml fpm.toml gnatprove.toml default.gpr *.cgpr .ada_ls.json |
      docs.adacore.com/gprbuild-docs/html/gprbuild_ug.html
  Haxe, ActionScript, Ring, Pony | *.hxml project.hxp haxelib.json .haxerc lime.xml khafile.js corral.json asconfig.json |
      haxe.org/manual/compiler-usage-hxml.html
  hardware: Verilog, VHDL, Chisel | fusesoc.conf *.xdc *.qsf *.xpr modelsim.ini .modelsimrc vsim.do run.do *.sby hdlmake.py manifest.py
      bender.yml apio.ini | fusesoc.readthedocs.io/en/stable/user/build_system/core_files.html
  Solidity, Move, Cairo, Anchor | foundry.toml hardhat.config.js truffle.js truffle-config.js brownie-config.yaml ape-config.yaml
      anchor.toml move.toml scarb.toml dfx.json clarinet.toml remappings.txt slither.config.json wake.toml echidna.yaml .solhint.json
      snfoundry.toml aptos.yaml | getfoundry.sh/config/reference
  Pkl, CUE, Jsonnet, Nickel | pklproject pklproject.deps.json cue.mod/ *_tool.cue jsonnetfile.json |
      cuelang.org/docs/concept/how-cue-enables-configuration
  games: RPG Maker, Ren'Py, Roblox, LÖVE | conf.lua options.rpy .renpy/ project.renpy | love2d.org/wiki/Config_Files
lock files
  npm | package-lock.json | npm help 5 package-lock-json
  Yarn | yarn.lock | yarnpkg.com/configuration/yarnrc#enableHardenedMode
  pnpm | pnpm-lock.yaml | pnpm.io/git#lockfiles
  Bun | bun.lock | bun.sh/docs/install/lockfile
  Deno | deno.lock | docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files
  Poetry, PDM, uv, Pipenv, conda-lock | poetry.lock pdm.lock uv.lock pipfile.lock pylock.toml pylock.*.toml pixi.lock conda-lock.yml |
      packaging.python.org/en/latest/specifications/pylock-toml
  Composer | composer.lock | getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control
  Dart | pubspec.lock | dart.dev/tools/pub/glossary#lockfile
  Swift | package.resolved | docs.swift.org/swiftpm/documentation/packagemanagerdocs/resolvingpackageversions
  Nix | flake.lock | nix.dev/manual/nix/stable/command-ref/new-cli/nix3-flake#lock-files
  Lake | lake-manifest.json | lean-lang.org/doc/reference/latest/Build-Tools-and-Distribution/Lake
`;
