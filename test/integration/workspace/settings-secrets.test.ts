import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { withoutSecrets } from "../../../src/workspace/hide/settings-text.ts";
import { planProtection, type Protection } from "../../../src/workspace/protect/protection.ts";
import { createScanBudget, startLimits } from "../../../src/workspace/scan-budget.ts";
import { scanWorkspace } from "../../../src/workspace/scan/scan.ts";
import { git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";
import { toLooked, toWorkspaceRoot } from "../../support/workspace-root.ts";
import { openShared } from "../../support/shared-place.ts";

const secret = "hunter2hunter2";
const address = `https://me:${secret}@example.com/x`;

/** Places that git, or a program that works on git's repositories, reads an address or a secret from. */
const places: readonly (readonly [path: string, content: string])[] = [
  [".git/config.worktree", `[remote "o"]\n\turl = ${address}\n`],
  [".git/config.bak", `[http]\n\textraHeader = Authorization: Basic ${secret}\n`],
  [".git/config~", `[remote "o"]\n\turl = ${address}\n`],
  [".git/remotes/old", `URL: ${address}\nPull: refs/heads/main\n`],
  [".git/branches/old", `${address}#main\n`],
  [".git/svn/.metadata", `[svn-remote "svn"]\n\turl = svn+ssh://me:${secret}@example.com\n`],
  [".git/lfs/settings", `url = ${address}\n`],
  [".git/sl/config", `[paths]\ndefault = ${address}\n`],
  [".git/gk/config", `[remote]\n token = ${secret}\n`],
  [".git/sourcetreeconfig.json", `{"url": "${address}"}\n`],
  [".git/FETCH_HEAD", `0123\t\tbranch 'main' of ${address}\n`],
  [".git/logs/HEAD", `0 1 A <a@b> 1 +0000\tpull ${address} main: Fast-forward\n`],
  [".git/logs/refs/heads/main", `0 1 A <a@b> 1 +0000\tclone: from ${address}\n`],
  [".git/modules/a/b/HEAD", "ref: refs/heads/main\n"],
  [".git/modules/a/b/refs/x", ""],
  [".git/modules/a/b/objects/x", ""],
  [".git/modules/a/b/config", `[remote "o"]\n\turl = ${address}\n`],
  [".git/modules/a/b/logs/HEAD", `0 1 A <a@b> 1 +0000\tclone: from ${address}\n`],
  [".git/worktrees/w/config.worktree", `[remote "o"]\n\tpushurl = ${address}\n`],
  [".git/worktrees/w/logs/HEAD", `0 1 A <a@b> 1 +0000\tpull ${address}: x\n`],
  [".gitmodules", `[submodule "a"]\n\tpath = a\n\turl = ${address}\n`],
  [".lfsconfig", `[lfs]\n\turl = ${address}\n`],
  ["conf/included", `[remote "o"]\n\turl = ${address}\n`],
  ["hg/.hg/hgrc", `[auth]\nx.prefix = example.com\nx.password = ${secret}\n`],
  ["sl/.sl/config", `[paths]\ndefault = ${address}\n`],
  ["hg/.hg/hgrc~", `[paths]\ndefault = ${address}\n`],
  ["hg/.hg/.hgrc.swp", `[paths]\ndefault = ${address}\n`],
  ["hg/.hg/blackbox.log", `2026/01/01 00:00:00 me (1)> pull ${address}\n`],
  ["hg/.hg/logexchange/bookmarks", `0\n\n0123\0${address}\0main\n`],
  ["sl/.sl/blackbox/a", `pull ${address}\n`],
  [".git/sl/blackbox/a", `pull ${address}\n`],
  [".git/lfs/logs/1.log", `push ${address}\n`],
  [".git/.config.swp", `url = ${address}\n`],
  [".git/#config#", `url = ${address}\n`],
  ["darcs/_darcs/prefs/defaultrepo", `${address}\n`],
  ["darcs/_darcs/prefs/sources", `repo:${address}\n`],
  ["bzr/.bzr/branch/location", `${address}\n`],
  ["jj/.jj/repo/config.toml.orig", `[x]\nurl = "${address}"\n`],
  ["jj/.jj/repo/config.toml", `[x]\ntoken = "${secret}"\n`],
];

/** What the sandbox sees of a workspace: files, with what is mounted over them. */
async function look(
  workspace: string,
  protect: "default" | "none",
): Promise<(path: string) => Promise<string>> {
  using root = Folder.openRoot(workspace);
  const options = { hide: undefined, deep: false, budget: createScanBudget(startLimits) };
  const scan = await scanWorkspace(root, workspace, options);
  const plan = await planProtection(toLooked(toWorkspaceRoot(workspace, root), scan), {
    protect,
    hides: true,
    budget: createScanBudget(startLimits),
  });
  const copies = new Map(plan.copies.map(({ target, content }) => [target, content]));
  return async (path) => {
    const copy = copies.get(join(workspace, path));
    return copy instanceof Uint8Array
      ? Buffer.from(copy).toString()
      : await readFile(join(workspace, path), "utf8");
  };
}

describe.each(["default", "none"] as const)(
  "protect: %s, and no place that settings are read from shows a secret",
  (protect) => {
    const seen = openShared(async (stack) => {
      const { workspace } = stack.use(await createWorkspaceFolder());
      await git(workspace, "init", "-q");
      await git(workspace, "config", "include.path", "../conf/included");
      await git(workspace, "config", "remote.o.url", address);
      for (const [path, content] of places) await writeInto(workspace, path, content);
      const read = await look(workspace, protect);
      return { read, written: (path: string) => readFile(join(workspace, path), "utf8") };
    });

    test.each([".git/config", ...places.map(([path]) => path)])("%s", async (path) => {
      const { read, written } = seen();
      expect(await read(path)).not.toContain(secret);
      // Of those without a secret there is nothing to show
      const count = (await written(path)).includes(secret) ? 1 : 0;
      const test = `places that settings are read from, protect: ${protect}: ${path}`;
      // The files themselves show it
      recordScore({ row: 53, test, attempts: count, blocked: count, controlSucceeded: count });
    });

    test("but what isn't secret is still there", async () => {
      expect(await seen().read(".git/logs/HEAD")).toBe(
        "0 1 A <a@b> 1 +0000\tpull https://example.com/x main: Fast-forward\n",
      );
    });
  },
);

test("what is too large, too deep or too much to be looked through shows no secret either", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  const line = `0 1 A <a@b> 1 +0000\tpull ${address}: x\n`;
  const deep = `.git/logs/refs/heads/${"d/".repeat(40)}main`;
  for (let index = 0; index < 1100; index++)
    await writeInto(workspace, `.git/svn/f${index}`, index === 1099 ? address : "");
  const large = "# \n".repeat(6_000_000);
  const places = [
    [".git/config.old", `${large.slice(0, 2_000_000)}[remote "o"]\n\turl = ${address}\n`],
    [".git/config.older", `${large}[remote "o"]\n\turl = ${address}\n`],
    [".git/logs/HEAD", line.repeat(300_000)],
    [".git/svn/f1099", address],
    [deep, line],
  ] as const;
  for (const [path, content] of places) await writeInto(workspace, path, content);
  let shown: readonly string[] = [];
  await during(async ({ copies }) => {
    const read = async (path: string): Promise<string> => {
      const copy = copies.find(({ target }) => target === join(workspace, path));
      return await readFile(copy?.source ?? join(workspace, path), "utf8");
    };
    const texts = await Promise.all(places.map(async ([path]) => [path, await read(path)]));
    shown = texts.flatMap(([path = "", text]) => (text?.includes(secret) === true ? [path] : []));
    // Git goes on writing to a log that is shown empty
    const log = copies.find(({ target }) => target.endsWith("/logs/HEAD"));
    await appendFile(log?.source ?? "", "0 2 A <a@b> 2 +0000\tcommit: two\n");
  });
  expect(shown).toEqual([]);
  expect((await readFile(join(workspace, ".git/logs/HEAD"), "utf8")).slice(-60)).toContain("two");
  recordScore({
    row: 53,
    test: "settings and logs that are too large, too deep or too many",
    attempts: places.length,
    blocked: places.length - shown.length,
    // The files themselves
    controlSucceeded: places.length,
  });
});

