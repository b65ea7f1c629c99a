import { Note } from "../../base/note.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { ResponseChange, ResponseTransform } from "../../http/handler.ts";
import type { SecretEchoes } from "./secret-echo.ts";
import { Refusal } from "../../http/refusal.ts";

/** What is searched for in an answer. */
export interface EchoSearch {
  /** What the session sent of its secrets, on whatever request */
  readonly echoes: SecretEchoes;
  /** What this request carried, also what is too short to be looked for elsewhere */
  readonly secrets: readonly string[];
}

/** Every answer's headers and trailers go through here. Bodies are not searched; docs/limitations.md says so. */
export function refuseEcho(search: EchoSearch): ResponseTransform {
  return {
    begin: (head) => {
      const known = searched.read(head);
      if (known !== undefined && isSameSearch(known.search, search)) return known.change;
      checkHeaders(head.headers, search);
      // Nothing depends on a reason phrase
      const change = repeats(head.phrase, search) ? { dropsPhrase: true } : undefined;
      searched.write(head, { search: { ...search, version: search.echoes.version }, change });
      return change;
    },
    trailers: (fields) => {
      checkHeaders(fields, search);
      return fields;
    },
  };
}

/** A head that came again, and was searched for the same. */
const searched = new Note<{
  readonly search: EchoSearch & { readonly version: number };
  readonly change: ResponseChange | undefined;
}>();

function isSameSearch(
  known: EchoSearch & { readonly version: number },
  search: EchoSearch,
): boolean {
  return (
    known.echoes === search.echoes &&
    known.version === search.echoes.version &&
    known.secrets.length === search.secrets.length &&
    known.secrets.every((secret, at) => secret === search.secrets[at])
  );
}

/** @throws Refusal when they repeat what was sent of a secret */
function checkHeaders(headers: readonly HeaderField[], { echoes, secrets }: EchoSearch): void {
  if (!echoes.isInHeaders(headers, secrets)) return;
  throw new Refusal(
    502,
    "upstream-invalid",
    "the upstream's answer repeats the credential in a header",
  );
}

function repeats(phrase: string | undefined, { echoes, secrets }: EchoSearch): boolean {
  if (phrase === undefined) return false;
  return echoes.isIn(phrase) || secrets.some((secret) => phrase.includes(secret));
}

/** A refusal whose text repeats no secret: what an upstream said to one of our own requests may be in it. */
export function refusalWithoutEcho(refusal: Refusal, echoes: SecretEchoes): Refusal {
  const { status, reason, message, remedy = "" } = refusal;
  if (!echoes.isIn(`${message}\n${remedy}`)) return refusal;
  return new Refusal(status, reason, "why is not shown: it repeats a credential", {
    flags: refusal.flags,
    cause: refusal,
  });
}
