import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { readHomeFolder } from "../../base/home-folder.ts";
import { readRegularText } from "../../base/fs/regular-file.ts";
import { resolveBaseFolder } from "../../base/state-folder.ts";

/** What of vaultbox is where shells look. */
export interface ShellFiles {
  /** Files that `vaultbox completion` wrote, and nobody changed into another one's */
  readonly scripts: readonly string[];
  /** Lines of the user's own files that start the completion, as `FILE:LINE` */
  readonly lines: readonly string[];
}

/** In the first lines of every script that `vaultbox completion` prints. */
const scriptMark = "completion for vaultbox; made by: vaultbox completion";
const firstLines = 3;

/** Scans in the places that the shells' own manuals name; a file that can't be read is nobody's business here. */
export async function findShellFiles(env: NodeJS.ProcessEnv): Promise<ShellFiles> {
  const home = readHomeFolder(env);
  const config = resolveBaseFolder(env, "XDG_CONFIG_HOME", ".config");
  const data = resolveBaseFolder(env, "XDG_DATA_HOME", ".local/share");
  const zsh = env["ZDOTDIR"] || home;
  const scripts = [
    join(config, "fish/completions/vaultbox.fish"),
    join(data, "bash-completion/completions/vaultbox"),
    join(data, "zsh/site-functions/_vaultbox"),
    ...[".zfunc", ".zsh", ".zsh/completions"].map((folder) => join(home, folder, "_vaultbox")),
  ];
  const startFiles = [
    ...[".bashrc", ".bash_profile", ".profile"].map((name) => join(home, name)),
    ...[".zshrc", ".zprofile"].map((name) => join(zsh, name)),
    join(config, "fish/config.fish"),
  ];
  const found = await Promise.all(
    scripts.map(async (path) => ((await isScript(path)) ? path : [])),
  );
  const lines = await Promise.all(startFiles.map(findLines));
  return { scripts: found.flat(), lines: lines.flat() };
}

async function isScript(path: string): Promise<boolean> {
  const isFile = await lstat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
  if (!isFile) return false;
  const text = await readRegularText(path).catch(() => "");
  return text.split("\n", firstLines).some((line) => line.includes(scriptMark));
}

async function findLines(path: string): Promise<readonly string[]> {
  const text = await readRegularText(path).catch(() => "");
  return text
    .split("\n")
    .flatMap((line, index) => (line.includes("vaultbox completion") ? `${path}:${index + 1}` : []));
}
