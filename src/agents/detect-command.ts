import { baseName, readStartedCommands, skipOptions } from "./started-commands.ts";

/** How an agent is named in a command line. */
export interface AgentNames {
  readonly executable: string;
  readonly packageName: string | undefined;
}

/** Programs that take a package's name and start its program, some behind a word of their own. */
const packageRunners: Readonly<Record<string, readonly string[]>> = {
  npx: [],
  bunx: [],
  pnpx: [],
  npm: ["exec", "x"],
  pnpm: ["dlx", "exec"],
  yarn: ["dlx", "exec", "run"],
  bun: ["x"],
};
const valued = ["-p", "--package", "-w", "--workspace", "-C", "--dir", "--prefix", "--filter"];
const callOptions: ReadonlySet<string> = new Set(["-c", "--call"]);

/** Whether a command line starts an agent: by name, by path, as a package, or behind the usual wrappers. */
export function startsAgent(command: readonly string[], agent: AgentNames): boolean {
  return findAgentArguments(command, agent) !== undefined;
}

/** The agent's own arguments in a command line that starts it; undefined in any other. */
export function findAgentArguments(
  command: readonly string[],
  agent: AgentNames,
): readonly string[] | undefined {
  for (const started of readStartedCommands(command)) {
    const [program = "", ...rest] = started;
    const name = baseName(program);
    if (name === agent.executable) return rest;
    const words = Object.hasOwn(packageRunners, name) ? packageRunners[name] : undefined;
    const found = words && findInRunner(rest, words, agent);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of `npx [OPTIONS] PACKAGE ARGUMENTS`, and of `npx --package PACKAGE -c TEXT`. */
function findInRunner(
  rest: readonly string[],
  words: readonly string[],
  agent: AgentNames,
): readonly string[] | undefined {
  const options = { valued };
  const own = words.length === 0 ? rest : skipOptions(rest, options);
  const [word = "", ...behind] = own;
  if (words.length > 0 && !words.includes(word)) return undefined;
  const left = words.length === 0 ? rest : behind;
  const call = left.findIndex((argument) => callOptions.has(argument));
  if (call !== -1) return findAgentArguments(["sh", "-c", left[call + 1] ?? ""], agent);
  const [target = "", ...args] = skipOptions(left, options);
  const name = withoutVersion(target);
  return name === agent.packageName || name === agent.executable ? args : undefined;
}

/** `@scope/name@1.2` to `@scope/name`: the first `@` may begin a scope. */
function withoutVersion(spec: string): string {
  const at = spec.indexOf("@", 1);
  return at === -1 ? spec : spec.slice(0, at);
}
