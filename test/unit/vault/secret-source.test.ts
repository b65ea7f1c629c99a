import { describe, expect, test } from "vitest";
import { parseSourceCommand } from "../../../src/vault/secret-source.ts";

describe("a source command is split as a shell would, and nothing in it is expanded", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["gh auth token", "gh", ["auth", "token"]],
    ["  op   read  'op://Work/API key/token' ", "op", ["read", "op://Work/API key/token"]],
    ['a "b c"d\\ e ""', "a", ["b cd e", ""]],
    ['a "say \\"hi\\" $HOME `id` \\n"', "a", ['say "hi" $HOME `id` \\n']],
    ["a $HOME | b ; c > d && e *", "a", ["$HOME", "|", "b", ";", "c", ">", "d", "&&", "e", "*"]],
    ["a\tb\nc", "a", ["b", "c"]],
  ];

  test.each(cases)("%j", (text, file, args) => {
    expect(parseSourceCommand(text)).toEqual({ type: "command", file, args });
  });
});

test.each(["", "  ", "''", "a 'open", 'a "open', "a \\"])(
  "a command without a program or with an open quote is refused without being repeated: %j",
  (text) => {
    expect(() => parseSourceCommand(text)).toThrow(expect.objectContaining({ code: "VBX_USAGE" }));
  },
);
