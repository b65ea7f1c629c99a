import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { parseGitFlag } from "../../../src/git/entry/parse-git-flag.ts";
import type { GitRule } from "../../../src/git/entry/git-rule.ts";
import { toGitConfig } from "../../../src/sandbox/environment/git-config.ts";
import {
  toGitOverrides,
  toOverrideVariables,
} from "../../../src/sandbox/environment/git-overrides.ts";
import { toRemoteRewrites } from "../../../src/sandbox/environment/git-remotes.ts";
import { withoutSshAlias } from "../../../src/workspace/git-dir/remote.ts";
import {
  readRepositoryFacts,
  resolveHost,
  type RepositoryFacts,
} from "../../../src/workspace/git-dir/repository-facts.ts";
import { git, ownConfiguration, readGit } from "../../support/git.ts";

// Issue 8, 5: settings of the user's repository that can't work in the box, as the real git reads them there

const run = promisify(execFile);
const pin = "sha256//AAAA=";

interface Box {
  readonly facts: RepositoryFacts;
  /** Git in the repository as a sandbox has it */
  readonly inBox: (...args: readonly string[]) => Promise<string>;
  /** The control: without what the sandbox is told */
  readonly without: (...args: readonly string[]) => Promise<string>;
}

interface Place {
  /** Of the repository */
  readonly settings: string;
  readonly ssh?: string;
  /** The user's own */
  readonly user?: string;
  readonly rules?: readonly string[];
  readonly signingKey?: string;
}

async function createBox({
  settings,
  ssh = "",
  user = "",
  rules = [],
  signingKey,
}: Place): Promise<Box> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbg-")));
  onTestFinished(() => rm(root, { recursive: true }));
  const [home, work] = [join(root, "home"), join(root, "w")];
  await mkdir(join(home, ".ssh"), { recursive: true });
  await writeFile(join(home, ".ssh/config"), ssh);
  await writeFile(join(home, ".gitconfig"), user);
  await mkdir(work);
  await git(work, "init", "-q", "-b", "main");
  await writeFile(join(work, ".git/config"), `${settings}\n`, { flag: "a" });
  vi.stubEnv("HOME", home);
  vi.stubEnv("GIT_CONFIG_GLOBAL", join(home, ".gitconfig"));
  onTestFinished(() => void vi.unstubAllEnvs());
  const facts = await readRepositoryFacts(work);
  if (facts === undefined) throw new Error("no repository");
  const parsed: readonly GitRule[] = rules.map((text) =>
    parseGitFlag(text, { kind: "flag", label: "--git" }),
  );
  const config = join(root, "gitconfig");
  const text = toGitConfig({
    workspace: work,
    rules: parsed,
    author: { name: "Ann", email: "ann@example.com" },
    signingKey,
    hasImageConfig: false,
    frozen: [],
    remotes: toRemoteRewrites(facts, parsed),
  });
  await writeFile(config, text);
  const own = ownConfiguration(join(root, "none"));
  const env = { GIT_CONFIG_SYSTEM: config };
  const ask =
    (variables: Readonly<Record<string, string>>) =>
    async (...args: readonly string[]): Promise<string> =>
      (await readGit(args, { cwd: work, env: { ...own, ...variables } })).trim();
  const overrides = toGitOverrides(facts.settings, { signingKey, pin });
  return {
    facts,
    inBox: ask({ ...env, ...toOverrideVariables(overrides, env) }),
    without: ask({ GIT_CONFIG_NOSYSTEM: "1" }),
  };
}

const toRemote = (url: string): string => `[remote "origin"]\n\turl = ${url}\n`;
const widgets = "https://github.com/acme/widgets";

test.each([
  ["an alias", "git@github-work:acme/widgets.git", "Host github-work\n HostName github.com\n"],
  [
    "an alias without a user",
    "github-work:acme/widgets",
    "Host github-work\n HostName github.com\n",
  ],
  [
    "an alias in a URL",
    "ssh://git@github-work/acme/widgets.git",
    "Host *work\n HostName github.com\n",
  ],
  [
    "one with a port",
    "ssh://git@github-work:2222/acme/widgets",
    "Host *-work\n HostName github.com\n",
  ],
  [
    "one with a dot",
    "git@github.com-me:acme/widgets.git",
    "Host github.com-*\n HostName github.com\n",
  ],
  ["one for port 443", "git@gh:acme/widgets.git", "Host gh\n HostName ssh.github.com\n Port 443\n"],
])(
  "a remote with %s is the forge's repository, on the host and in the box",
  async (_, url, ssh) => {
    const { facts, inBox, without } = await createBox({ settings: toRemote(url), ssh });
    expect(facts.configIssues).toEqual([]);
    expect(facts.remoteUrl).toMatch(/^(?:ssh:\/\/)?(?:git@)?(?:ssh\.)?github\.com[:/]/);
    expect(await inBox("ls-remote", "--get-url", "origin")).toBe(widgets);
    expect(await inBox("remote", "get-url", "--push", "origin")).toBe(widgets);
    // The control: what git makes of it by itself
    expect(await without("ls-remote", "--get-url", "origin")).toBe(url);
  },
);

