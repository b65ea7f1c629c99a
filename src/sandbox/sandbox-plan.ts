import { gitRulesOf } from "../git/entry/git-entries.ts";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createWorthlessCertificate } from "../ca/certificate.ts";
import { toJavaTrustStore } from "../ca/java-trust-store.ts";
import { toCaBundle } from "../ca/ca-bundle.ts";
import type { BindMount, Engine, ImageFacts } from "../engine/engine.ts";
import { VaultboxError } from "../base/errors.ts";
import { readBootId } from "../base/fs/file-origin.ts";
import { quoted } from "../base/printable.ts";
import { agentPids } from "./container-specs.ts";
import { toEnvironment } from "./environment/environment.ts";
import { gitFiles, toAllowedSigners, toGitConfig } from "./environment/git-config.ts";
import {
  namesCertificate,
  toCertificateVariables,
  toGitOverrides,
  toOverrideVariables,
} from "./environment/git-overrides.ts";
import { toRemoteRewrites } from "./environment/git-remotes.ts";
import { toHomeName } from "./home/home-volume.ts";
import {
  readAccounts,
  resolveIdentity,
  type SandboxUser,
  toGroup,
  toPasswd,
} from "./sandbox-user.ts";
import { openSessionHistory, type SessionHistory } from "./home/history/session-history.ts";
import { homeMount } from "./sandbox-places.ts";
import { toWorkspaceBinds } from "./mounts/mounts.ts";
import { toPolicyDocument } from "./environment/policy-document.ts";
import type { PostureExpectation } from "./posture/expected-mounts.ts";
import type { MountSource } from "../workspace/roots/open-roots.ts";
import { toRegistryEnvironment } from "../presets/client-registry.ts";
import type { SandboxHost, SandboxRequest, SandboxSession } from "./sandbox-request.ts";
import { sayWhileLong } from "./long-work.ts";
import { proxyUrl, relayAddress } from "./sandbox-network.ts";
import type { OnStream } from "./link/read-service.ts";
import { toSessionLabels } from "./session-labels.ts";
import type { StartingRelay } from "./start-relay.ts";
import type { FrozenTree } from "../workspace/hide/tracked/work-trees.ts";
import type { WorkspaceSession } from "../workspace/workspace-session.ts";
import { toGitSignScript } from "./environment/git-sign.ts";
import { toTemporary } from "./mounts/temporary-mounts.ts";
import { type SandboxGitFiles, writeSandboxFiles } from "./environment/ca-files.ts";
import { inState } from "../base/state-folder.ts";

export interface SandboxOptions {
  readonly request: SandboxRequest;
  readonly session: SandboxSession;
  readonly host: SandboxHost;
  readonly engine: Engine;
  /** Tag of the agent container's image */
  readonly imageTag: string;
  readonly relay: StartingRelay;
  /** A client in the sandbox connected to the port of a service */
  readonly onStream: OnStream;
  readonly tty: boolean;
  readonly files: WorkspaceSession;
  /** Rejects when the user gives up */
  readonly interrupted: Promise<never>;
}

/** Everything that is known of a sandbox before its containers exist. */
export interface SandboxPlan extends SandboxOptions {
  readonly image: ImageFacts;
  readonly sandboxUser: SandboxUser;
  readonly labels: Readonly<Record<string, string>>;
  readonly nonce: string;
  readonly history: SessionHistory;
}

/** @throws VaultboxError VBX_IMAGE_MISSING */
export async function planSandbox(options: SandboxOptions): Promise<SandboxPlan> {
  const { engine, imageTag, request, session } = options;
  const { info } = options.relay;
  const image = await engine.inspectImage(imageTag);
  if (image === undefined) {
    throw new VaultboxError("VBX_IMAGE_MISSING", `the engine has no image ${quoted(imageTag)}`, {
      hints: [`pull it first: docker pull ${imageTag}`],
    });
  }
  const sandboxUser = await resolveIdentity(request.workspace, info);
  const labels = toSessionLabels(session.state);
  const nonce = randomBytes(16).toString("hex");
  const { paths } = options.host;
  const targets = options.files.mounts.map(({ target }) => target);
  const history = await openSessionHistory({
    request,
    paths,
    sandboxUser,
    engine: info,
    targets,
  });
  return { ...options, image, sandboxUser, labels, nonce, history };
}

/** What was checked before it was mounted, once it is planned; in this order the prologue tells of it. */
export function toMountSources({ files, history }: SandboxPlan): readonly MountSource[] {
  const sources = files.mounted()?.sources ?? [];
  return history.type === "kept" ? [...sources, history.history.source] : sources;
}

/** What the posture is judged by. */
export function toExpectation(
  plan: SandboxPlan,
  relayId: string,
  binds: readonly BindMount[],
): PostureExpectation {
  const { sandboxUser, request } = plan;
  const own = [homeMount, ...Object.keys(toPlanTemporary(plan, binds))];
  const writable = binds.filter(({ readOnly }) => !readOnly).map(({ target }) => target);
  return {
    uid: sandboxUser.uid,
    gid: sandboxUser.gid,
    memoryBytes: request.memoryBytes,
    pids: agentPids,
    relayId,
    seccomp: plan.relay.seccomp,
    writableTargets: [...writable, ...own],
    mountTargets: [...binds.map(({ target }) => target), ...own],
    sources: toMountSources(plan),
    // An engine in a virtual machine may share the kernel, and not its file systems (WSL 2)
    bootId: plan.relay.info.flavour === "docker-desktop" ? undefined : readBootId(),
    covered: [...(plan.files.mounted()?.covered ?? []), ...toProjectFile(request, binds)],
    shownAgain: (plan.files.mounted()?.own ?? []).map(({ bind, base }) => ({
      target: bind.target,
      base,
    })),
  };
}

