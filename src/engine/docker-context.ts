import { given } from "../base/given.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readHomeFolder } from "../base/home-folder.ts";
import { parseDockerHost } from "./engine-endpoint.ts";
import type { EndpointOrReason, EngineTls } from "./engine-endpoint.ts";
import { fieldsOf, flag, optional, parseJson, type Shape, text } from "../base/shape.ts";
import { readRegularText } from "../base/fs/regular-file.ts";

const dockerConfig = fieldsOf<{ readonly currentContext?: string }>({
  currentContext: optional(text),
});
const contextMeta = fieldsOf<{
  readonly Endpoints: {
    readonly docker: { readonly Host: string; readonly SkipTLSVerify?: boolean };
  };
}>({
  Endpoints: fieldsOf({ docker: fieldsOf({ Host: text, SkipTLSVerify: optional(flag) }) }),
});

/** The folder of the docker command's own settings. */
export function dockerConfigFolder(env: NodeJS.ProcessEnv): string {
  return env["DOCKER_CONFIG"] || join(readHomeFolder(env), ".docker");
}

/** The name of the context that the docker command would use, or undefined for its default. */
export async function readContextName(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = env["DOCKER_CONTEXT"];
  if (named !== undefined && named !== "") return named === "default" ? undefined : named;
  // The docker command itself ignores a broken config.json with a warning
  const config = await readShape(join(dockerConfigFolder(env), "config.json"), dockerConfig);
  const current = config?.currentContext ?? "";
  return current === "" || current === "default" ? undefined : current;
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
  const meta = await readShape(metaPath, contextMeta);
  if (meta === undefined) {
    return {
      kind: "unusable",
      why: `there is no readable ${metaPath} that names a docker endpoint`,
    };
  }
  const { Host, SkipTLSVerify } = meta.Endpoints.docker;
  const verify = SkipTLSVerify !== true;
  return parseDockerHost(Host, await readTlsFolder(join(store, "tls", id, "docker"), { verify }));
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

/** A file that isn't there or isn't what it must be counts as absent: whoever needs it says so. */
async function readShape<T>(path: string, shape: Shape<T>): Promise<T | undefined> {
  const json = await readRegularText(path).catch(() => undefined);
  return json === undefined ? undefined : parseJson(json, shape);
}
