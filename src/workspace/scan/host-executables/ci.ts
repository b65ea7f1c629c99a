/** Services that run what a repository says after a push, with secrets of its owner. */
export const ciFiles = `
CI workflows
  GitHub Actions | .github/workflows/ .github/actions/ action.yml action.yaml .github/workflow-templates/ .actrc .secrets .github/scripts/ |
      docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
  Gitea, Forgejo | .gitea/workflows/ .gitea/actions/ .forgejo/workflows/ .forgejo/actions/ | forgejo.org/docs/latest/user/actions/reference
  GitLab | .gitlab-ci.yml .gitlab-ci.yaml *.gitlab-ci.yml .gitlab/ .gitlab-ci/ .gitlab-ci-local-* .gitlab-ci-local/ |
      docs.gitlab.com/ci/yaml
  Jenkins | jenkinsfile jenkinsfile.* *.jenkinsfile jenkins.yaml jenkins.yml .jenkins/ | www.jenkins.io/doc/book/pipeline/jenkinsfile
  CircleCI | .circleci/ | circleci.com/docs/reference/configuration-reference
  Travis CI | .travis.yml .travis.yaml | docs.travis-ci.com
  Azure Pipelines | azure-pipelines.yml azure-pipelines.yaml azure-pipelines-*.yml azure-pipelines.*.yml .azure-pipelines/ .azuredevops/
      .vsts-ci.yml .pipelines/ | learn.microsoft.com/azure/devops/pipelines/yaml-schema
  Bitbucket | bitbucket-pipelines.yml bitbucket-pipelines.yaml |
      support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference
  Buildkite | .buildkite/ buildkite.yml buildkite.yaml pipeline.buildkite.yml | buildkite.com/docs/agent/v3/hooks
  Drone, Woodpecker | .drone.yml .drone.yaml .drone.jsonnet .drone.star .woodpecker/ .woodpecker.yml .woodpecker.yaml |
      woodpecker-ci.org/docs/usage/workflow-syntax
  Semaphore, Codefresh, Codeship | .semaphore/ codefresh.yml codefresh.yaml codeship-services.yml codeship-steps.yml .codefresh/ |
      docs.semaphore.io/reference/pipeline-yaml
  Cirrus, AppVeyor, Wercker, Shippable | .cirrus.yml .cirrus.star .cirrus.yaml appveyor.yml .appveyor.yml appveyor.yaml wercker.yml
      shippable.yml | cirrus-ci.org/guide/writing-tasks
  Google Cloud Build, Cloud Deploy | cloudbuild.yml cloudbuild.yaml cloudbuild.json cloudbuild-*.yaml clouddeploy.yaml .gcloudignore |
      cloud.google.com/build/docs/build-config-file-schema
  AWS CodeBuild, CodeDeploy, Amplify | buildspec.yml buildspec.yaml buildspec-*.yml appspec.yml appspec.yaml amplify.yml amplify/
      .codebuild/ .codecatalyst/ | docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
  TeamCity, Bamboo, GoCD, Concourse | .teamcity/ bamboo-specs/ *.gocd.yaml *.gocd.json concourse.yml concourse.yaml |
      www.jetbrains.com/help/teamcity/kotlin-dsl.html
  SourceHut, Tekton, Argo, Prow | .build.yml .builds/ .tekton/ .prow.yaml .prow/ .argo/ | man.sr.ht/builds.sr.ht/manifest.md
  Zuul, OpenShift CI, Evergreen, Taskcluster | .zuul.yaml zuul.yaml .zuul.d/ zuul.d/ .ci-operator.yaml .evergreen.yml evergreen.yml
      .taskcluster.yml taskcluster/ .cico/ | zuul-ci.org/docs/zuul/latest/project-config.html
  Vela, Harness, Screwdriver, Agola, Bitrise | .vela.yml .vela.yaml .harness/ screwdriver.yaml .agola/ bitrise.yml bitrise.yaml .bitrise.yml
      .bitrise.secrets.yml | docs.bitrise.io/en/bitrise-ci/references/configuration-yaml-reference.html
  Xcode Cloud, Codemagic, App Center | ci_scripts/ codemagic.yaml appcenter-post-clone.sh appcenter-pre-build.sh appcenter-post-build.sh |
      developer.apple.com/documentation/xcode/writing-custom-build-scripts
  Earthly, Dagger, Nx Cloud, sr.ht | earthfile .earthly/ dagger.json .dagger/ .ci/ ci.nix .hydra.json release.nix .sourcehut/ |
      docs.earthly.dev/docs/earthfile
  hosting: Netlify, Vercel, Cloudflare, Render, Fly | netlify.toml vercel.json vercel.ts now.json wrangler.toml wrangler.json wrangler.jsonc
      .dev.vars render.yaml fly.toml fly.*.toml railway.json railway.toml nixpacks.toml railpack.json |
      docs.netlify.com/build/configure-builds/file-based-configuration
  hosting: Heroku, App Engine, Platform.sh, Deno | app.yaml app.yml heroku.yml static.json .platform/ .platform.app.yaml .upsun/
      .ebextensions/ .ebextensions .elasticbeanstalk/ .platform.template.yaml captain-definition dokku.json .buildpacks apprunner.yaml
      staticwebapp.config.json azure.yaml firebase.json .firebaserc space.yaml | devcenter.heroku.com/articles/heroku-yml-build-manifest
  hosting: Read the Docs, Pages, Binder | .readthedocs.yml .readthedocs.yaml readthedocs.yml postbuild .binder/ binder/ |
      docs.readthedocs.com/platform/stable/config-file/v2.html
  bots: Dependabot, Renovate, Mergify, Probot | dependabot.yml dependabot.yaml renovate.json renovate.json5 .renovaterc .renovaterc.json
      renovate.js .mergify.yml .kodiak.toml bors.toml .github/settings.yml codeowners .github/labeler.yml .github/release.yml .allstar/ |
      docs.renovatebot.com/configuration-options/#postupgradetasks
  analysis: CodeQL, Sonar, Codecov, Snyk, Semgrep | codeql-config.yml .lgtm.yml sonar-project.properties codecov.yml .codecov.yml
      .codecov.yaml .snyk .semgrep.yml .semgrep/ .codeclimate.yml .deepsource.toml .codacy.yml .codacy.yaml .checkov.yml .checkov.yaml
      .trivyignore trivy.yaml .gitleaks.toml .whitesource |
      docs.sonarsource.com/sonarqube-server/latest/analyzing-source-code/analysis-parameters
  release: GoReleaser, JReleaser, fastlane, Homebrew | .goreleaser.yml .goreleaser.yaml goreleaser.yml goreleaser.yaml jreleaser.yml
      jreleaser.toml .ko.yaml dist-workspace.toml release-plz.toml .release-plz.toml release.toml cargo-dist.toml .pkgmeta |
      goreleaser.com/customization/hooks
  packages: Debian, RPM, Arch, Snap, Flatpak, AppImage | debian/rules debian/control debian/*.postinst debian/*.preinst debian/*.postrm
      debian/*.prerm debian/gbp.conf gbp.conf .packit.yaml .packit.yml pkgbuild apkbuild snapcraft.yaml snap/hooks/ snap/local/
      appimagebuilder.yml .abf.yml .copr/ tito.props rpkg.conf rpkg.macros template.xbps *.ebuild charmcraft.yaml rockcraft.yaml |
      www.debian.org/doc/debian-policy/ch-source.html
`;
