import { isVaultboxError, VaultboxError } from "./errors.ts";

/** How long after a failure nothing is asked again: doubled with each that follows, up to the longest */
const firstPauseMs = 5_000;
const longestPauseMs = 300_000;

/**
 * Asks what may ask a person (a source command, a keychain, an ssh-agent) again only after a pause when it has failed: the
 * sandbox decides how often it's asked for. Meanwhile the failure is the answer; a success is where it begins anew.
 * @param now `ms`
 */
export function patiently<Question extends readonly unknown[], Answer>(
  ask: (...question: Question) => Promise<Answer>,
  now: () => number = () => performance.now(),
): (...question: Question) => Promise<Answer> {
  let pauseMs = 0;
  let failed: { readonly error: unknown; readonly until: number } | undefined;
  return async (...question) => {
    if (failed !== undefined && now() < failed.until)
      throw toKept(failed.error, failed.until - now());
    const before = failed;
    try {
      const answer = await ask(...question);
      [pauseMs, failed] = [0, undefined];
      return answer;
    } catch (error) {
      // Nobody was asked for what isn't there any more. Of those who asked together one counts
      if (!isVaultboxError(error, "VBX_CREDENTIAL_UNKNOWN") && failed === before) {
        pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, pauseMs * 2));
        failed = { error, until: now() + pauseMs };
      }
      throw error;
    }
  };
}

function toKept(error: unknown, leftMs: number): unknown {
  if (!(error instanceof VaultboxError)) return error;
  const wait = `it failed, and is asked again in ${Math.ceil(leftMs / 1000)} s at the earliest`;
  return new VaultboxError(error.code, `${error.message} (${wait})`, {
    hints: error.hints,
    cause: error,
  });
}
