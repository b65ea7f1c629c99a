import { given } from "../base/given.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readHomeFolder } from "../base/home-folder.ts";
import { parseDockerHost } from "./engine-endpoint.ts";
import type { EndpointOrReason, EngineTls } from "./engine-endpoint.ts";
import { readRegularText } from "../base/fs/regular-file.ts";

/** The folder of the docker command's own settings. */
export function dockerConfigFolder(env: NodeJS.ProcessEnv): string {
  return env["DOCKER_CONFIG"] || join(readHomeFolder(env), ".docker");
}

/** The name of the context that the docker command would use, or undefined for its default. */
export async function readContextName(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = env["DOCKER_CONTEXT"];
  if (named !== undefined && named !== "") return named === "default" ? undefined : named;
  const config = await readJson(join(dockerConfigFolder(env), "config.json"));
  const current = config?.["currentContext"];
  return typeof current === "string" && current !== "" && current !== "default"
    ? current
    : undefined;
}

/**
 * The endpoint of a context, from the store the docker command keeps under `contexts/`
 * (a folder per context, named by the SHA-256 of the context's name).
 */
export async function readContextEndpoint(
  env: NodeJS.ProcessEnv,
  name: string,
): Promise<EndpointOrReason> {
  const id = createHash("sha256").update(name).digest("hex");
  const store = join(dockerConfigFolder(env), "contexts");
  const metaPath = join(store, "meta", id, "meta.json");
  const meta = await readJson(metaPath);
  if (meta === undefined) return { kind: "unusable", why: `there is no readable ${metaPath}` };
  const endpoint = asRecord(asRecord(meta["Endpoints"])?.["docker"]);
  const host = endpoint?.["Host"];
  if (typeof host !== "string") return { kind: "unusable", why: "it names no docker endpoint" };
  const tls = await readTlsFolder(join(store, "tls", id, "docker"), {
    verify: endpoint?.["SkipTLSVerify"] !== true,
  });
  return parseDockerHost(host, tls);
}

/** `ca.pem`, `cert.pem` and `key.pem` of a folder; undefined when none is there. */
export async function readTlsFolder(
  folder: string,
  options: { verify: boolean },
): Promise<EngineTls | undefined> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) =>
      readRegularText(join(folder, name)).catch(() => undefined),
    ),
  );
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return {
    verify: options.verify,
    ...given({ ca, cert, key }),
  };
}

/** A file that isn't there or isn't JSON counts as absent: whoever needs it says so. */
async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readRegularText(path).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return asRecord(JSON.parse(text));
  } catch {
    // The docker command itself ignores a broken config.json with a warning
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
