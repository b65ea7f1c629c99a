/** The person in whose name a session commits. */
export interface GitAuthor {
  readonly name: string;
  readonly email: string;
}

// What git leaves out at either end of a name or address (ident.c, `crud`). Up to 2.45 the full stop was among it.
const crud = /[\0-\x20,:;<>"\\']/;
const crudWithStop = /[\0-\x20,:;<>"\\'.]/;

/**
 * `Name <email>` as git writes it into a commit, in each way that a version of git may write it; bytes read as latin1, as
 * `ObjectIdentity.text` is.
 */
export function toAuthorTexts({ name, email }: GitAuthor): readonly string[] {
  const texts = [crud, crudWithStop].map(
    (pattern) => `${withoutCrud(name, pattern)} <${withoutCrud(email, pattern)}>`,
  );
  return [...new Set(texts)].map((text) => Buffer.from(text, "utf8").toString("latin1"));
}

/** Whether git would commit with it, and it says who: on one line, and something is left of both parts. */
export function isUsableAuthor({ name, email }: GitAuthor): boolean {
  return [name, email].every(
    (part) =>
      part.length <= 255 &&
      part.isWellFormed() &&
      // oxlint-disable-next-line no-control-regex
      !/[\0-\x1f\x7f<>]/.test(part) &&
      withoutCrud(part, crudWithStop) !== "",
  );
}

function withoutCrud(text: string, pattern: RegExp): string {
  let from = 0;
  let to = text.length;
  while (from < to && pattern.test(text[from] ?? "")) from++;
  while (to > from && pattern.test(text[to - 1] ?? "")) to--;
  return text.slice(from, to).replaceAll(/[\n<>]/g, "");
}
