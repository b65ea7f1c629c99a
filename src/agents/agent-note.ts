import { isAbsolute, relative } from "node:path";
import { agentProfiles } from "./select-agent.ts";
import { baseName, readStartedCommands, skipOptions } from "./started-commands.ts";
import { Folder, orNothing } from "../base/fs/beneath.ts";
import { contains } from "../base/fs/path-steps.ts";
import { quoted } from "../base/printable.ts";

/** Of a script that is looked into, `bytes` */
const maxScriptBytes = 64 * 1024;
/** Programs that run a file which they are given */
const interpreters = /^(?:sh|bash|dash|ash|zsh|ksh|node|bun|deno|tsx|ruby|perl|python[\d.]*)$/;

/** A run whose command line doesn't say which agent it starts. */
export interface UnknownStart {
  readonly command: readonly string[];
  /** Real path of the folder that the command starts in */
  readonly workspace: string;
}

/**
 * Says which flag gives a command the agent that it seems to start, by a word of it or of a script that it runs. What a
 * script says only leads to this note: a sandbox may have written it.
 */
export function toAgentNote(start: UnknownStart): string | undefined {
  const { command } = start;
  const executables = agentProfiles.flatMap(({ executable }) => executable ?? []);
  const [script, text = ""] = readScript(start) ?? [];
  const inScript = executables.find((name) => hasWord(text, name));
  const named = inScript ?? executables.find((name) => command.includes(name));
  if (named === undefined) return undefined;
  const what = inScript === undefined ? "the command" : quoted(script ?? "", 80);
  return (
    `${what} names ${named}, for which nothing is prepared; if it starts it, add --agent ${named} ` +
    `(or agent: ${named} to vaultbox.yaml) for its image, hosts and settings`
  );
}

/** The file of the workspace that a command runs, and its text. */
function readScript({ command, workspace }: UnknownStart): readonly [string, string] | undefined {
  const [program = "", ...rest] = readStartedCommands(command)[0] ?? [];
  const isInterpreter = interpreters.test(baseName(program));
  const path = isInterpreter ? skipOptions(rest, { valued: [] })[0] : program;
  if (path === undefined || (!isInterpreter && !path.includes("/"))) return undefined;
  if (isAbsolute(path) && !contains(workspace, path)) return undefined;
  const inner = isAbsolute(path) ? relative(workspace, path) : path;
  const names = inner.split("/").filter((name) => name !== "." && name !== "");
  using folder = orNothing(() => Folder.openReal(workspace));
  using around = orNothing(() => folder?.openPath(names.slice(0, -1)));
  const content = around?.read(names.at(-1) ?? "", maxScriptBytes);
  return content === undefined ? undefined : [path, content.toString("latin1")];
}

/** As a word of its own, bare or in quotes. */
function hasWord(text: string, name: string): boolean {
  return new RegExp(`(?:^|[\\s"'\`/;&|([])${name}(?=$|[\\s"'\`;&|),\\]])`, "m").test(text);
}
