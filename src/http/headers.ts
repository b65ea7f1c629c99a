import type { HeaderField } from "./http1/header.ts";

/** The fields with `name` set once, to `value`. */
export function withHeader(
  headers: readonly HeaderField[],
  name: string,
  value: string,
): readonly HeaderField[] {
  return [...withoutHeader(headers, name), [name, value]];
}

/** @param name in lower case */
export function withoutHeader(
  headers: readonly HeaderField[],
  name: string,
): readonly HeaderField[] {
  return headers.filter(([field]) => field.toLowerCase() !== name);
}