test.each(["git@github-work:acme/gears.git", "ssh://github-work/acme/gears.git"])(
  "what else is at an alias is found too, as of submodules and of what is cloned: %s",
  async (url) => {
    const ssh = "Host github-work\n HostName github.com\n";
    const { inBox } = await createBox({ settings: toRemote("git@github-work:acme/widgets"), ssh });
    expect(await inBox("ls-remote", "--get-url", url)).toBe("https://github.com/acme/gears.git");
  },
);

test("a remote in the user's own short form is the repository that it means", async () => {
  const user = '[url "git@github-work:"]\n\tinsteadOf = gh:\n';
  const ssh = "Host github-work\n HostName github.com\n";
  const { facts, inBox } = await createBox({ settings: toRemote("gh:acme/widgets"), user, ssh });
  expect(facts.remoteUrl).toBe("git@github.com:acme/widgets");
  expect(await inBox("ls-remote", "--get-url", "origin")).toBe(widgets);
});

test.each([
  ["insteadOf", '[url "git@github.com:"]\n\tinsteadOf = https://github.com/\n'],
  ["a longer one", '[url "git@github.com:acme/"]\n\tinsteadOf = https://github.com/acme/\n'],
  ["pushInsteadOf", '[url "git@github.com:"]\n\tpushInsteadOf = https://github.com/\n'],
])("a repository's %s doesn't lead to ssh, which the box hasn't got", async (_, setting) => {
  const settings = `${toRemote(`${widgets}.git`)}${setting}`;
  const { inBox, without } = await createBox({ settings });
  expect(await inBox("ls-remote", "--get-url", "origin")).toBe(widgets);
  expect(await inBox("remote", "get-url", "--push", "origin")).toBe(widgets);
  expect(await without("remote", "get-url", "--push", "origin")).toMatch(/^git@github\.com:/);
});

test("of an alias that nobody knows the user is told what to name, and that is where the remote is then", async () => {
  const settings = toRemote("git@github-work:acme/widgets.git");
  const { facts } = await createBox({ settings });
  const issue = "the host \"github-work\" of the repository's remote can't be told";
  expect(facts.configIssues).toEqual([
    `${issue}: it has no dot, and isn't in your SSH configuration; if you know it: --git 'https://HOST/acme/widgets'`,
  ]);
  const named = await createBox({ settings, rules: [`${widgets}:push=agent/*`] });
  expect(await named.inBox("ls-remote", "--get-url", "origin")).toBe(widgets);
  const ssh = "Match exec false\n HostName github.com\n";
  const unclear = await createBox({ settings, ssh });
  expect(unclear.facts.configIssues).toEqual([expect.stringContaining('"Match exec" decides')]);
  // A name of the user's own network is none of these
  const own = await createBox({ settings: toRemote("git@git.corp.example:acme/widgets") });
  expect(own.facts.configIssues).toEqual([]);
  const loop = "Host x\n HostName 127.0.0.1\n";
  const tunnel = await createBox({ settings: toRemote("git@x:acme/widgets"), ssh: loop });
  expect(tunnel.facts.configIssues).toEqual([expect.stringContaining('leads to "127.0.0.1"')]);
});

test("a rule for a forge of one's own at another port counts for its alias", async () => {
  const { inBox } = await createBox({
    settings: toRemote("git@forge:acme/widgets.git"),
    ssh: "Host forge\n HostName git.corp.example\n",
    rules: ["https://git.corp.example:8443/acme/widgets"],
  });
  const url = "https://git.corp.example:8443/acme/widgets";
  expect(await inBox("ls-remote", "--get-url", "origin")).toBe(url);
});

