/** Memory that a session's proxy holds back for one purpose, until it's disposed. One account counts all of them. */
export interface Hold extends Disposable {
  /** Takes more, and waits for it. @throws Refusal 503 when there is no room in time */
  readonly take: (bytes: number) => Promise<void>;
  /** Takes more at once, for bytes that came already. @throws Refusal 503 when there is no room */
  readonly grow: (bytes: number) => void;
  /** Gives back all but so much. */
  readonly shrinkTo: (bytes: number) => void;
}

/** Memory that bytes of text take while they are held and looked into, for each of them: measured at two to four. */
const textFactor = 4;

/** Memory of one value of JSON: an empty array or object in a list. Bytes. */
const jsonValueBytes = 100;

/** Values that a JSON text is read to at most (`git/strict-json.ts`). */
const maxJsonValues = 200_000;

/** Memory for a text of so many bytes. */
export function memoryOfText(bytes: number): number {
  return textFactor * bytes;
}

/** Memory for a JSON text of so many bytes, were it as full of values as it can be. */
export function memoryOfJson(bytes: number): number {
  return memoryOfText(bytes) + jsonValueBytes * Math.min(maxJsonValues, bytes / 2);
}