const settings = [
  // git's documentation
  `[http]\n\textraHeader = Authorization: Basic ${secret}\n`,
  `[http "https://example.com"]\n\textraheader = X-Token: ${secret}\n`,
  `[http]\n\tproxy = http://me:${secret}@proxy:3128\n`,
  `[http]\n\tproxy = me:${secret}@proxy:3128\n`,
  `[remote "o"]\n\tproxy = socks5://me:${secret}@proxy\n`,
  `[remote "o"]\n\tpushurl = ${address}\n`,
  `[remote "o"]\n\ttoken = ${secret}\n`,
  `[remote "${address}"]\n\tfetch = x\n`,
  `[url "${address}"]\n\tinsteadOf = gh:\n`,
  `[imap]\n\tpass = ${secret}\n`,
  `[imap]\n\ttunnel = "sshpass -p ${secret} ssh host imapd"\n`,
  `[sendemail]\n\tsmtpPass = ${secret}\n`,
  `[sendemail "work"]\n\tsmtppass = ${secret}\n`,
  `[gitcvs]\n\tdbPass = ${secret}\n`,
  `[receive]\n\tcertNonceSeed = ${secret}\n`,
  `[svn-remote "svn"]\n\turl = https://me:${secret}@example.com/svn\n`,
  `[credential]\n\thelper = "!f() { echo username=me; echo password=${secret}; }; f"\n`,
  `[core]\n\tsshCommand = sshpass -p ${secret} ssh\n`,
  `[lfs]\n\turl = ${address}\n`,
  // other programs' own
  `[gitlab]\n\ttoken = ${secret}\n`,
  `[github]\n\toauth-token = ${secret}\n`,
  `[hub]\n\tapi_key = ${secret}\n`,
  `[alias]\n\tx = "!curl -H 'Authorization: Bearer ${secret}' https://example.com"\n`,
  `[alias]\n\tx = !curl https://example.com/?access_token=${secret}\n`,
  "[x]\n\ty = ghp_0123456789012345678901234567890123456789\n",
  // how git lets them be written
  `[http]extraHeader=Authorization: ${secret}\n`,
  `[http]\r\n\tEXTRAHEADER = Authorization: ${secret}\r\n`,
  `[http]\n\textraHeader = "Authorization: \\\n${secret}"\n`,
  `[http]\n\textraHeader = Authorization: \\\n  ${secret}\n`,
  `[a]\n\tb = c # d \\\n[imap]\n\tpass = ${secret}\n`,
  `[remote "o"]\n\turl = "https://me:${secret}@example.com/x"\n`,
  `[remote "o"]\n\turl = https://me:"${secret}"@example.com/x\n`,
  `[remote "o"]\n\turl = https://me:\\\n${secret}@example.com/x\n`,
  `[remote "o"]\n\turl = https://example.com # was ${address}\n`,
  `[a "]"]\n\tb = c\n[imap]\n\tpass = ${secret}\n`,
  `# url = ${address}\n`,
  `; password = ${secret}\n`,
];

