// What some servers cut off a path: parameters behind a `;`, and what stands behind an escaped `?` or `#`, where a path is
// decoded before it's parsed again: nginx's `proxy_pass http://b$uri`, Apache's RewriteRule (CVE-2024-38474).

/** Of each the second takes more: a server that decodes first finds all that is escaped. */
const cuts: readonly (readonly RegExp[])[] = [
  [/%3F.*$/, /%(?:3F|23).*$/],
  [/;[^/]*/g, /(?:;|%3B)[^/]*/g],
];

/** Every shorter path that a server may take a canonical one for; none for most. */
export function toShorterPaths(path: string): readonly string[] {
  if (!/;|%3[BF]|%23/.test(path)) return [];
  let paths = [path];
  for (const cut of cuts) {
    const shorter = paths.flatMap((one) => cut.map((what) => one.replace(what, "")));
    paths = [...new Set([...paths, ...shorter])];
  }
  return paths.slice(1);
}
