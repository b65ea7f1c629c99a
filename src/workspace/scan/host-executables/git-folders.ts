import { parseHostExecutables } from "./parse-rows.ts";

/** What programs around git go by, most of it in git's own folder. */
export const gitFolderFiles = parseHostExecutables(`
settings of git tools
  lazygit | .git/lazygit.yml .lazygit.yml lazygit.yml | github.com/jesseduffield/lazygit/blob/master/docs/Config.md
  git-branchless | .git/branchless/config | docs.rs/git-branchless-lib
  GitKraken, GitLens | .git/gk/config | help.gitkraken.com/cli/cli-home
  GitButler | .git/gitbutler/ | docs.gitbutler.com/development/operations-log
  git-machete | .git/machete .git/machete-* | git-machete.readthedocs.io/en/stable/cli/file.html | .git/machete-pre-rebase
  Aviator | .git/av/config.* | docs.aviator.co/aviator-cli/configuration | .git/av/config.yaml .git/av/config.json
  Graphite | .git/.graphite_repo_config | graphite.com/docs/configure-cli
  Git Extensions | .git/gitextensions.settings gitextensions.settings | git-extensions-documentation.readthedocs.io/en/latest/settings.html
  Sourcetree | .git/sourcetreeconfig .git/sourcetreeconfig.json | confluence.atlassian.com/sourcetreekb
  Git::Hooks | .git/hooks.d/ | metacpan.org/pod/Git::Hooks
  gitweb | .git/gitweb/ .git/gitweb_config.perl | git-instaweb(1), gitweb.conf(5)
  transcrypt | .git/crypt/ | github.com/elasticdog/transcrypt
  # A folder of this name puts the project's "bin" on the search path of who goes by it
  Git Safe | .git/safe | thoughtbot.com/blog/git-safe
`);
