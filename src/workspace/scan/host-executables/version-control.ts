/** Version control systems, what starts programs around a commit, and what other programs keep in git's own folder. */
export const versionControlFiles = `
git hooks
  husky | .husky/ | typicode.github.io/husky/how-to.html
  git | .githooks/ .git-hooks/ git-hooks/ .hooks/ | git-config(1), core.hooksPath
  ghooks | git_hooks/ | git-config(1), core.hooksPath
  git, from folders that projects link or copy hooks from | hooks/pre-commit hooks/prepare-commit-msg hooks/commit-msg hooks/post-commit
      hooks/pre-push hooks/pre-rebase hooks/pre-merge-commit hooks/post-checkout hooks/post-merge hooks/post-rewrite scripts/pre-commit
      scripts/commit-msg scripts/pre-push scripts/post-checkout scripts/post-merge scripts/pre-commit.* scripts/pre-push.* | githooks(5)
git hook managers
  pre-commit | .pre-commit-config.yaml .pre-commit-config.yml .pre-commit-hooks.yaml prek.toml |
      pre-commit.com/#adding-pre-commit-plugins-to-your-project
  lefthook | lefthook.* .lefthook.* lefthook-local.* .lefthook-local.* .lefthook/ .lefthook-local/ | lefthook.dev/configuration
  overcommit | .overcommit.yml .local-overcommit.yml | github.com/sds/overcommit#configuration
  lint-staged | .lintstagedrc .lintstagedrc.* lint-staged.config.* | github.com/lint-staged/lint-staged#configuration
  husky 4 | .huskyrc .huskyrc.* | typicode.github.io/husky/migrate-from-v4.html
  simple-git-hooks | .simple-git-hooks.* simple-git-hooks.* | github.com/toplenboren/simple-git-hooks#additional-configuration-options
  commitlint | .commitlintrc .commitlintrc.* commitlint.config.* | commitlint.js.org/reference/configuration.html
  captainhook | captainhook.json captainhook.config.json | captainhook.info/configure.html
  GrumPHP | grumphp.yml grumphp.yaml grumphp.dist.yml | github.com/phpro/grumphp/blob/v2.x/doc/parameters.md
  cargo-husky | .cargo-husky/ | github.com/rhysd/cargo-husky#usage
  rusty-hook | .rusty-hook.toml | github.com/swellaby/rusty-hook#configuration
  git-hooks.nix | git-hooks.nix pre-commit.nix | github.com/cachix/git-hooks.nix
  hk | hk.pkl hk.local.pkl .hk/ | hk.jdx.dev/configuration.html
  Husky.Net | .config/husky.json task-runner.json | alirezanet.github.io/Husky.Net/guide/task-configuration.html
  Trunk | .trunk/ | docs.trunk.io/code-quality/setup-and-installation/configuration
  MegaLinter | .mega-linter.yml .megalinter.yml | megalinter.io/latest/config-file
  commitizen | .cz.toml .cz.json .cz.yaml cz.toml cz_customize.py .czrc .cz-config.js |
      commitizen-tools.github.io/commitizen/config/configuration_file
  git-cliff | cliff.toml | git-cliff.org/docs/configuration/changelog#postprocessors
  git-town | .git-town.toml git-town.toml .git-branches.toml | git-town.com/configuration-file.html
git attributes
  git | .gitattributes | gitattributes(5)
git submodules
  git | .gitmodules | gitmodules(5)
names of authors
  git | .mailmap | gitmailmap(5)
git LFS settings
  git-lfs | .lfsconfig | git-lfs-config(5)
git settings
  git | .gitconfig .gitignore_global .gitinclude | git-config(1), files
  git | .git-blame-ignore-revs | git-blame(1), blame.ignoreRevsFile
  gitlint | .gitlint | jorisroovers.com/gitlint/latest/configuration
  git-secret | .gitsecret/ | git-secret(7)
  git-crypt | .git-crypt/ | github.com/AGWA/git-crypt#using-git-crypt
  Gerrit | .gitreview | docs.opendev.org/opendev/git-review/latest/installation.html#gitreview-file-format
  Arcanist | .arcconfig .arclint .arcunit .arcrc | we.phorge.it/book/phorge/article/arcanist_new_project
  Android repo | .repo/repo/ .repo/manifests/ .repo/manifest.xml .repo/local_manifests/ |
      gerrit.googlesource.com/git-repo/+/HEAD/docs/internal-fs-layout.md
  TortoiseGit | .tgitconfig | tortoisegit.org/docs/tortoisegit/tgit-dug-settings.html
  git-subrepo | .gitrepo | github.com/ingydotnet/git-subrepo#the-gitrepo-file
  west | .west/config west.yml | docs.zephyrproject.org/latest/develop/west/config.html
  gclient | .gclient .gclient_entries deps | chromium.googlesource.com/chromium/tools/depot_tools/+/HEAD/README.gclient.md
  depot_tools | presubmit.py | chromium.googlesource.com/chromium/src/+/HEAD/docs/contributing.md
  vcstool | .rosinstall *.repos | github.com/dirk-thomas/vcstool#how-does-it-work
  myrepos | .mrconfig .mrtrust | mr(1), configuration files
other version control
  Mercurial | .hgsub .hgsubstate .hgeol .hgrc | hgrc(5)
  Sapling | .sl/config.local .slconfig | sapling-scm.com/docs/introduction/differences-hg
  Jujutsu | .jj/jjpr.toml .jjconfig.toml | docs.jj-vcs.dev/latest/config
  Subversion | .subversion/ | svnbook.red-bean.com/en/1.8/svn.advanced.confarea.html
  Breezy | .bzr/branch/location .bzrmeta/ .bzrrules | breezy-vcs.org/doc/en/user-reference/configuration-help.html
  Darcs | _darcs/prefs/motd _darcs/prefs/repos _darcs/prefs/defaultrepo | darcs.net/Using/Model#preference-files
  Fossil | .fossil-settings/ .fslckout _fossil_ | fossil-scm.org/home/doc/trunk/www/settings.wiki
  Perforce | .p4config p4config .p4config.txt p4config.txt .p4ignore .p4enviro |
      help.perforce.com/helix-core/server-apps/cmdref/current/Content/CmdRef/P4CONFIG.html
  CVS | cvs/root cvs/repository cvs/template .cvsrc .cvswrappers | cvs(5), cvs(1)
  Monotone | _mtn/options _mtn/monotonerc .monotone/ | monotone.ca/docs/Hooks.html
  Plastic SCM | .plastic/ | docs.plasticscm.com/administration
  Game of Trees | got.conf | got.conf(5)
  Quilt | .quiltrc | quilt(1), quiltrc
  DVC | .dvc/config .dvc/config.local dvc.yaml *.dvc | doc.dvc.org/user-guide/project-structure
  Oxen | .oxen/config.toml | docs.oxen.ai/concepts
settings of git tools
  lazygit | .git/lazygit.yml .lazygit.yml lazygit.yml | github.com/jesseduffield/lazygit/blob/master/docs/Config.md
  git-branchless | .git/branchless/config | docs.rs/git-branchless-lib
  GitKraken, GitLens | .git/gk/config | help.gitkraken.com/cli/cli-home
  GitButler | .git/gitbutler/ | docs.gitbutler.com/development/operations-log
  git-machete | .git/machete .git/machete-* | git-machete.readthedocs.io/en/stable/cli/file.html
  Aviator | .git/av/config.* | docs.aviator.co/aviator-cli/configuration
  Graphite | .git/.graphite_repo_config | graphite.com/docs/configure-cli
  Git Extensions | .git/gitextensions.settings gitextensions.settings | git-extensions-documentation.readthedocs.io/en/latest/settings.html
  Sourcetree | .git/sourcetreeconfig .git/sourcetreeconfig.json | confluence.atlassian.com/sourcetreekb
  Git::Hooks | .git/hooks.d/ | metacpan.org/pod/Git::Hooks
  gitweb | .git/gitweb/ .git/gitweb_config.perl | git-instaweb(1), gitweb.conf(5)
  transcrypt | .git/crypt/ | github.com/elasticdog/transcrypt
  # A folder of this name puts the project's "bin" on the search path of who goes by it
  Git Safe | .git/safe | thoughtbot.com/blog/git-safe
`;
