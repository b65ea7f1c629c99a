import { describe, expect, test } from "vitest";
import type { Folder } from "../../../../src/base/fs/beneath.ts";
import {
  withoutSecrets,
  withoutSecretsByStep,
} from "../../../../src/workspace/hide/settings-text.ts";
import { hideSecretsInText } from "../../../../src/workspace/hide/secret-text.ts";
import { isSecretFile } from "../../../../src/workspace/hide/secret-files.ts";
import { findOtherSystem } from "../../../../src/workspace/git-dir/other-system.ts";
import { parsePlainSettings } from "../../../../src/workspace/git-dir/inspect/inspect-other-system.ts";
import { withoutLineEnd } from "../../../../src/workspace/git-dir/git-location.ts";
import { isHarmless } from "../../../../src/workspace/git-dir/git-setting.ts";
import { parsePlainConfiguration } from "../../../../src/workspace/git-dir/git-configuration.ts";
import { recordScore } from "../../../support/scoreboard.ts";

/** `bytes`; the limits of what is read are up to 32 times as high */
const size = 32 * 1024;
/** Far above what a linear reader takes for `size`, far below what a quadratic one takes */
const allowedMs = 400;
/** The verdict is about the processor's time; all texts together may wait for it */
const allowedWallMs = 120_000;

const heads = ["", "a", "[", "token=", "a://", "../", "\n"];
const repeated =
  "a|A |. |.|/|../|~|@|:|::|\n|\r\n| |\t|\"|'|=|token=|a://|a://:|#|] |[a]\n|a = b\n|$|${|x |-----BEGIN |password\n|a.|user@|://x/".split(
    "|",
  );
const tails = ["", "!", "\0", `@${"a.".repeat(size)}`];

const texts = heads.flatMap((head) =>
  repeated.flatMap((part) =>
    tails.map((tail) => `${head}${part.repeat(Math.ceil(size / part.length))}${tail}`),
  ),
);

const readers: readonly ((text: string) => unknown)[] = [
  (text) => isHarmless({ key: "remote.o.url", value: text }),
  (text) => isHarmless({ key: "core.worktree", value: text }),
  (text) => isHarmless({ key: `remote.${text}`, value: "x" }),
  (text) => withoutSecrets(Buffer.from(text)),
  (text) => hideSecretsInText(text),
  (text) => parsePlainConfiguration(Buffer.from(text)),
  (text) => parsePlainSettings(Buffer.from(text)),
  (text) => findOtherSystem(text),
  (text) => withoutLineEnd(text),
  (text) => isSecretFile({ folder: holding(text), name: ".npmrc" }, ".npmrc"),
  (text) => isSecretFile({ folder: holding(text), name: "a.pem" }, "a.pem"),
  (text) => isSecretFile({ folder: holding(text), name: "key.json" }, "key.json"),
];

function holding(text: string): Folder {
  return { read: () => Buffer.from(text) } as unknown as Folder;
}

/** Of the processor, `ms`: the machine has other work too. */
function measure(read: (text: string) => unknown, text: string): number {
  const began = process.threadCpuUsage();
  read(text);
  return process.threadCpuUsage(began).user / 1000;
}

test(
  "no text of a sandbox keeps a reader of settings and secrets busy",
  () => {
    const slow = readers.flatMap((read, index) =>
      texts
        .filter((text) => measure(read, text) > allowedMs)
        .map((text) => `${index} ${JSON.stringify(text.slice(0, 20))}`),
    );
    expect(slow).toEqual([]);
    // The control: expressions that read the same, and go over a text once for each of its characters
    const naive: readonly (readonly [RegExp, string])[] = [
      [/[\r\n]+$/, `${"\n".repeat(size)}x`],
      [/^\s*(?:x|exec)\s/m, "\n".repeat(size)],
      [/[a-z][a-z0-9+.-]*:\/\/[^@]*@/i, "a".repeat(size)],
    ];
    const late = naive.filter(
      ([expression, text]) => measure((one) => expression.test(one), text) > allowedMs,
    );
    expect(late).toHaveLength(naive.length);
    recordScore({
      row: 48,
      test: "texts that take a quadratic reader minutes",
      attempts: readers.length * texts.length,
      blocked: readers.length * texts.length - slow.length,
      controlSucceeded: late.length,
    });
  },
  allowedWallMs,
);

describe("what nobody would write is no crash, and hidden", () => {
  const many = 9_000_000;

  test.each<[what: string, toText: () => string]>([
    ["a section of any length", () => `[${"a".repeat(many)}\n`],
    ["a section of escapes", () => `["${"\\a".repeat(many / 2)}"]x = https://u:p@h\n`],
    ["a subsection of any length", () => `[a "${"a".repeat(many)}https://u:p@h"]\n`],
    ["a value of any length", () => `a = "${"a".repeat(many)}https://u:p@h\n`],
  ])("%s", (_, toText) => {
    expect(withoutSecrets(Buffer.from(toText())).includes("u:p@h")).toBe(false);
  });

  test("but an expression goes back over each of its repetitions (control)", () => {
    const text = `[${"a".repeat(many)}`;
    expect(() => /\[((?:[^"\]\\\n]|"(?:[^"\\\n]|\\.)*")*)\]/.test(text)).toThrow(RangeError);
  });
});

test("a look at a large file of settings goes by steps, so that signals and the time limit are heard", () => {
  const parts = ["-u a:$b ", "a = x://u:p@h\n", "x://u:p@h\n", "a= ", "[a]\n", "token=$a "];
  const length = 800_000;
  const shares: number[] = [];
  for (const part of parts) {
    const text = `x = ${part.repeat(length / part.length)}`;
    const steps = withoutSecretsByStep(Buffer.from(text));
    let longest = 0;
    for (let isDone = false; !isDone;) {
      longest = Math.max(
        longest,
        measure(() => (isDone = steps.next().done === true), ""),
      );
    }
    expect([part, longest > allowedMs]).toEqual([part, false]);
    shares.push(longest / measure((all) => withoutSecrets(Buffer.from(all)), text));
  }
  // The control: all at once takes longer
  expect(Math.min(...shares)).toBeLessThan(0.5);
});

test("what the readers say of ordinary settings stays what it was", () => {
  const urls = [
    "https://h/x.git",
    "git@h.example:a/b.git",
    "h~x:y",
    "../up",
    "file:///x",
    "ssh://h/x",
  ];
  const others = [
    "ext::sh -c x",

    "a b:c",
    "~:x",
    `${"h".repeat(300)}:x`,
    "a::b",
  ];
  const isUrl = (value: string): boolean => isHarmless({ key: "remote.o.url", value });
  expect(urls.filter(isUrl)).toEqual(urls);
  expect(others.filter(isUrl)).toEqual([]);
  const isTree = (value: string): boolean => isHarmless({ key: "core.worktree", value });
  expect(["../../x", "../a b", "..", "x/../", "/x"].map(isTree)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(withoutSecrets(Buffer.from("url = 1https://u:p@h/ ssh://me:p@h")).toString()).toBe(
    "url = 1https://h/ ssh://me@h",
  );
});
