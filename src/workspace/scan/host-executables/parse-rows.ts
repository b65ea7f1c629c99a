/** Files that programs on the host run by themselves, or take their settings or instructions from. */
export interface HostExecutableRow {
  /** What the hand-off calls them; tools that do the same share one */
  readonly kind: string;
  readonly tool: string;
  /**
   * Trailing parts of a path, in any case of letters, separated by spaces: `name`, `folder/name`, or `folder/` for
   * everything beneath. `*` is any text without a `/`.
   */
  readonly patterns: string;
  /** Where the tool's documentation says so: address without scheme, or manual page */
  readonly source: string;
}

/**
 * Reads a table: a line for each kind, then one for each of its rows, two spaces in, as `tool | patterns | source`.
 * What is six spaces in goes on with the line before it; `#` begins a comment.
 */
export function parseHostExecutables(table: string): readonly HostExecutableRow[] {
  let kind = "";
  return table
    .replaceAll(/\n {6}/g, " ")
    .split("\n")
    .filter((line) => line !== "" && !line.trimStart().startsWith("#"))
    .flatMap((line) => {
      if (!line.startsWith(" ")) {
        kind = line;
        return [];
      }
      const [tool = "", patterns = "", source = ""] = line.trim().split(" | ");
      return { kind, tool, patterns, source };
    });
}
