import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type GitConfigFacts,
  toAllowedSigners,
  toGitConfig,
} from "../../../src/sandbox/environment/git-config.ts";
import { ownConfiguration, readGit } from "../../support/git.ts";
import { gitRule } from "../../support/git-rule.ts";
import { isValidSignature, makeKeyFile } from "../../support/signing-key.ts";
import { signForGit, signWithKey } from "../../../src/git/signing/sshsig.ts";
import { parseStoredKey, toStoredKey } from "../../../src/git/signing/ssh-key-private.ts";

const facts: GitConfigFacts = {
  workspace: "/home/ann/work",
  rules: [],
  author: { name: "Ann Example", email: "ann@example.com" },
  signingKey: undefined,
  hasImageConfig: false,
  frozen: [],
  remotes: { insteadOf: [], pushInsteadOf: [] },
};

/** What the real git reads when the text is its system's configuration. */
async function ask(config: string, ...args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-config-"));
  try {
    const path = join(folder, "gitconfig");
    await writeFile(path, config);
    const env = { ...ownConfiguration(folder), GIT_CONFIG_SYSTEM: path };
    await readGit(["init", "-q", "."], { cwd: folder, env });
    return await readGit(args, { cwd: folder, env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("git reads every value as it was meant, whatever characters are in it", async () => {
  const workspace = `/work "a"\\b;#\t/ü`;
  const author = { name: 'Ann "the \\ one"; # Example', email: "ann@example.com" };
  const config = toGitConfig({ ...facts, workspace, author });
  expect(await ask(config, "config", "--get", "safe.directory")).toBe(workspace);
  expect(await ask(config, "config", "--get", "user.name")).toBe(author.name);
  expect(await ask(config, "config", "--get", "branch.autosetupmerge")).toBe("false");
});

test("without an author and without a signer nothing is said of either", async () => {
  const config = toGitConfig({ ...facts, author: undefined });
  expect(config).not.toMatch(/user|gpg|sign/i);
});

test("a user's own settings in the sandbox win over those", async () => {
  const config = toGitConfig(facts);
  expect(await ask(config, "-c", "user.name=Other", "config", "--get", "user.name")).toBe("Other");
});

test.each([
  "git@github.com:acme/widgets.git",
  "ssh://git@github.com/acme/widgets.git",
  "ssh://git@ssh.github.com:443/acme/widgets.git",
])("the remote %s becomes the https address", async (url) => {
  const config = toGitConfig({ ...facts, rules: [gitRule(), gitRule()] });
  expect(await ask(config, "ls-remote", "--get-url", url)).toBe(
    "https://github.com/acme/widgets.git",
  );
});

test("remotes of hosts that no entry names stay what they are", async () => {
  const config = toGitConfig({ ...facts, rules: [gitRule()] });
  const url = "git@example.com:acme/widgets.git";
  expect(await ask(config, "ls-remote", "--get-url", url)).toBe(url);
});

test("the image's own settings come first, so that ours count", () => {
  const config = toGitConfig({ ...facts, hasImageConfig: true });
  expect(config).toMatch(/^\[include\]\n\tpath = "\/run\/vaultbox\/image-gitconfig"\n/);
});

test.each(["ann@example.com", 'an"n@example.com', "a,nn*@example.com"])(
  "ssh-keygen takes the line of allowed signers for %s",
  async (email) => {
    await using file = await makeKeyFile();
    const key = parseStoredKey(toStoredKey(file.text));
    const message = Buffer.from("x");
    const sign = (data: Buffer): Promise<Buffer> => Promise.resolve(signWithKey(key, data));
    const signature = await signForGit(message, { publicKey: key.publicKey, sign });
    const line = toAllowedSigners({ name: "Ann", email }, file.publicLine);
    const check = { message, signature, publicLine: file.publicLine, allowed: line, signer: email };
    expect(await isValidSignature(file.folder, check)).toBe(true);
    expect(await isValidSignature(file.folder, { ...check, namespace: "file" })).toBe(false);
  },
);
