import { VaultboxError } from "../base/errors.ts";
import type { RunClient } from "./run-client.ts";

/** How pip may be called on a machine, the likeliest first. */
const pipCommands = [
  { file: "pip", args: [] },
  { file: "pip3", args: [] },
  { file: "python3", args: ["-m", "pip"] },
] as const;

/** pip's own constants: its default index, and the host where that index keeps its files. */
const defaultsProgram =
  "from pip._internal.models.index import PyPI; print(PyPI.simple_url, PyPI.file_storage_domain)";

/** Indexes keep their files beside the pages of the simple API, not below them. */
const simplePage = /\/\+?simple\/*$/;

/**
 * The index of the user's pip first, then its extra indexes and the host of its files.
 * @throws VaultboxError VBX_HOST_COMMAND_FAILED
 */
export async function readPipUrls(run: RunClient): Promise<readonly string[]> {
  const settings = parseSettings(await runPip(run, ["config", "list"]));
  const defaults = await readDefaults(run);
  const configured = words(setting(settings, "index-url"))[0];
  const index = configured ?? defaults?.index;
  if (index === undefined) {
    throw new VaultboxError(
      "VBX_HOST_COMMAND_FAILED",
      "cannot find the package index of pip: none is configured, and pip does not tell its default",
      { hints: ["set one: pip config set global.index-url URL"] },
    );
  }
  const isDefault = defaults !== undefined && sameHost(index, defaults.index);
  return [
    index.replace(simplePage, ""),
    ...words(setting(settings, "extra-index-url")),
    ...(isDefault ? [`https://${defaults.files}/`] : []),
  ];
}

async function runPip(run: RunClient, args: readonly string[]): Promise<string> {
  let cause: unknown;
  for (const pip of pipCommands) {
    try {
      return await run(pip.file, [...pip.args, ...args]);
    } catch (error) {
      cause = error;
    }
  }
  throw new VaultboxError(
    "VBX_HOST_COMMAND_FAILED",
    "cannot read the package index of your pip configuration: neither pip, pip3 nor python3 -m pip answers",
    {
      hints: [
        "install pip on this machine, or leave the preset out and allow the index's host: --allow HOST",
      ],
      cause,
    },
  );
}

async function readDefaults(
  run: RunClient,
): Promise<{ readonly index: string; readonly files: string } | undefined> {
  try {
    const [index, files] = words(await run("python3", ["-c", defaultsProgram]));
    return index === undefined || files === undefined ? undefined : { index, files };
  } catch {
    // pip belongs to another Python, or keeps its constants elsewhere: a configured index still works
    return undefined;
  }
}

/** Lines of `pip config list`: `global.index-url='https://…'`, values as Python writes them. */
function parseSettings(output: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of output.split("\n")) {
    const match = /^([^=\s]+)=(['"])(.*)\2\s*$/.exec(line);
    if (match?.[1] !== undefined && match[3] !== undefined) {
      settings.set(match[1], match[3].replaceAll(/\\[nrt]/g, " "));
    }
  }
  return settings;
}

/** pip's order: environment, then the command's own section, then the global one. */
function setting(settings: ReadonlyMap<string, string>, name: string): string {
  const sections = [":env:", "install", "global"];
  const found = sections.find((section) => settings.has(`${section}.${name}`));
  return found === undefined ? "" : (settings.get(`${found}.${name}`) ?? "");
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function sameHost(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).host === new URL(b).host;
}