test.each(settings)("a setting that may hold a secret doesn't show it: %j", (text) => {
  expect(withoutSecrets(Buffer.from(text)).toString()).not.toMatch(/hunter2|ghp_/);
  const naive = text.replaceAll(/\/\/[^/@\s]*@/g, "//");
  recordScore({
    row: 53,
    test: `settings that hold a secret: ${JSON.stringify(text)}`,
    attempts: 1,
    blocked: 1,
    controlSucceeded: /hunter2|ghp_/.test(naive) ? 1 : 0,
  });
});

describe("settings without a secret are shown as they are", () => {
  const plain = [
    "[core]\n\taskPass = /usr/bin/ssh-askpass\n\tbare = false\n",
    "[credential]\n\thelper = store --file=~/.x\n\tusername = me\n",
    '[http]\n\temptyAuth = true\n\tproactiveAuth = auto\n\tcookieFile = ~/.c\n\tsslCert = "/a b"\n',
    '[remote "o"]\n\turl = ssh://git@example.com/x\n\turl = git@example.com:x\n',
    "[user]\n\tsigningKey = ABCDEF\n\temail = a@example.com\n",
    '[alias]\n\tx = "!f() { test \\"$TOKEN\\" = \\"\\" && echo $password; }; f" # why\n',
    '[includeIf "gitdir:~/x/"]\n\tpath = y\\\nz\n',
  ];

  test.each(plain)("%j", (text) => {
    const content = Buffer.from(text);
    expect(withoutSecrets(content)).toBe(content);
  });
});

