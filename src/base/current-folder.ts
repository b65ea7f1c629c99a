/** The folder that this process is in; undefined when it was removed meanwhile, which getcwd(3) fails for. */
export function readCurrentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
