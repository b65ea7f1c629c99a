import type { ForwardedRequest } from "./forwarded-request.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { SecretEchoes } from "./secret-echo.ts";
import { Refusal } from "../../http/refusal.ts";

/**
 * The headers of an answer as they may go to the client: every answer's go through here. Bodies are not searched;
 * docs/limitations.md says so.
 * @throws Refusal when they repeat what the session sent of a secret, whatever request it was on
 */
export function withoutEcho(
  headers: readonly HeaderField[],
  { echoes, secrets }: Pick<ForwardedRequest, "echoes" | "secrets">,
): readonly HeaderField[] {
  // Of its own request also a secret that is too short to be looked for elsewhere
  const text = headers.map((field) => field.join(": ")).join("\n");
  const isOwn = secrets.some((secret) => text.includes(secret));
  if (!isOwn && !echoes.isInHeaders(headers)) return headers;
  throw new Refusal(
    502,
    "upstream-invalid",
    "the upstream's answer repeats the credential in a header",
  );
}

/** The reason phrase of an answer, undefined where it repeats what was sent of a secret: nothing depends on it. */
export function phraseWithoutEcho(
  phrase: string | undefined,
  { echoes, secrets }: Pick<ForwardedRequest, "echoes" | "secrets">,
): string | undefined {
  if (phrase === undefined || echoes.isIn(phrase)) return undefined;
  return secrets.some((secret) => phrase.includes(secret)) ? undefined : phrase;
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
