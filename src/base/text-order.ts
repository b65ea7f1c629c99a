/**
 * The order of names in what is printed and kept: by code unit, so the same for everyone. `localeCompare` goes by the
 * language of the machine.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
