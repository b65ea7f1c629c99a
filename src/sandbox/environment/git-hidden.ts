import { Buffer } from "node:buffer";
import { toNameBytes } from "../../base/fs/name-text.ts";

// What git in the sandbox is told of hidden files. A mask is a mount, which git can neither change nor replace: it would
// commit what the mask shows instead of what is there, and after a switch what the branch before had. So git there takes
// each hidden file for what its index has, whatever is in the work tree, and adds none that it hasn't.

/** Of gitattributes(5) */
export const hiddenFilter = "vaultbox-hidden";

/** Path of a file about the work tree of a number. */
export function toHiddenFile(
  beginning: string,
  index: number,
  kind: "config" | "exclude" | "attributes",
): string {
  return `${beginning}-${index}.${kind}`;
}

/**
 * For the filter's `clean`: it gets the path, and what git takes for the file's content is what it prints. The stage is
 * said with it, as a path may begin like one (gitrevisions(7), `:<n>:<path>`). Of a file of which only the name was added
 * (`git add -N`) git has nothing (git-ls-files(1), `--debug`).
 */
export function toHiddenScript(): string {
  return `#!/bin/sh
# What git here has of a file that is hidden in this sandbox
case "$(git ls-files --debug -- ":(top,literal)$1")" in
*"flags: "[2367]???????) ;;
*) git cat-file blob ":0:$1" 2>/dev/null && exit ;;
esac
echo "vaultbox: $1 is hidden in this sandbox, so it can't be added to git here" >&2
exit 1
`;
}

/** For `core.excludesFile`: a hidden file that git doesn't have is no new one (gitignore(5), "Pattern format"). */
export function toHiddenExcludes(paths: readonly string[]): Buffer {
  return toLines(paths.map((path) => toPattern(path).replace(/ $/, String.raw`\ `)));
}

/** For `core.attributesFile` (gitattributes(5)). */
export function toHiddenAttributes(paths: readonly string[]): Buffer {
  return toLines(
    paths.flatMap((path) =>
      [toPattern(path), `${toPattern(path)}/**`].map(
        (pattern) => `${toWord(pattern)} filter=${hiddenFilter}`,
      ),
    ),
  );
}

/** From the top of the work tree; what no line can have is any character. */
function toPattern(path: string): string {
  const escaped = path.replaceAll(/[\\*?[]/g, String.raw`\$&`);
  return `/${escaped.replaceAll(/\p{Cc}/gu, "?")}`;
}

function toWord(pattern: string): string {
  return /[ "]/.test(pattern) ? `"${pattern.replaceAll(/["\\]/g, String.raw`\$&`)}"` : pattern;
}

function toLines(lines: readonly string[]): Buffer {
  return Buffer.from(toNameBytes(lines.map((line) => `${line}\n`).join("")));
}
