/** How a repository names its objects: 40 or 64 hex digits. */
export type ObjectFormat = "sha1" | "sha256";

/** Hex digits of an object id. */
export const objectIdLength = { sha1: 40, sha256: 64 } as const;

/** Whether it's a full object id of that format, in lower case as git writes it. */
export function isObjectId(text: string, format: ObjectFormat): boolean {
  return text.length === objectIdLength[format] && /^[0-9a-f]+$/.test(text);
}

/** Whether it's the id that stands for no object: a ref that is to be created, or deleted. */
export function isZeroId(id: string): boolean {
  return /^0+$/.test(id);
}
