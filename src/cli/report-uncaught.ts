import { reportError } from "./report-error.ts";

/** Ends the program on what nobody awaited, as on any bug: Node would print the error's text as it is. */
export function reportUncaught(
  program: Pick<NodeJS.Process, "on" | "exit">,
  options: { readonly json: boolean },
): void {
  program.on("uncaughtException", (error) => program.exit(reportError(error, options)));
}
