/** What shells load or switch to when somebody enters a folder. */
export const environmentFiles = `
directory environments
  direnv | .envrc .envrc.* .direnv/ .direnvrc | direnv.net/man/direnv.1.html
  dotenv | .env .env.* .flaskenv .env-cmdrc .env-cmdrc.* | docs.docker.com/compose/how-tos/environment-variables/variable-interpolation
  dotenvx | .envkey .env.vault | dotenvx.com/docs
  autoenv | .autoenv .autoenv.zsh .autoenv_leave.zsh .in .out .env.leave | github.com/hyperupcall/autoenv#configuration
  shadowenv | .shadowenv.d/ | shopify.github.io/shadowenv/getting-started
  smartcd, ondir, zsh-autoenv | .smartcd/ .ondirrc | swapoff.org/ondir.html
  Teller, chamber, Doppler, Infisical | .teller.yml doppler.yaml .infisical.json .sops.yaml | docs.doppler.com/docs/doppler-yaml
  summon, op | secrets.yml .op/ | cyberark.github.io/summon
  environment modules | .modulerc .modulerc.lua | modules.readthedocs.io/en/latest/modulefile.html
tool versions
  mise | mise.toml mise.*.toml .mise.toml .mise.*.toml mise/config.toml mise/conf.d/ .mise/ .config/mise.toml .config/mise/ .rtx.toml
      .rtx.*.toml | mise.jdx.dev/configuration.html
  asdf | .tool-versions .asdfrc .default-npm-packages .default-gems .default-python-packages | asdf-vm.com/manage/configuration.html
  nvm, fnm, n, nodenv | .nvmrc .node-version .n-node-version .nodenv-vars | github.com/nvm-sh/nvm#nvmrc
  pyenv | .python-version .python-versions | github.com/pyenv/pyenv/blob/master/COMMANDS.md#pyenv-local
  rbenv, chruby, RVM | .ruby-version .ruby-gemset .rvmrc .versions.conf .rbenv-vars .rbenv-gemsets | rvm.io/workflow/projects
  jenv, SDKMAN | .java-version .sdkmanrc .jabbarc | sdkman.io/usage#env-command
  goenv, gvm | .go-version .gvmrc .gobrew | github.com/go-nv/goenv/blob/master/COMMANDS.md
  proto, Volta, Hermit | .prototools .moon/ bin/hermit bin/hermit.hcl bin/activate-hermit hermit.hcl | moonrepo.dev/docs/proto/config
  aqua, rtx, arkade | aqua.yaml aqua.yml .aqua.yaml aqua/ aqua-policy.yaml | aquaproj.github.io/docs/reference/config
  tfenv, tgenv, tenv | .terraform-version .terragrunt-version .opentofu-version .tfswitchrc .tgswitchrc |
      github.com/tfutils/tfenv#terraform-version-file
  phpenv, plenv, luaver | .php-version .perl-version .lua-version .crystal-version .dart-version .fvmrc .fvm/ |
      fvm.app/documentation/getting-started/configuration
  kerl, exenv, evm | .elixir-version .exenv-version .erlang-version .kerlrc | github.com/kerl/kerl#configuration
  dprint, bazelisk, buf | .bazelversion .bazeliskrc | github.com/bazelbuild/bazelisk#how-does-bazelisk-know-which-bazel-version-to-run
  rustup | rust-toolchain rust-toolchain.toml | rust-lang.github.io/rustup/overrides.html#the-toolchain-file
  Swiftly, ghcup, elan, juliaup | .swift-version lean-toolchain .ghcup/ .zigversion .zig-version |
      lean-lang.org/doc/reference/latest/Build-Tools-and-Distribution/Managing-Toolchains-with-Elan
  pkgx, flox, devbox | pkgx.yaml .pkgx.yaml pkgx.yml .pkgx.yml .flox/ devbox.json .devbox/ | flox.dev/docs/concepts/manifest
Nix builds
  Nix | flake.nix shell.nix default.nix *.nix .nix/ nix.conf .nixpkgs/ | nix.dev/manual/nix/latest/command-ref/nix-shell
  devenv | devenv.nix devenv.yaml devenv.local.nix devenv.lock .devenv/ | devenv.sh/files-and-variables
  lorri, niv, npins | .lorri/ nix/sources.nix npins/default.nix | github.com/nix-community/lorri
  Guix | guix.scm manifest.scm channels.scm .guix-channel .guix-authorizations .guix/ guix.el |
      guix.gnu.org/manual/en/html_node/Invoking-guix-shell.html
  Garnix, Hercules | garnix.yaml herculesci.nix | garnix.io/docs/yaml_config
`;
