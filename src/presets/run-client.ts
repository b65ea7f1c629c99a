/** Runs one client of the host; the arguments are fixed texts. */
export type RunClient = (file: string, args: readonly string[]) => Promise<string>;
