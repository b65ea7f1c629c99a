import type { CredentialTest } from "./test-credential.ts";

/** The result as one line, and what to do then. */
export function toTestLines(test: CredentialTest): {
  readonly line: string;
  readonly notes: readonly string[];
} {
  const { credential, meaning, method, url, status, hint, session } = test;
  const answer = status === undefined ? `${method} ${url}` : `${method} ${url} answered ${status}`;
  return {
    line: `credential ${credential} ${meaning} (${answer})`,
    notes: [
      ...(hint === undefined ? [] : [`hint: ${hint}`]),
      `recorded: vaultbox audit show ${session}`,
    ],
  };
}
