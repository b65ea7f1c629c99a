/** Containers, clusters, clouds and machines. */
export const infrastructureFiles = `
dev containers
  dev containers | .devcontainer/ .devcontainer.json devcontainer-feature.json devcontainer-template.json |
      containers.dev/implementors/json_reference
  Gitpod, Eclipse Che, Codespaces, Coder | .gitpod.yml .gitpod.yaml .gitpod.dockerfile .gitpod/ .ona/ devfile.yml devfile.yaml .devfile.yaml
      .che.yaml .codesandbox/ .stackblitzrc .stackblitz/ sandbox.config.json .coder/ .daytona/ |
      www.gitpod.io/docs/configure/workspaces/tasks
  Replit, Glitch, Cloud9 | .replit replit.nix .c9/ glitch.json .glitch-assets | docs.replit.com/replit-app/configuration
  vaultbox | vaultbox.yaml | docs/policy.md
  Docker sandboxes, Lima, Multipass, distrobox | lima.yaml *.lima.yaml .lima.yaml distrobox.ini colima.yaml .devpod.yaml .toolboxrc
      toolbox.conf | distrobox.it/usage/distrobox-assemble
containers
  Docker, Podman | dockerfile containerfile dockerfile.* containerfile.* *.dockerfile *.containerfile .docker/ docker-bake.hcl
      docker-bake.json docker-bake.*.hcl docker-bake.*.json daemon.json dockerfile-* | docs.docker.com/reference/dockerfile
  Compose | docker-compose.yml docker-compose.yaml docker-compose.*.yml docker-compose.*.yaml docker-compose-*.yml docker-compose-*.yaml
      compose.yml compose.yaml compose.*.yml compose.*.yaml podman-compose.yml podman-compose.yaml *.compose.yml *.compose.yaml |
      docs.docker.com/reference/compose-file
  Podman, Apptainer | singularity singularity.* containers.conf registries.conf |
      docs.podman.io/en/latest/markdown/podman-systemd.gitDir.5.html
  devices of images: Kiwi, mkosi, BuildStream | mkosi.conf mkosi.* mkosi.conf.d/ mkosi.extra/ config.kiwi *.kiwi project.conf *.bst
      linuxkit.yml kas.yml local.conf bblayers.conf *.bb *.bbappend *.bbclass | mkosi(1), scripts
  Kamal | .kamal/ | kamal-deploy.org/docs/hooks/overview
  nerdctl, Finch, Kaniko, ko, Buildpacks | nerdctl.toml finch.yaml buildkitd.toml | buildpacks.io/docs/reference/config/project-descriptor
  Dagger, Nixery, act, Testcontainers | .testcontainers.properties testcontainers.properties |
      java.testcontainers.org/features/configuration
Kubernetes tools
  Skaffold | skaffold.yml skaffold.yaml skaffold.*.yaml skaffold.env | skaffold.dev/docs/lifecycle-hooks
  Helm, Helmfile | chart.yml chart.yaml helmfile.yml helmfile.yaml helmfile.*.yaml helmfile.yaml.gotmpl helmfile.d/ values.yaml.gotmpl
      plugin.yaml .helm/ ct.yaml | helmfile.readthedocs.io/en/latest/#configuration
  Kustomize | kustomization.yml kustomization.yaml kustomization kustomizeconfig.yaml |
      kubectl.docs.kubernetes.io/guides/extending_kustomize/exec_krm_functions
  kubectl, k9s, Krew | kubeconfig *.kubeconfig .kube/ .kuberc kuberc .k9s/ plugins.yaml hotkeys.yaml .krew.yaml |
      kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
  Argo CD, Flux, Kapitan, Tanka, Werf | werf.yaml werf-giterminism.yaml .werf/ tkrc.yaml .kapitan .argocd-source.yaml .flux.yaml kapp.yml
      vendir.yml imgpkg.yml cnab.json porter.yaml acorn.yaml kpt.yaml kptfile score.yaml |
      googlecontainertools.github.io/kpt/reference/schema/kptfile
  kind, k3d, minikube, Telepresence, mirrord | kind.yaml kind-config.yaml k3d.yaml k3d-config.yaml .mirrord/ mirrord.json mirrord.toml
      mirrord.yaml telepresence.yaml ctlptl.yaml .nocalhost/ .bridge/ | metalbear.com/mirrord/docs/config
infrastructure as code
  Terraform, OpenTofu | *.tf *.tf.json *.tofu *.tofu.json *.tfvars *.tfvars.json .terraformrc terraform.rc .terraform/ .tofurc tofu.rc
      *.tftest.hcl *.tfrc .terraform.lock.hcl backend.hcl *.tfbackend terraform.d/ |
      developer.hashicorp.com/terraform/language/resources/provisioners/local-exec
  Terragrunt, Terramate, Atmos, Spacelift | terragrunt.hcl *.terragrunt.hcl root.hcl terragrunt.stack.hcl *.tm.hcl terramate.tm.hcl
      atmos.yaml atmos.yml .spacelift/ atlantis.yaml .atlantis/ .digger.yml digger.yml terrateam.yml .terrateam/ |
      docs.terragrunt.com/features/hooks
  TFLint, Checkov, tfsec, Infracost | .tflint.hcl .tfsec/ .tfsec.yml .terrascan.toml infracost.yml .infracost/ .kics.config .conftest.toml
      conftest.toml .regal/ .terraform-docs.yml .terraform-docs.yaml |
      github.com/terraform-linters/tflint/blob/master/docs/user-guide/plugins.md
  Pulumi, CDK, SST, Serverless, SAM | pulumi.yaml pulumi.yml pulumi.*.yaml pulumi.*.yml cdk.json cdk.context.json cdktf.json sst.config.js
      serverless.yml serverless.yaml serverless.json serverless.js serverless.ts serverless.*.yml serverless-compose.yml samconfig.toml
      samconfig.yaml template.sam.yaml .chalice/ zappa_settings.json zappa_settings.py up.json arc.json app.arc copilot/.workspace
      .architect | docs.aws.amazon.com/cdk/v2/guide/cli.html
  cloud command lines | .aws/ .azure/ .config/gcloud/ .oci/ .aliyun/ .boto .s3cfg .doctl/ .mc/config.json rclone.conf .netrc _netrc |
      docs.aws.amazon.com/cli/latest/topic/config-vars.html, credential_process
  Chef, Puppet, Salt, CFEngine | knife.rb .chef/ config.rb client.rb hiera.yaml bolt-project.yaml bolt.yaml inventory.yaml puppet.conf
      metadata.rb .fixtures.yml .sync.yml master.d/ minion.d/ | docs.chef.io/workstation/knife_setup
  Nomad, Consul, Vault, Waypoint, Boundary | *.nomad *.nomad.hcl waypoint.hcl levant.yml .vault consul.hcl vault.hcl *.ctmpl
      consul-template.hcl envconsul.hcl | developer.hashicorp.com/nomad/docs/job-specification
  NixOS, Colmena, morph, deploy-rs | configuration.nix hive.nix deploy.nix secrets.nix home.nix | colmena.cli.rs/unstable/reference
  database migrations | flyway.conf flyway.toml liquibase.properties .liquibase/ dbmate.yml atlas.yaml sqitch.conf .sqitch/ bytebase.yaml |
      sqitch.org/docs/manual/sqitch-config
  load tests, API tests | artillery.yml artillery.yaml .newman/ newman.json bruno.json dredd.yml schemathesis.toml tavern.yaml .step-ci.yml
      hurl.env .httpyac.js httpyac.config.js | docs.usebruno.com/introduction/what-is-bruno
  monitoring agents | otelcol.yaml newrelic.js newrelic.ini newrelic.yml elastic-apm-node.js appsignal.yml .scout-apm.yml scout_apm.yml |
      docs.newrelic.com/docs/apm/agents/nodejs-agent
  chezmoi, yadm, dotbot, stow | install.conf.yaml .chezmoi.* .chezmoiscripts/ run_once_* run_onchange_* .chezmoiexternal.* .yadm/ .stowrc
      .stow-local-ignore | chezmoi.io/user-guide/use-scripts-to-perform-actions
`;
