import { expect, test } from "vitest";
import { parseSourceCommand } from "../../../src/vault/secret-source.ts";

test("a source command is split as a shell would, and nothing in it is expanded", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["gh auth token", "gh", ["auth", "token"]],
    ["  op   read  'op://Work/API key/token' ", "op", ["read", "op://Work/API key/token"]],
    ['a "b c"d\\ e ""', "a", ["b cd e", ""]],
    ['a "say \\"hi\\" $HOME `id` \\n"', "a", ['say "hi" $HOME `id` \\n']],
    ["a $HOME | b ; c > d && e *", "a", ["$HOME", "|", "b", ";", "c", ">", "d", "&&", "e", "*"]],
    ["a\tb\nc", "a", ["b", "c"]],
  ];
  for (const [text, file, args] of cases) {
    expect(parseSourceCommand(text)).toEqual({ type: "command", file, args });
  }
});

test("a command without a program or with an open quote is refused without being repeated", () => {
  for (const text of ["", "  ", "''", "a 'open", 'a "open', "a \\"]) {
    expect(() => parseSourceCommand(text)).toThrow(expect.objectContaining({ code: "VBX_USAGE" }));
  }
});
