/** Replaces what stands between `<!-- NAME -->` and `<!-- end NAME -->`; throws when the markers aren't there. */
export function replaceBlock(document: string, name: string, content: string): string {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`no block ${name}`);
  return `${document.slice(0, from + begin.length)}\n${content}\n${document.slice(to)}`;
}