/** The project file, where a copy of it is mounted over it. */
function toProjectFile(
  { plan }: SandboxRequest,
  binds: readonly BindMount[],
): readonly { readonly target: string }[] {
  return binds.filter(({ target }) => target === plan.projectFile?.path);
}

/** The file systems in memory of the agent container. */
export function toPlanTemporary(
  plan: SandboxPlan,
  binds: readonly BindMount[],
): Readonly<Record<string, string>> {
  const mounted = [homeMount, ...binds.map(({ target }) => target)];
  return toTemporary(plan.image.volumes, mounted, plan.sandboxUser.home);
}

/** Writes the session's files and returns every bind mount of the agent container. */
export async function toBinds(
  plan: SandboxPlan,
  stack: AsyncDisposableStack,
): Promise<readonly BindMount[]> {
  const { request, session, host, sandboxUser, engine } = plan;
  const accounts = await readAccounts(
    engine,
    { id: plan.image.id, reference: plan.imageTag },
    {
      cacheFolder: inState(host.paths.state, "images"),
      labels: plan.labels,
      seccomp: plan.relay.seccomp,
      stack,
    },
  );
  const caPem = session.ca.certificatePem;
  const directory = session.state.runtimeDirectory;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const projectFile = request.plan.projectFile?.path;
  const workspace = await toWorkspaceBinds(request.workspace, projectFile, directory);
  const look = plan.files.mount(directory);
  const mounts = await sayWhileLong(look, "looking through the workspace", host.onNote);
  const keepsHistory = plan.history.type === "kept";
  const own = [...workspace, ...mounts.binds, ...plan.files.mounts];
  const told = {
    workspace: request.workspace,
    binds: own,
    home: toHomeName(request),
    keepsHistory,
  };
  const files = await writeSandboxFiles(directory, {
    caPem,
    bundlePem: toCaBundle(caPem),
    javaTrustStore: toJavaTrustStore(caPem),
    policyMarkdown: toPolicyDocument(request.plan.policy, session.placeholders, {
      ...mounts,
      told,
    }),
    passwd: toPasswd(accounts.passwd, sandboxUser),
    group: toGroup(accounts.group, sandboxUser),
    git: toGitFiles(request, accounts.gitConfig, mounts.frozen),
    machine: request.plan.agent.machineFiles({ workspace: request.workspace, keepsHistory }),
    // Podman takes no resolver for a container without a network
    ...(plan.relay.info.flavour === "podman" ? { resolvConf: `nameserver ${relayAddress}\n` } : {}),
  });
  const history = plan.history.type === "kept" ? [plan.history.history.bind] : [];
  return [...own, ...history, ...files];
}

function toGitFiles(
  { plan, workspace }: SandboxRequest,
  imageConfig: string,
  frozen: readonly FrozenTree[],
): SandboxGitFiles {
  const { author, signing } = plan.git;
  const signingKey = signing?.key.publicKey;
  const rules = gitRulesOf(plan.policy);
  const config = toGitConfig({
    workspace,
    rules,
    author,
    signingKey,
    hasImageConfig: imageConfig !== "",
    frozen,
    remotes: toRemoteRewrites(plan.repository ?? { remotes: [], settings: [] }, rules),
  });
  const clientCertificate = namesCertificate(plan.repository?.settings ?? [])
    ? createWorthlessCertificate()
    : undefined;
  const files = { config, imageConfig, frozen, clientCertificate };
  if (signing === undefined) return files;
  const program = toGitSignScript({
    proxy: proxyUrl,
    direct: `http://${relayAddress}`,
    tips: gitFiles.launchTips,
  });
  const allowedSigners = toAllowedSigners(signing.author, signing.key.publicKey);
  const launchTips = signing.repository.tips.map((id) => `${id}\n`).join("");
  return { ...files, signing: { program, allowedSigners, launchTips } };
}

export function toAgentEnvironment(plan: SandboxPlan): Readonly<Record<string, string>> {
  const { request, session } = plan;
  const signingKey = request.plan.git.signing?.key.publicKey;
  const env = toEnvironment({
    sandboxUser: plan.sandboxUser,
    image: plan.image.env,
    host: plan.host.env,
    tty: plan.tty,
    agent: { ...toRegistryEnvironment(request.plan.registries), ...request.plan.agent.env },
    project: request.plan.projectFile?.project.env ?? {},
    placeholders: session.placeholders,
    user: request.env,
    session: session.state.id,
  });
  const settings = request.plan.repository?.settings ?? [];
  const overrides = toGitOverrides(settings, { signingKey, pin: session.ca.leafPin });
  return { ...env, ...toOverrideVariables(overrides, env), ...toCertificateVariables(settings) };
}
