/** What isn't hidden yet of what is to be hidden as well. @param secrets names of what is */
export function toNewSecrets<T>(
  secrets: readonly (readonly string[])[],
  more: readonly T[],
  toNames: (one: T) => readonly string[],
): readonly T[] {
  const known = new Set(secrets.map((names) => names.join("/")));
  return more.filter((one) => {
    const path = toNames(one).join("/");
    const isNew = !known.has(path);
    known.add(path);
    return isNew;
  });
}
