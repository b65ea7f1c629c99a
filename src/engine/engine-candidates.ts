import { join } from "node:path";
import { readHomeFolder } from "../base/home-folder.ts";
import { readWritableFolders } from "../base/folder-list.ts";
import {
  dockerConfigFolder,
  readContextEndpoint,
  readContextName,
  readTlsFolder,
} from "./docker-context.ts";
import { parseDockerHost } from "./engine-endpoint.ts";
import type { EndpointOrReason } from "./engine-endpoint.ts";

/** A place where an engine may answer. */
export interface EngineCandidate {
  /** How it was found, for the user: `DOCKER_HOST`, `docker context "x"`, a socket's path */
  readonly foundBy: string;
  readonly endpoint: EndpointOrReason;
}

/** What the user named, or the usual places. */
export interface EngineCandidates {
  /** The user named this engine: if it fails, no other one is tried */
  readonly explicit: boolean;
  readonly candidates: readonly EngineCandidate[];
}

/**
 * DOCKER_HOST, then the current docker context (the docker command's own order), then the usual sockets. A socket that a
 * sandbox can put there, or a context that it can write, is none.
 * @throws VaultboxError VBX_FILE_UNSAFE when the list of folders that sandboxes can write is damaged
 */
export async function listEngineCandidates(env: NodeJS.ProcessEnv): Promise<EngineCandidates> {
  const { explicit, candidates } = await listAll(env);
  const folders = readWritableFolders(env);
  const toSafe = (candidate: EngineCandidate): EngineCandidate => {
    const paths = candidate.endpoint.kind === "socket" ? [candidate.endpoint.path] : [];
    if (explicit) paths.push(join(dockerConfigFolder(env), "config.json"));
    const holder = paths.map((path) => folders.holderOf(path)).find((one) => one);
    if (holder === undefined) return candidate;
    const why = `it leads into "${holder}", where a sandbox can write`;
    return { ...candidate, endpoint: { kind: "unusable", why } };
  };
  return { explicit, candidates: candidates.map(toSafe) };
}

async function listAll(env: NodeJS.ProcessEnv): Promise<EngineCandidates> {
  const host = env["DOCKER_HOST"];
  if (host !== undefined && host !== "") {
    const endpoint = parseDockerHost(host, await readHostTls(env));
    return { explicit: true, candidates: [{ foundBy: "DOCKER_HOST", endpoint }] };
  }
  const context = await readContextName(env);
  if (context !== undefined) {
    const endpoint = await readContextEndpoint(env, context);
    return { explicit: true, candidates: [{ foundBy: `docker context "${context}"`, endpoint }] };
  }
  return { explicit: false, candidates: usualSockets(env) };
}

function usualSockets(env: NodeJS.ProcessEnv): readonly EngineCandidate[] {
  if (process.platform === "win32") return [atSocket("named pipe", "//./pipe/docker_engine")];
  const home = readHomeFolder(env);
  const runtime = env["XDG_RUNTIME_DIR"];
  const colima = env["COLIMA_HOME"] || join(home, ".colima");
  return [
    atSocket("Docker Engine", "/var/run/docker.sock"),
    ...(runtime ? [atSocket("rootless Docker", join(runtime, "docker.sock"))] : []),
    atSocket("Docker Desktop", join(home, ".docker", "run", "docker.sock")),
    atSocket("Docker Desktop", join(home, ".docker", "desktop", "docker.sock")),
    atSocket("Colima", join(colima, "default", "docker.sock")),
    ...(runtime ? [atSocket("rootless Podman", join(runtime, "podman", "podman.sock"))] : []),
    atSocket("Podman", "/run/podman/podman.sock"),
  ];
}

function atSocket(name: string, path: string): EngineCandidate {
  return { foundBy: `${name} socket "${path}"`, endpoint: { kind: "socket", path } };
}

/** TLS for DOCKER_HOST: asked for by DOCKER_TLS_VERIFY or DOCKER_CERT_PATH, as in the docker command. */
async function readHostTls(env: NodeJS.ProcessEnv) {
  const verify = (env["DOCKER_TLS_VERIFY"] ?? "") !== "";
  const folder = env["DOCKER_CERT_PATH"];
  if (!verify && (folder === undefined || folder === "")) return undefined;
  // A certificate folder without DOCKER_TLS_VERIFY still verifies: there is no reason to trust just anyone
  const tls = await readTlsFolder(folder || dockerConfigFolder(env), { verify: true });
  return tls ?? { verify: true };
}