test("proxies, helpers and monitors of the host are replaced, in every spelling", async () => {
  const settings = [
    toRemote(`${widgets}.git`),
    "\tproxy = http://corp:3128",
    "[http]\n\tproxy = http://corp:3128",
    '[http "https://github.com"]\n\tproxy = http://corp:3128',
    "\tpinnedPubkey = sha256//BBBB=",
    "[credential]\n\thelper = osxkeychain",
    '[credential "https://github.com"]\n\thelper = manager',
    "[core]\n\taskPass = /usr/local/bin/ask\n\tfsmonitor = /usr/local/bin/watch",
  ].join("\n");
  const { inBox, without } = await createBox({ settings });
  const asked = [
    ["config", "--get-urlmatch", "http.proxy", `${widgets}.git`],
    ["config", "remote.origin.proxy"],
    ["config", "http.proxy"],
    ["config", "--get-urlmatch", "http.pinnedPubkey", `${widgets}.git`],
    ["config", "core.fsmonitor"],
  ] as const;
  const proxy = "http://127.0.0.1:3128";
  const answers = await Promise.all(asked.map((args) => inBox(...args)));
  expect(answers).toEqual([proxy, proxy, proxy, pin, "false"]);
  const control = await Promise.all(asked.map((args) => without(...args)));
  expect(control).toEqual([
    ...Array(3).fill("http://corp:3128"),
    "sha256//BBBB=",
    "/usr/local/bin/watch",
  ]);
  // No program of the host is asked for a password
  const fill = `alias.f=!printf 'protocol=https\\nhost=github.com\\n\\n' | setsid git credential fill`;
  const helpers = /osxkeychain|manager|bin\/ask/;
  await expect(inBox("-c", fill, "f")).rejects.toThrow("could not read Username");
  await inBox("-c", fill, "f").catch((error: Error) => expect(error.message).not.toMatch(helpers));
  await expect(without("-c", fill, "f")).rejects.toThrow(helpers);
});

test("commits work where the repository asks for signatures and an editor that the box hasn't got, and that is said", async () => {
  const settings = [
    "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = /nonexistent/gpg",
    "[core]\n\teditor = /nonexistent/nvim -f\n\tpager = /nonexistent/delta",
  ].join("\n");
  const { facts, inBox, without } = await createBox({ settings });
  const commit = [
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b",
    "commit",
    "--allow-empty",
    "-qm",
    "x",
  ];
  await expect(without(...commit)).rejects.toThrow("/nonexistent/gpg");
  await inBox(...commit);
  await inBox("tag", "v1");
  expect(toGitOverrides(facts.settings, { signingKey: undefined, pin }).notes).toEqual([
    `the repository's "commit.gpgsign" asks for signatures, and the sandbox has no key: nothing is signed in it; to sign: vaultbox run --sign NAME`,
  ]);
  // What isn't there is taken for the fallback, which is `cat` here: it ends at once
  const editor = await inBox("var", "GIT_EDITOR");
  const said = await run("sh", [
    "-c",
    `${editor.replace("else vi", "else echo vi")} "$@"`,
    "x",
    "f",
  ]);
  expect(said.stdout).toBe("vi f\n");
  expect(await inBox("-p", "log", "--format=%s")).toBe("x");
});

test("a session that signs does so with its own key, whatever the repository says", async () => {
  const settings =
    "[user]\n\tsigningKey = ABCDEF\n[gpg]\n\tformat = openpgp\n[commit]\n\tgpgSign = false";
  const key = "ssh-ed25519 AAAA";
  const { facts, inBox } = await createBox({ settings, signingKey: key });
  expect(toGitOverrides(facts.settings, { signingKey: key, pin }).notes).toEqual([]);
  const keys = ["user.signingkey", "gpg.format", "commit.gpgsign", "gpg.ssh.program"];
  expect(await Promise.all(keys.map((one) => inBox("config", one)))).toEqual([
    `key::${key}`,
    "ssh",
    "true",
    "/run/vaultbox/git-sign",
  ]);
});

test("settings that a user gives to the sandbox's git stay, and a command's own count most", () => {
  const env = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "a.b", GIT_CONFIG_VALUE_0: "c" };
  const variables = toOverrideVariables({ settings: [["http.proxy", "x"]] }, env);
  expect(variables).toEqual({
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_1: "http.proxy",
    GIT_CONFIG_VALUE_1: "x",
  });
});

test("an alias in --git means the host that it stands for", async () => {
  const { facts } = await createBox({
    settings: "",
    ssh: "Host github-work\n HostName github.com\nHost tunnel\n HostName 127.0.0.1\n",
  });
  expect(facts.remotes).toEqual([]);
  const texts = {
    "git@github-work:acme/widgets:push=agent/*": "git@github.com:acme/widgets:push=agent/*",
    "ssh://git@github-work/acme/widgets": "ssh://git@github.com/acme/widgets",
    "github-work:acme/*": "github.com:acme/*",
    "https://github-work/acme/widgets": "https://github-work/acme/widgets",
    "git@other:acme/widgets": "git@other:acme/widgets",
    "git@tunnel:acme/widgets": "git@tunnel:acme/widgets",
  };
  const found = Object.keys(texts).map((text) => withoutSshAlias(text, resolveHost));
  expect(found).toEqual(Object.values(texts));
});
