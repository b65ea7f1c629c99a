// Names of repositories as requests and rules write them: `owner/name`, with more segments where a forge has groups.

/**
 * The one spelling that names are compared in: lower case (ASCII), escapes decoded, without `.git` and a slash at the
 * end. Undefined for what names no repository: `..`, empty segments, control characters.
 */
export function toComparableRepository(text: string): string | undefined {
  const decoded = decode(withoutSlashesAround(text));
  if (decoded === undefined) return undefined;
  const name = decoded.replace(/\.git$/i, "").replaceAll(/[A-Z]+/g, (part) => part.toLowerCase());
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\\%]/.test(name)) return undefined;
  const segments = name.split("/");
  return segments.some((segment) => /^\.{0,2}$/.test(segment)) ? undefined : name;
}

/** Whether a rule's `acme/widgets` or `acme/*` covers a repository. `*` is one segment. */
export function coversRepository(ruleRepository: string, repository: string): boolean {
  const name = toComparableRepository(repository);
  if (name === undefined) return false;
  if (!ruleRepository.endsWith("/*")) return toComparableRepository(ruleRepository) === name;
  const owner = toComparableRepository(ruleRepository.slice(0, -2));
  const slash = name.lastIndexOf("/");
  return owner !== undefined && slash > 0 && name.slice(0, slash) === owner;
}

/** Whether the name is written with the same letters as in the rule; a rule's `*` stands for any. */
export function isSpelledAs(ruleRepository: string, repository: string): boolean {
  const name = repository.replace(/\.git$/i, "");
  if (!ruleRepository.endsWith("/*")) return ruleRepository === name;
  const slash = name.lastIndexOf("/");
  return name.slice(0, slash) === ruleRepository.slice(0, -2);
}

/** By hand: `/\/+$/` would take hours for a million slashes and a letter behind them. */
function withoutSlashesAround(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === "/") start += 1;
  while (end > start && text[end - 1] === "/") end -= 1;
  return text.slice(start, end);
}

// An encoded slash would make other segments than the server sees
function decode(text: string): string | undefined {
  if (/%2f/i.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // Not UTF-8, or a % without digits: no forge has such a name
    return undefined;
  }
}
