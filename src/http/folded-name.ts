/**
 * The one spelling that names of headers are compared in: lower case, with `-` for whatever isn't a letter or a digit.
 * CGI and what came after it (WSGI, PSGI, PHP) can't tell `x_api_key` or `x.api.key` from `X-Api-Key` (RFC 3875 section
 * 4.1.18).
 */
export function foldHeaderName(name: string): string {
  const lower = name.toLowerCase();
  return /[^a-z0-9-]/.test(lower) ? lower.replaceAll(/[^a-z0-9]/g, "-") : lower;
}
