/**
 * Tokens that can be told by how they begin, from what the vendors say of them: GitHub, GitLab, Anthropic, OpenAI, Slack,
 * Stripe, npm, PyPI, Hugging Face, SendGrid, Google, AWS, Telegram; and JSON Web Tokens (RFC 7519).
 */
const vendorToken = new RegExp(
  `(?:^|[^A-Za-z0-9])(?:${[
    "gh[pousr]_[A-Za-z0-9]{36}",
    String.raw`github_pat_\w{22}`,
    String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|oas|soat)-[\w-]{20}`,
    String.raw`sk-ant-[\w-]{20}`,
    String.raw`sk-(?:proj|svcacct|admin)-[\w-]{20}`,
    "sk-[A-Za-z0-9]{20}",
    String.raw`xox[abceoprs]-[\w-]{10}`,
    "xapp-[0-9]-[A-Z0-9]{8}",
    "[rs]k_(?:live|test)_[A-Za-z0-9]{10}",
    "npm_[A-Za-z0-9]{36}",
    String.raw`pypi-[\w-]{40}`,
    "hf_[A-Za-z0-9]{30}",
    String.raw`SG\.[\w-]{16}\.`,
    String.raw`AIza[\w-]{35}`,
    "A[KS]IA[A-Z0-9]{16}",
    String.raw`bot[0-9]{8,10}:[\w-]{35}`,
    // Bounded: a header of nothing but beginnings would be read to its end from each of them
    String.raw`eyJ[\w-]{10,500}\.eyJ[\w-]{10}`,
  ].join("|")})`,
);

/** Whether a text holds a token of a known vendor. */
export function holdsVendorToken(text: string): boolean {
  return vendorToken.test(text);
}

/** Long, of the characters that keys are made of, with digits among letters: no word, no number, no address. */
export function looksRandom(text: string): boolean {
  return /^[\w.~+/=:-]{20,}$/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text);
}
