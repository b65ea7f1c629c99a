// Names of refs that a push or an API call may write: git's own rules (git-check-ref-format) and a few more, because a name
// is matched against patterns here, shown to people, and may end up on a command line elsewhere.
import { toPrintable } from "../../base/printable.ts";

/** Bytes of a ref's full name; servers take less. */
const maxRefNameBytes = 1024;

// git's forbidden characters beside control characters, which `toPrintable` finds
const forbiddenCharacter = /[ ~^:?*[\\]/;

function findComponentFault(component: string): string | undefined {
  if (component === "") return "a component is empty";
  if (component.startsWith(".")) return "a component begins with a dot";
  if (component.startsWith("-")) return "a component begins with a hyphen";
  if (component.endsWith(".lock")) return 'a component ends with ".lock"';
  return undefined;
}

/**
 * Why `name` can't be the full name of a ref to write, or undefined when it can: `refs/` and at least two components more,
 * everything that `git check-ref-format` wants, no component that begins with `-`, nothing unprintable.
 */
export function findRefNameFault(name: string): string | undefined {
  if (!name.isWellFormed()) return "it isn't valid UTF-8";
  if (Buffer.byteLength(name) > maxRefNameBytes) return `it's longer than ${maxRefNameBytes} bytes`;
  if (toPrintable(name) !== name) return "it holds a character that can't be printed";
  const components = name.split("/");
  if (components[0] !== "refs") return 'it doesn\'t begin with "refs/"';
  if (components.length < 3) return "it has fewer than three components";
  for (const component of components) {
    const fault = findComponentFault(component);
    if (fault !== undefined) return fault;
  }
  const forbidden = forbiddenCharacter.exec(name);
  if (forbidden !== null) return `it holds "${forbidden[0]}"`;
  if (name.includes("..")) return 'it holds ".."';
  if (name.includes("@{")) return 'it holds "@{"';
  if (name.endsWith(".")) return "it ends with a dot";
  return undefined;
}
