import type { SessionCredential } from "./session-credential.ts";
import { percentDecode } from "../http/percent-decode.ts";

/**
 * Finds which credential's placeholder is in a text: raw, percent-encoded (repeatedly) or inside any base64 or base64url.
 * @param counts whose placeholders are looked for; missing is everyone's
 */
export type PlaceholderSearch = (
  text: string,
  counts?: (credential: SessionCredential) => boolean,
) => SessionCredential | undefined;

export function createPlaceholderSearch(
  credentials: readonly SessionCredential[],
): PlaceholderSearch {
  const needles = credentials.flatMap((credential) =>
    placeholderForms(credential.placeholder).map((form) => [form, credential] as const),
  );
  const searchPlain: PlaceholderSearch = (text, counts) => {
    for (const [form, credential] of needles) {
      if (text.includes(form) && counts?.(credential) !== false) return credential;
    }
    return undefined;
  };
  return (text, counts) => {
    const found = searchPlain(text, counts);
    if (found !== undefined || !text.includes("%")) return found;
    return searchPlain(percentDecode(text), counts);
  };
}

/**
 * The placeholder itself, and the part of its base64 that doesn't depend on the neighbours at each of the three
 * alignments. Placeholders have no `>`, `?` or `~`, so base64 and base64url of them are the same text.
 */
function placeholderForms(placeholder: string): readonly string[] {
  const bytes = Buffer.from(placeholder, "latin1");
  const encoded = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64url");
    const first = Math.ceil((shift * 8) / 6);
    return whole.slice(first, Math.floor(((shift + bytes.length) * 8) / 6));
  });
  return [placeholder, ...encoded];
}
