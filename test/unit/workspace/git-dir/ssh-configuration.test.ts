import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { WritableFolders } from "../../../../src/base/writable-folders.ts";
import {
  resolveSshHost,
  type SshHost,
} from "../../../../src/workspace/git-dir/ssh-configuration.ts";
import { openShared } from "../../../support/shared-place.ts";

interface SshHome {
  readonly home: string;
  readonly write: (name: string, text: string) => string;
  readonly resolve: (host: string, user?: string, writable?: readonly string[]) => SshHost;
}

/** @param onEnd takes what is to be done when it's needed no longer */
function createHome(onEnd: (work: () => void) => void = onTestFinished): SshHome {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "vbh-")));
  onEnd(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, ".ssh/conf.d"), { recursive: true });
  const system = join(home, "system");
  return {
    home,
    write: (name, text) => {
      const path = join(home, ".ssh", name);
      writeFileSync(path, text);
      return path;
    },
    resolve: (host, user = "", writable = []) =>
      resolveSshHost(host, { user, home, system, writable: new WritableFolders(writable) }),
  };
}

const configuration = `
# Two accounts at one forge
Host github-work github.com-*
  HostName github.com
  IdentityFile ~/.ssh/id_work

host "quoted name" *.work !not.work
	hostname=%h.example.com
Match originalhost matched user git
  HostName matched.example.com
Match host second,third*
  HostName fourth.example.com
Host github-work
  HostName later.example.com
Host jumped
  HostName inner.example.com
  Port 2222
  ProxyJump bastion.example.com
Match all
  User git
Include conf.d/*.conf
Host %x?
  HostName percent.example.com
`;

describe("aliases of an SSH configuration", () => {
  const home = openShared((stack) => {
    const { home: folder, write, resolve } = createHome((work) => stack.defer(work));
    const path = write(
      "config",
      configuration.replace("conf.d/*.conf", `"${folder}/.ssh/conf.d/*.conf"`),
    );
    write("conf.d/b.conf", "Host included\n  HostName b.example.com\n");
    write("conf.d/a.conf", "Host included\n  HostName a.example.com\n");
    return Promise.resolve({ path, resolve });
  });

  test.each([
    "github-work",
    "github.com-me",
    "one.work",
    "not.work",
    "second",
    "third3",
    "jumped",
    "matched",
    "included",
    "unknown",
    "git.example.org",
  ])("mean the hosts that ssh itself takes them for: %s", (host) => {
    const { path, resolve } = home();
    const args = ["-F", path, "-l", "git", "-G", host];
    const said = /^hostname (.*)$/m.exec(execFileSync("ssh", args, { encoding: "utf8" }))?.[1];
    const found = resolve(host, "git");
    expect(found.kind === "host" ? found.name : host).toBe(said);
  });

  test("mean a host, or are listed nowhere", () => {
    const { resolve } = home();
    expect(resolve("jumped")).toEqual({ kind: "host", name: "inner.example.com" });
    expect(resolve("unknown")).toEqual({ kind: "unlisted" });
  });
});

test("what only ssh could tell is said, and no command of the configuration runs", () => {
  const { home, write, resolve } = createHome();
  const ran = join(home, "RAN");
  write(
    "config",
    `Match exec "touch '${ran}'"\n  HostName a.example.com\nCanonicalizeHostname yes\n`,
  );
  expect(resolve("x")).toEqual({ kind: "unclear", why: '"Match exec" decides about it' });
  // The control: ssh does run it
  execFileSync("ssh", ["-F", join(home, ".ssh/config"), "-G", "x"]);
  rmSync(ran);
  write("config", "CanonicalizeHostname yes\nCanonicalDomains example.com\n");
  expect(resolve("x")).toMatchObject({ kind: "unclear", why: expect.stringContaining("network") });
  expect(resolve("x.example.com")).toEqual({ kind: "unlisted" });
});

test("a file that a sandbox can write in says nothing", () => {
  const { home, write, resolve } = createHome();
  mkdirSync(join(home, "work"));
  writeFileSync(join(home, "work/ssh"), "Host x\n  HostName evil.example.com\n");
  write("config", `Include "${home}/work/ssh"\nHost x\n  HostName own.example.com\n`);
  const own = { kind: "host", name: "own.example.com" };
  expect(resolve("x", "", [join(home, "work")])).toEqual(own);
  // The control
  expect(resolve("x")).toEqual({ kind: "host", name: "evil.example.com" });
});

test("a configuration that includes itself, or is none, ends", () => {
  const { write, resolve } = createHome();
  expect(resolve("x")).toEqual({ kind: "unlisted" });
  write("config", "Include config\nInclude conf.d/*\nHost\nMatch\nHostName\n\0\u00ff");
  expect(resolve("x")).toEqual({ kind: "unlisted" });
});
