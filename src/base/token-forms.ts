/** What a vendor says of its tokens. */
interface TokenForm {
  readonly vendor: string;
  /** A token as it is issued, as far as one can be told: a request with one is refused */
  readonly issued: RegExp;
  /** Text that is better hidden, because it may be one, or a part of one; the same unless given */
  readonly likely?: RegExp;
}

/** Tokens that can be told by how they begin. */
const tokenForms: readonly TokenForm[] = [
  {
    vendor: "GitHub",
    issued: /gh[pousr]_[A-Za-z0-9]{36}/,
    likely: /gh[pousr]_[A-Za-z0-9]{20}/,
  },
  { vendor: "GitHub", issued: /github_pat_\w{22}/, likely: /github_pat_\w{20}/ },
  {
    vendor: "GitLab",
    issued: /gl(?:pat|dt|rt|cbt|ptt|ft|oas|soat)-[\w-]{20}/,
    likely: /gl[a-z]{2,6}-[\w-]{15}/,
  },
  { vendor: "Anthropic", issued: /sk-ant-[\w-]{20}/ },
  {
    vendor: "OpenAI",
    issued: /sk-(?:(?:proj|svcacct|admin)-[\w-]{20}|[A-Za-z0-9]{20})/,
    likely: /sk-[\w-]{20}/,
  },
  { vendor: "Slack", issued: /xox[abceoprs]-[\w-]{10}/, likely: /xox[a-z]-[\w-]{10}/ },
  { vendor: "Slack", issued: /xapp-[0-9]-[A-Z0-9]{8}/ },
  { vendor: "Stripe", issued: /[rs]k_(?:live|test)_[A-Za-z0-9]{10}/ },
  { vendor: "npm", issued: /npm_[A-Za-z0-9]{36}/, likely: /npm_[A-Za-z0-9]{30}/ },
  { vendor: "PyPI", issued: /pypi-[\w-]{40}/, likely: /pypi-[\w-]{20}/ },
  { vendor: "Hugging Face", issued: /hf_[A-Za-z0-9]{30}/ },
  { vendor: "SendGrid", issued: /SG\.[\w-]{16,32}\./ },
  { vendor: "Google", issued: /AIza[\w-]{35}/, likely: /AIza[\w-]{30}/ },
  { vendor: "Google", issued: /ya29\.[\w-]{20}/ },
  { vendor: "AWS", issued: /A[KS]IA[A-Z0-9]{16}/ },
  { vendor: "Telegram", issued: /bot[0-9]{8,10}:[\w-]{35}/ },
  {
    vendor: "Atlassian",
    issued: /AT(?:ATT3|CTT3|BB)[\w-]{20}/,
    likely: /AT[A-Z]{2,4}[\w-]{20}/,
  },
  { vendor: "Docker", issued: /dckr_pat_[\w-]{20}/ },
  { vendor: "DigitalOcean", issued: /dop_v1_[a-f0-9]{40}/ },
  {
    vendor: "JSON Web Tokens (RFC 7519)",
    // Bounded: a header of nothing but beginnings would be read to its end from each of them
    issued: /eyJ[\w-]{10,500}\.eyJ[\w-]{10}/,
    likely: /eyJ[\w-]{10}/,
  },
];

/** A vendor's token, with the character before it. */
export const issuedToken = new RegExp(
  `(?:^|[^A-Za-z0-9])(?:${tokenForms.map(({ issued }) => issued.source).join("|")})`,
);

/** Text that may be a vendor's token. */
export const likelyToken = new RegExp(
  String.raw`\b(?:${tokenForms.map(({ issued, likely = issued }) => likely.source).join("|")})`,
);
