import { posix } from "node:path";

/** A link to a file of this tree, or to a heading in one, that leads nowhere. */
export interface BrokenLink {
  readonly page: string;
  readonly line: number;
  readonly target: string;
}

/**
 * Every link of these pages to a file or a heading that isn't there. Links to the web aren't looked at.
 * @param pages the text of each page, by its path from the top of the tree
 * @param exists whether the tree has this file or folder
 */
export function findBrokenLinks(
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): readonly BrokenLink[] {
  const anchors = new Map([...pages].map(([path, text]) => [path, toAnchors(text)]));
  return [...pages].flatMap(([page, text]) =>
    listLinks(page, text)
      .filter(({ path, anchor }) => !leads(path, anchor))
      .map(({ line, target }) => ({ page, line, target })),
  );

  function leads(path: string, anchor: string | undefined): boolean {
    if (!exists(path)) return false;
    return anchor === undefined || anchors.get(path)?.has(anchor) === true;
  }
}

/** Pages that no way of links leads to from a page. @param pages as of `findBrokenLinks` */
export function findUnlinkedPages(
  pages: ReadonlyMap<string, string>,
  from: string,
): readonly string[] {
  const reached = new Set([from]);
  // A set goes on with what is added on the way
  for (const page of reached) {
    for (const { path } of listLinks(page, pages.get(page) ?? "")) reached.add(path);
  }
  return [...pages.keys()].filter((page) => !reached.has(page));
}

interface Link {
  readonly line: number;
  /** As it's written */
  readonly target: string;
  /** From the top of the tree */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a page to files of the tree and headings in them. */
function listLinks(page: string, text: string): readonly Link[] {
  return toProse(text).flatMap((words, index) =>
    [...words.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => {
        const [file = "", anchor] = target.split("#");
        const path = file === "" ? page : posix.join(posix.dirname(page), file);
        return { line: index + 1, target, path, anchor };
      }),
  );
}

/** The names that headings have in links, as GitHub makes them: the second one of a name ends in `-1`. */
function toAnchors(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of toProse(text)) {
    const [, heading] = /^#{1,6} (.+)$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const name = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    let count = 0;
    while (anchors.has(count === 0 ? name : `${name}-${count}`)) count += 1;
    anchors.add(count === 0 ? name : `${name}-${count}`);
  }
  return anchors;
}

/** The lines of a page, those of code blocks empty. */
function toProse(text: string): readonly string[] {
  let isCode = false;
  return text.split("\n").map((line) => {
    const isFence = line.trimStart().startsWith("```");
    if (isFence) isCode = !isCode;
    return isCode || isFence ? "" : line;
  });
}
