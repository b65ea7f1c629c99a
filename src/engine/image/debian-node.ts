import { createReadStream } from "node:fs";
import {
  access,
  chmod,
  constants,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { formatSize } from "../../base/units.ts";
import type { Engine } from "../engine.ts";
import { readAptSources, takeAptLogins } from "./apt-sources.ts";
import { runBuildCommand } from "./build-trace.ts";
import { readAptOptions, readNpmGlobalConfig, toStringEnv } from "./host-network.ts";
import type { BuildProgress } from "./image-request.ts";

/** The Node.js release line of the image */
export const nodeMajor = 24;
/** The npm release line that Node.js of this line brings */
const npmMajor = 11;
/** Downloads and unpacks some 150 packages, in milliseconds */
const bootstrapTimeoutMs = 15 * 60_000;
const npmTimeoutMs = 5 * 60_000;

const npmInstall = ["install", "--global", "--ignore-scripts", "--no-audit", "--no-fund"] as const;

/** What makes a Debian image of Node.js without an image registry. */
export interface DebianNode {
  readonly tag: string;
  readonly packages: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (progress: BuildProgress) => void;
}

/** Whether this machine can make the image: a Debian with mmdebstrap, and root. */
export async function canBuildDebianNode(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    const found = await access(join(folder, "mmdebstrap"), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

/**
 * Makes an image with the content of Node's own one from the host's package sources and npm registry, through the
 * host's own clients: their mirrors, keys and CAs are the user's, none is written here.
 * @throws VaultboxError VBX_IMAGE_BUILD_FAILED
 */
export async function buildDebianNode(engine: Engine, image: DebianNode): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-image-"));
  try {
    const node = join(folder, "node");
    await installNode(node, image);
    const tar = join(folder, "root.tar");
    await bootstrap({ folder, node, tar }, image);
    const size = formatSize((await stat(tar)).size);
    image.onProgress({ step: "importing the file system", line: `${size} into ${image.tag}` });
    await engine.importImage(createReadStream(tar), image.tag, [
      "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      'CMD ["bash"]',
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Node.js and npm in the layout of /usr/local, from the packages that carry Node's own binary. */
async function installNode(target: string, image: DebianNode): Promise<void> {
  const step = `fetching Node.js ${nodeMajor}`;
  const binary = `node-linux-${process.arch}`;
  const settings = ["--globalconfig", await readNpmGlobalConfig(image.env), "--prefix", target];
  const command = {
    file: "npm",
    args: [...npmInstall, ...settings, `${binary}@${nodeMajor}`, `npm@${npmMajor}`],
    timeoutMs: npmTimeoutMs,
    env: toStringEnv(image.env),
  };
  await runBuildCommand(command, step, image.onProgress);
  // npm derives its global folder from where the binary is, so that has to be /usr/local/bin itself
  const installed = join(target, "lib", "node_modules", binary);
  await rm(join(target, "bin", "node"), { force: true });
  await rename(join(installed, "bin", "node"), join(target, "bin", "node"));
  await rename(join(installed, "include"), join(target, "include"));
  await rm(installed, { recursive: true });
  await chmod(join(target, "bin", "node"), 0o755);
}

async function bootstrap(
  paths: { readonly folder: string; readonly node: string; readonly tar: string },
  image: DebianNode,
): Promise<void> {
  const codename = await readCodename();
  const { sources, logins } = takeAptLogins(await readAptSources(codename));
  if (sources.length === 0) {
    throw new VaultboxError(
      "VBX_IMAGE_BUILD_FAILED",
      `cannot build the base image: /etc/apt names no package source for "${codename}"`,
    );
  }
  const list = join(paths.folder, "sources.list");
  await writeFile(list, `${sources.join("\n")}\n`);
  const options = await writeAptOptions(paths.folder, logins);
  const args = [
    "--variant=minbase",
    "--mode=root",
    `--include=${image.packages.join(",")}`,
    `--aptopt=${options}`,
    ...["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*"].map(
      (path) => `--dpkgopt=path-exclude=${path}`,
    ),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    `--customize-hook=sync-in "${paths.node}" /usr/local`,
    // What this machine needed to reach its mirror is no business of the image
    '--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"',
    codename,
    paths.tar,
    list,
  ];
  const env = toStringEnv(image.env);
  const command = { file: "mmdebstrap", args, timeoutMs: bootstrapTimeoutMs, env };
  await runBuildCommand(command, "installing Debian packages", image.onProgress);
}

/** In a file of this process's own folder: arguments are for everybody on this machine to read, and a proxy may have a password. */
async function writeAptOptions(folder: string, logins: string): Promise<string> {
  const netrc = join(folder, "auth.conf");
  await writeFile(netrc, logins, { mode: 0o600 });
  const path = join(folder, "apt.conf");
  const lines = [...(await readAptOptions()), `Dir::Etc::netrc "${netrc}";`];
  await writeFile(path, `${lines.join("\n")}\n`, { mode: 0o600 });
  return path;
}

async function readCodename(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1];
  if (codename !== undefined) return codename;
  throw new VaultboxError(
    "VBX_IMAGE_BUILD_FAILED",
    "cannot build the base image: /etc/os-release names no release of Debian or Ubuntu",
  );
}
