/** Runners that take a package's name and start its program. */
const packageRunners: ReadonlySet<string> = new Set(["npx", "bunx"]);

/** Whether a command line starts `executable`: by name, by path, or as `npx PACKAGE`. */
export function startsAgent(
  command: readonly string[],
  agent: { readonly executable: string; readonly packageName: string },
): boolean {
  const name = baseName(command[0] ?? "");
  if (name === agent.executable) return true;
  if (!packageRunners.has(name)) return false;
  const target = command.slice(1).find((argument) => !argument.startsWith("-"));
  return target !== undefined && withoutVersion(target) === agent.packageName;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `@scope/name@1.2` to `@scope/name`: the first `@` may begin a scope. */
export function withoutVersion(spec: string): string {
  const at = spec.indexOf("@", 1);
  return at === -1 ? spec : spec.slice(0, at);
}
