/** A fact of a sandbox, held against what was asked for. */
export interface Check {
  readonly name: string;
  readonly expected: boolean;
  readonly found: unknown;
}
