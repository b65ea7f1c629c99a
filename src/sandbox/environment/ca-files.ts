import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { MachineFile } from "../../agents/agent-profile.ts";
import type { BindMount } from "../../engine/engine.ts";
import { firefoxPolicies } from "./browser-ca.ts";
import { gitFiles, toHiddenConfig } from "./git-config.ts";
import {
  toHiddenAttributes,
  toHiddenExcludes,
  toHiddenFile,
  toHiddenScript,
} from "./git-hidden.ts";
import type { FrozenTree } from "../../workspace/hide/tracked/work-trees.ts";
import { infoDirectory } from "../sandbox-places.ts";
import { adviceFolder, advicePaths, adviceScript } from "./tool-advice.ts";

export const caFiles = {
  /** The session's CA alone */
  ca: `${infoDirectory}/ca.pem`,
  /** Public CAs and the session's */
  bundle: `${infoDirectory}/ca-bundle.pem`,
  javaTrustStore: `${infoDirectory}/truststore.jks`,
} as const;

/** Where distributions keep the bundle that programs read without being told; Debian, Fedora, Alpine, SUSE. */
const bundlePaths = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
] as const;

export interface SandboxFiles {
  readonly caPem: string;
  readonly bundlePem: string;
  readonly javaTrustStore: Buffer;
  readonly policyMarkdown: string;
  readonly passwd: string;
  readonly group: string;
  /** Where the engine writes none that says what it was asked to */
  readonly resolvConf?: string;
  readonly git: SandboxGitFiles;
  readonly machine: readonly MachineFile[];
}

/** What git in the sandbox reads. */
export interface SandboxGitFiles {
  readonly config: string;
  /** The image's own /etc/gitconfig, empty when it has none */
  readonly imageConfig: string;
  readonly signing?: {
    readonly program: string;
    readonly allowedSigners: string;
    /** Ids that refs pointed to at launch, one a line */
    readonly launchTips: string;
  };
  /** PEM, with its key; undefined where no repository names one */
  readonly clientCertificate: string | undefined;
  /** What is hidden of work trees */
  readonly frozen: readonly FrozenTree[];
}

async function writeAdvice(info: string): Promise<void> {
  const folder = join(info, basename(adviceFolder));
  await Promise.all(
    advicePaths.map(async (path) => {
      const parent = join(folder, dirname(path));
      await mkdir(parent, { recursive: true });
      await Promise.all([folder, parent].map((made) => chmod(made, 0o755)));
      await writeFile(join(folder, path), adviceScript);
      await chmod(join(folder, path), 0o755);
    }),
  );
}

/** Writes what is mounted into the sandbox to a directory of the session; public facts only. */
export async function writeSandboxFiles(
  directory: string,
  files: SandboxFiles,
): Promise<readonly BindMount[]> {
  const info = join(directory, "info");
  // The directory above is private; what is in here must be readable by the sandbox's user
  await mkdir(info, { recursive: true });
  await chmod(info, 0o755);
  // Not by the mode of the call, which the umask narrows: the sandbox may run as another user than this process
  const write = async (path: string, content: string | Buffer, mode = 0o644): Promise<void> => {
    await writeFile(path, content);
    await chmod(path, mode);
  };
  const writeInfo = (target: string, content: string | Buffer, mode?: number): Promise<void> =>
    write(join(info, basename(target)), content, mode);
  const { config, imageConfig, signing, clientCertificate, frozen } = files.git;
  const { resolvConf } = files;
  await Promise.all([
    write(join(info, "ca.pem"), files.caPem),
    write(join(info, "ca-bundle.pem"), files.bundlePem),
    write(join(info, "truststore.jks"), files.javaTrustStore),
    writeInfo(firefoxPolicies.file, firefoxPolicies.content),
    write(join(info, "policy.md"), files.policyMarkdown),
    write(join(directory, "passwd"), files.passwd),
    write(join(directory, "group"), files.group),
    write(join(directory, "gitconfig"), config),
    ...(resolvConf === undefined ? [] : [write(join(directory, "resolv.conf"), resolvConf)]),
    writeInfo(gitFiles.imageConfig, imageConfig),
    writeAdvice(info),
    ...(signing === undefined
      ? []
      : [
          writeInfo(gitFiles.signProgram, signing.program, 0o755),
          writeInfo(gitFiles.allowedSigners, signing.allowedSigners),
          writeInfo(gitFiles.launchTips, signing.launchTips),
        ]),
    ...(clientCertificate === undefined
      ? []
      : [writeInfo(gitFiles.clientCertificate, clientCertificate)]),
    ...(frozen.length === 0 ? [] : [writeInfo(gitFiles.hidden, toHiddenScript(), 0o755)]),
    ...frozen.flatMap(({ paths }, index) => {
      const at = (kind: "config" | "exclude" | "attributes"): string =>
        toHiddenFile(gitFiles.hidden, index, kind);
      return [
        writeInfo(at("config"), toHiddenConfig(index)),
        writeInfo(at("exclude"), toHiddenExcludes(paths)),
        writeInfo(at("attributes"), toHiddenAttributes(paths)),
      ];
    }),
  ]);
  const machine = files.machine.map(({ path, content }, index) => ({
    content,
    bind: { source: join(directory, `machine-${index}`), target: path, readOnly: true },
  }));
  await Promise.all(machine.map(({ bind, content }) => write(bind.source, content)));
  const bundle = join(info, "ca-bundle.pem");
  return [
    { source: info, target: infoDirectory, readOnly: true },
    ...bundlePaths.map((target) => ({ source: bundle, target, readOnly: true })),
    {
      source: join(info, basename(firefoxPolicies.file)),
      target: firefoxPolicies.target,
      readOnly: true,
    },
    { source: join(directory, "passwd"), target: "/etc/passwd", readOnly: true },
    { source: join(directory, "group"), target: "/etc/group", readOnly: true },
    { source: join(directory, "gitconfig"), target: gitFiles.config, readOnly: true },
    ...machine.map(({ bind }) => bind),
    ...(resolvConf === undefined
      ? []
      : [{ source: join(directory, "resolv.conf"), target: "/etc/resolv.conf", readOnly: true }]),
  ];
}
