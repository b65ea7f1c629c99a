import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { fitEnvironment } from "../../../src/sandbox/environment/fit-environment.ts";

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

test.each(shells)(
  "a terminal without a description becomes xterm-256color, by %s",
  async (shell) => {
    const home = await mkdtemp(join(tmpdir(), "vaultbox-term-"));
    onTestFinished(() => rm(home, { recursive: true }));
    await mkdir(join(home, ".terminfo/o"), { recursive: true });
    await writeFile(join(home, ".terminfo/o/own"), "");
    const become = async (TERM: string) => (await fit(shell, { TERM, HOME: home })).TERM;
    for (const name of ["xterm-nosuch", "nosuch-256color", "x/../y", "-e", "*"]) {
      expect(await become(name), name).toBe("xterm-256color");
    }
    for (const name of ["own", "xterm", "xterm-256color", "dumb", "vt100", "linux", ""]) {
      expect(await become(name), name).toBe(name);
    }
  },
);

test.each(shells)("a locale that isn't there becomes C.UTF-8, by %s", async (shell) => {
  for (const name of ["LC_ALL", "LC_CTYPE", "LANG"] as const) {
    for (const missing of ["xx_YY.UTF-8", "xx_YY", "UTF-8", "xx_YY@euro", "../x", "$(id)"]) {
      expect((await fit(shell, { [name]: missing }))[name], missing).toBe("C.UTF-8");
    }
    for (const there of ["C", "POSIX", "C.UTF-8", "C.utf8", ""]) {
      expect((await fit(shell, { [name]: there }))[name], there).toBe(there);
    }
  }
});
