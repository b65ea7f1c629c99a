import { toPrintable } from "../../base/printable.ts";

/** Characters of an error's message: it goes into a refusal, a report and an audit record. */
const maxMessageLength = 500;

/**
 * What a peer sent isn't git's protocol, or is beyond a limit. `message` is one printable line: lowercase start, no full
 * stop, outside values quoted.
 */
export class GitProtocolError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(
      toPrintable(message).slice(0, maxMessageLength),
      "cause" in options ? { cause: options.cause } : undefined,
    );
    this.name = "GitProtocolError";
  }
}

/** A push that names more refs than are read at once; it may come in parts. */
export class TooManyRefsError extends GitProtocolError {
  /** Where its refs lie, as `git for-each-ref` takes it: `refs/heads/agent/`; two at most */
  readonly folders: readonly string[];

  /** @param lines of the push's first section, as far as they were read */
  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.name = "TooManyRefsError";
    this.folders = toFolders(lines.flatMap((line) => / (refs\/[^\0 ]+)/.exec(line)?.[1] ?? []));
  }
}

/** The deepest folder that all branches are in, and all tags. Names that a shell reads otherwise are left out. */
function toFolders(refs: readonly string[]): readonly string[] {
  const folders = ["refs/heads/", "refs/tags/"].flatMap((kind) => {
    const [first, ...others] = refs.filter((ref) => ref.startsWith(kind));
    if (first === undefined) return [];
    let folder = first.slice(0, first.lastIndexOf("/") + 1);
    while (!others.every((ref) => ref.startsWith(folder))) {
      folder = folder.slice(0, folder.lastIndexOf("/", folder.length - 2) + 1);
    }
    return [/^[\w./-]+$/.test(folder) ? folder : kind];
  });
  return folders.length === 0 ? ["refs/heads/"] : folders;
}
