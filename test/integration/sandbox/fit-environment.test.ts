import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { fitEnvironment } from "../../../src/sandbox/environment/fit-environment.ts";
import { openShared } from "../../support/shared-place.ts";

const run = promisify(execFile);
/** What images have at /bin/sh. */
const shells = ["dash", "bash --posix", "busybox sh"];

/** The variables as they are after the prologue's part for them, on this Debian with its C.UTF-8. */
async function fit(shell: string, env: Readonly<Record<string, string>>) {
  const script = `set -- kept arguments\n${fitEnvironment}\nprintf '%s|' "$TERM" "$LC_ALL" "$LC_CTYPE" "$LANG" "$*"; set >/dev/null`;
  const [file = "", ...args] = shell.split(" ");
  const base = { PATH: "/usr/bin:/bin", HOME: "/nonexistent" };
  const { stdout, stderr } = await run(file, [...args, "-c", script], { env: { ...base, ...env } });
  // As bash says it of its own start, before there is anybody to read it
  expect(stderr.replaceAll(/^bash: warning: setlocale: .*\n/gm, "")).toBe("");
  const [TERM, LC_ALL, LC_CTYPE, LANG, kept] = stdout.split("|");
  expect(kept).toBe("kept arguments");
  return { TERM, LC_ALL, LC_CTYPE, LANG };
}

describe.each(shells)("by %s", (shell) => {
  const home = openShared(async (stack) => {
    const folder = await mkdtemp(join(tmpdir(), "vaultbox-term-"));
    stack.defer(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, ".terminfo/o"), { recursive: true });
    await writeFile(join(folder, ".terminfo/o/own"), "");
    return folder;
  });
  const become = async (TERM: string) => (await fit(shell, { TERM, HOME: home() })).TERM;

  test.each(["xterm-nosuch", "nosuch-256color", "x/../y", "-e", "*"])(
    "a terminal without a description becomes xterm-256color: %s",
    async (name) => {
      expect(await become(name)).toBe("xterm-256color");
    },
  );

  test.each(["own", "xterm", "xterm-256color", "dumb", "vt100", "linux", ""])(
    "a terminal with a description stays: %j",
    async (name) => {
      expect(await become(name)).toBe(name);
    },
  );

  describe.each(["LC_ALL", "LC_CTYPE", "LANG"] as const)("in %s", (name) => {
    test.each(["xx_YY.UTF-8", "xx_YY", "UTF-8", "xx_YY@euro", "../x", "$(id)"])(
      "a locale that isn't there becomes C.UTF-8: %s",
      async (missing) => {
        expect((await fit(shell, { [name]: missing }))[name]).toBe("C.UTF-8");
      },
    );

    test.each(["C", "POSIX", "C.UTF-8", "C.utf8", ""])(
      "a locale that is there stays: %j",
      async (there) => {
        expect((await fit(shell, { [name]: there }))[name]).toBe(there);
      },
    );
  });
});
