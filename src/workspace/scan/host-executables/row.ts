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
  /** Paths that the patterns with a `*` match, separated by spaces; the others are examples themselves */
  readonly examples: string;
}

type Row = readonly [tool: string, patterns: string, source: string, examples?: string];

export function hostExecutableRows(
  kind: string,
  rows: readonly Row[],
): readonly HostExecutableRow[] {
  return rows.map(([tool, patterns, source, examples = ""]) => ({
    kind,
    tool,
    patterns,
    source,
    examples,
  }));
}
