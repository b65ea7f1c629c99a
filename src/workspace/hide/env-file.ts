import { isCommandReference } from "./secret-names.ts";
import { hideSecretsInText } from "./secret-text.ts";

// Files of variables: `.env` and its like (a name and a value a line), and `.envrc`, which is a script for direnv.

const assignment = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*(?:=|:\s)\s*([^]*)$/;
const comment = /^\s*(?:#|$)/;
const plainWord = /^(?:true|false|yes|no|on|off|null|none)?$/i;
/** A place to fill in, as people write it in examples */
const placeholder =
  /^(?:x{3,}|\*{3,}|\.{3,}|…|<[^<>]*>|\[[^[\]]*\]|\{\{?[^{}]*\}?\}|your[-_ ][\w .-]*|change[-_ ]?me|replace[-_ ](?:me|this|with[-_ ][\w-]+)|(?:insert|enter|put|add)[-_ ][\w .-]+[-_ ]here|todo|tbd|placeholder)$/i;
/** A path below what a variable says */
const pathOfVariable = /^\$(?:\w+|\{\w+\})(?:\/[\w./-]*)?$/;

/**
 * Whether a file of variables has a value that may be a secret: any that isn't empty, a switch, a reference or a place to
 * fill in, as a name says too little of what a value is. So has one with a line that can't be read.
 * @param isScript whether it's one of direnv's
 */
export function holdsValue(content: string, isScript: boolean): boolean {
  return content.split(/\r?\n/).some((line) => {
    if (comment.test(line)) return false;
    const [, written] = assignment.exec(line) ?? [];
    if (written === undefined) return !isScript || !isCall(line);
    return !isHarmless(toValue(written));
  });
}

/** Without quotes, and without a comment behind it */
function toValue(written: string): string {
  const [, , quoted] = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(written) ?? [];
  return (quoted ?? written.replace(/(?:^|\s)#[^]*$/, "")).trim();
}

function isHarmless(value: string): boolean {
  return (
    plainWord.test(value) ||
    placeholder.test(value) ||
    pathOfVariable.test(value) ||
    isCommandReference(value)
  );
}

/** direnv-stdlib(1): `use flake`, `PATH_add bin`; shell around it. Nothing in it may look like a secret. */
function isCall(line: string): boolean {
  const isWords = /^\s*[A-Za-z_[!{}][\w ./~@:"'${}()[\]|&;<>!-]*$/.test(line);
  return isWords && hideSecretsInText(line, isCommandReference) === line;
}