test("what git wrote to the copy of a log is in the log afterwards, once", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
  const log = join(workspace, ".git/logs/HEAD");
  await appendFile(log, `0 1 A <a@b> 1 +0000\tpull ${address}: x\n`);
  const before = await readFile(log, "utf8");
  await during(async ({ copies }) => {
    const copy = copies.find(({ target }) => target === log);
    expect(copy?.readOnly).toBe(false);
    expect(await readFile(copy?.source ?? "", "utf8")).not.toContain(secret);
    await appendFile(copy?.source ?? "", "0 2 A <a@b> 2 +0000\tcommit: two\n");
  });
  expect(await readFile(log, "utf8")).toBe(`${before}0 2 A <a@b> 2 +0000\tcommit: two\n`);
  // A copy that was written anew adds nothing
  await during(async ({ copies }) => {
    const copy = copies.find(({ target }) => target === log);
    await appendFile(copy?.source ?? "", "x\n");
    const text = await readFile(copy?.source ?? "", "utf8");
    await writeInto("/", (copy?.source ?? "").slice(1), text.replace("commit", "COMMIT"));
  });
  expect(await readFile(log, "utf8")).toBe(`${before}0 2 A <a@b> 2 +0000\tcommit: two\n`);
});

test("the settings of repositories that other sessions left keep no start from being made, and show no secret", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace } = folder;
  const count = 230;
  const files = ["config", "FETCH_HEAD", "config~", "logs/HEAD"];
  await git(workspace, "init", "-q");
  await git(workspace, "config", "remote.o.url", address);
  for (let index = 0; index < count; index += 1) {
    const gitDir = `r${index}/.git`;
    await writeInto(workspace, `${gitDir}/HEAD`, "ref: refs/heads/main\n");
    for (const name of ["objects/x", "refs/x"]) await writeInto(workspace, `${gitDir}/${name}`, "");
    for (const name of files) {
      await writeInto(workspace, `${gitDir}/${name}`, `[remote "o"]\n\turl = ${address}\n`);
    }
  }
  using root = Folder.openRoot(workspace);
  const options = { hide: undefined, deep: false, budget: createScanBudget(startLimits) };
  const scan = await scanWorkspace(root, workspace, options);
  const plan = async (isOwn: (names: readonly string[]) => boolean): Promise<Protection> =>
    await planProtection(toLooked(toWorkspaceRoot(workspace, root), scan), {
      protect: "default",
      hides: true,
      budget: createScanBudget(startLimits),
      isOwn: (_, names) => isOwn(names),
    });
  const { own, copies, notes } = await plan(([name]) => name === ".git");
  const shown = new Map(copies.map(({ target, content }) => [target, content]));
  const places = ["", ...Array.from({ length: count }, (_, index) => `r${index}/`)];
  const open = places.flatMap((place) =>
    shown.get(join(workspace, place, ".git")) === "folder"
      ? []
      : [
          `${place}.git/config`,
          ...(place === "" ? [] : files.map((name) => `${place}.git/${name}`)),
        ],
  );
  const readable = open.filter((path) => {
    const content = shown.get(join(workspace, path));
    return !(content instanceof Uint8Array) || Buffer.from(content).toString().includes(secret);
  });
  expect(readable).toEqual([]);
  // The user's own is shown as it is
  expect(open).toContain(".git/config");
  expect(notes.join("\n")).toMatch(/repositories that another session left, .* are shown empty/);
  const targets = [...own.map(({ bind }) => bind.target), ...shown.keys()];
  expect(new Set(targets).size).toBe(targets.length);
  const inEmptied = targets.filter((target) =>
    [...shown].some(([path, content]) => content === "folder" && target.startsWith(`${path}/`)),
  );
  expect(inEmptied).toEqual([]);
  // The control: all of them are the user's
  await expect(plan(() => true)).rejects.toThrow("more than 500 mounts");
}, 60_000);
