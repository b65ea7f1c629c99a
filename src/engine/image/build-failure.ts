import { tmpdir } from "node:os";
import { VaultboxError, isVaultboxError } from "../../base/errors.ts";
import { readProxyVariables } from "../../base/proxy-variables.ts";
import { quoted } from "../../base/printable.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { EngineApiError } from "../engine-error.ts";
import { toBuildLine, type BuildTrace } from "./build-trace.ts";
import type { BuildFailure } from "./failure-causes.ts";

/** An image whose build failed. */
export interface FailedImage {
  readonly what: string;
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly platform: string;
  /** What else may be done, beside what the cause asks for */
  readonly otherHints?: readonly string[];
}

/** The error of a failed build: which command failed of what, its last lines, and what to do about it. */
export function toBuildError(image: FailedImage, trace: BuildTrace, error: unknown): VaultboxError {
  if (isVaultboxError(error, "VBX_IMAGE_BUILD_FAILED")) return error;
  const why = toReason(trace, error);
  const lines = trace.lastLines;
  const tail = lines.length === 0 ? "" : `; its last lines: ${lines.join(" | ")}`;
  const failure = toFailure(image, trace, error);
  const every = `see every line with: ${failure.again}`;
  const hints = [...(trace.cause?.toHints(failure) ?? []), ...(image.otherHints ?? [])];
  return new VaultboxError("VBX_IMAGE_BUILD_FAILED", `cannot build ${image.what}: ${why}${tail}`, {
    cause: error,
    hints: [...hints.slice(0, 2), every],
  });
}

/** `"apt-get install x" failed with status 100`, or what the engine or the system says. */
function toReason(trace: BuildTrace, error: unknown): string {
  const said = toSaid(error);
  trace.see(toBuildLine(said));
  const status =
    /(?:returned a non-zero code:|building at STEP .* exit status|exit status) (\d+)/.exec(
      said,
    )?.[1];
  const { command } = trace;
  if (command === undefined) return toBuildLine(said);
  const name = quoted(command);
  return status === undefined
    ? `${name} failed: ${toBuildLine(said)}`
    : `${name} failed with status ${status}`;
}

function toSaid(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof EngineApiError) return `the engine says: ${error.cause.message}`;
  if (!isVaultboxError(error, "VBX_HOST_COMMAND_FAILED")) return error.message;
  return error.message.replace(/^cannot run "[^"]*": /, "");
}

export function toFailure(
  { flags, env, platform }: Omit<FailedImage, "what">,
  trace: BuildTrace,
  error: unknown,
): BuildFailure {
  const isHost = isVaultboxError(error, "VBX_HOST_COMMAND_FAILED") || !isVaultboxError(error);
  const isPull = /^docker pull\b/.test(trace.command ?? "");
  const base = env["VAULTBOX_BASE"] ?? "";
  const choice = base === "" ? "" : `VAULTBOX_BASE=${toShellWord(base)} `;
  const againWith = (names: ReadonlyMap<string, string>): string =>
    `${choice}${["vaultbox", "image", "build", ...flags.map((flag) => names.get(flag) ?? flag)].map(toShellWord).join(" ")}`;
  return {
    where: isHost ? "host" : isPull ? "pull" : "build",
    again: againWith(new Map()),
    againWith,
    command: trace.command,
    similarNames: trace.similarNames,
    packages: flags.filter((_, index) => flags[index - 1] === "--package"),
    platform,
    temporaryFolder: tmpdir(),
    ownProxy: findOwnProxy(env),
  };
}

/** `HTTPS_PROXY (127.0.0.1)`, where a variable names this machine as only its own programs can. */
function findOwnProxy(env: NodeJS.ProcessEnv): string | undefined {
  for (const [name, value] of Object.entries(readProxyVariables(env))) {
    const host =
      /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:.*@)?(\[::1\]|localhost|127\.[\d.]+)(?:[:/]|$)/i.exec(
        value,
      )?.[1];
    if (host !== undefined && !/^no_proxy$/i.test(name)) return `${name} (${host})`;
  }
  return undefined;
}
