// Qualifiers that only narrow a search. `user:` and `org:` widen it, and so do OR, brackets and quotes, which may hide one:
// https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests and …/searching-code
const qualifiers =
  /^-?(?:assignee|author|base|closed|comments|commenter|created|draft|extension|filename|head|in|interactions|involves|is|label|language|linked|mentions|merged|milestone|no|path|reactions|reason|review|review-requested|reviewed-by|size|sort|state|status|type|updated|user-review-requested):[\w@./<>=*-]+$/;
const word = /^(?!(?:AND|OR|NOT)$)[\w./@#-]+$/i;

/** The one repository, `owner/name`, that a search is plainly limited to. */
export function readSearchedRepository(query: string): string | undefined {
  const terms = query.trim().split(/ +/);
  const places = terms.filter((term) => term.startsWith("repo:"));
  const others = terms.filter((term) => !term.startsWith("repo:"));
  const isPlain = others.every((term) => qualifiers.test(term) || word.test(term));
  const [owner, name, ...rest] = (places[0] ?? "").slice("repo:".length).split("/");
  if (places.length !== 1 || name === undefined || rest.length > 0 || !isPlain) return undefined;
  return `${owner}/${name}`;
}

/** Parameters that say nothing about where a search looks. */
const otherParameters: readonly string[] = ["order", "page", "per_page", "sort"];

/** The repository of a REST search by its query string, with or without its `?`. */
export function readSearchQuery(query: string): string | undefined {
  // Some servers take `;` for `&`
  if (query.includes(";")) return undefined;
  const fields = [...new URLSearchParams(query)];
  const searched = fields.filter(([name]) => name === "q");
  const others = fields.filter(([name]) => name !== "q");
  if (searched.length !== 1 || !others.every(([name]) => otherParameters.includes(name))) {
    return undefined;
  }
  return readSearchedRepository(searched[0]![1]);
}
