import { link, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { Folder } from "../../../../src/base/fs/beneath.ts";
import { parseHideRules } from "../../../../src/workspace/hide/hide-rules.ts";
import { createScanBudget, startLimits } from "../../../../src/workspace/scan-budget.ts";
import { scanWorkspace, type Scan } from "../../../../src/workspace/scan/scan.ts";
import { withoutSecrets } from "../../../../src/workspace/hide/settings-text.ts";

const pem = "-----BEGIN PRIVATE KEY-----\nMC4\n";

async function scan(
  files: Readonly<Record<string, string>>,
  hide: readonly string[] = ["default"],
  prepare: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<Scan> {
  const folder = await mkdtemp(join(tmpdir(), "vbhide-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await prepare(folder);
    using root = Folder.openRoot(folder);
    const rules = parseHideRules(hide);
    const budget = createScanBudget(startLimits);
    return await scanWorkspace(root, folder, { hide: rules, deep: false, budget });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const hidden = ({ secrets }: Scan): readonly string[] =>
  secrets.map((names) => names.join("/")).toSorted();

test("files that hold secrets by name or by content are hidden, and their like without secrets are not", async () => {
  const secret = {
    ".env": "A=1",
    ".env.local": "PASSWORD='two words'",
    ".envrc": "use flake\nexport TOKEN=abc",
    "a/b/.env.production": "A=<place>\nB=b",
    ".npmrc": "//r.example.com/:_authToken=npm_abcdef",
    ".yarnrc.yml": "npmAuthToken: 'abcdefgh'",
    "pip.conf": "index-url = https://u:hunter2@p.example.com/simple",
    ".netrc": "",
    ".pypirc": "",
    ".git-credentials": "",
    ".docker/config.json": '{"auths": {"r.example.com": {"auth": "dTpw"}}}',
    ".aws/credentials": "",
    ".kube/config": "",
    kubeconfig: "",
    "terraform.tfstate": "",
    "terraform.tfstate.backup": "",
    id_rsa: "",
    "keys/id_ed25519": "",
    "server.key": pem,
    "deep/cert.pem": pem,
    ".claude/.credentials.json": "{}",
    ".claude/settings.local.json": '{"env": {"ACME_TOKEN": "a1b2c3d4e5f6"}}',
    ".codex/auth.json": '{"OPENAI_API_KEY": "sk-proj-a1b2c3d4e5f6"}',
    ".codex/config.toml": '[mcp_servers.a.env]\nACME_TOKEN = "a1b2c3d4e5f6"',
    "my-service-account.json": `{"private_key": "${pem.trim()}"}`,
    "x.p12": "",
  };
  const shown = {
    ".env.example": "A=1",
    ".env.sample": "",
    ".env.template": "",
    ".env.dist": "",
    "sub/.npmrc": "registry=https://r.example.com/\n//r.example.com/:_authToken=${NPM_TOKEN}",
    "sub/pip.conf": "index-url = https://p.example.com/simple",
    "sub/.claude/settings.json": '{"permissions": {"allow": ["Bash(npm test)"]}}',
    "sub/.codex/config.toml": 'model = "gpt"',
    "id_rsa.pub": "",
    "ca.pem": "-----BEGIN CERTIFICATE-----",
    "i18n/keys.json": '{"private_key": "Private key"}',
    "environment.ts": "",
    "translations.key": "hello",
  };
  expect(hidden(await scan({ ...secret, ...shown }))).toEqual(Object.keys(secret).toSorted());
});

const token = `ghp_${"a1B2".repeat(9)}`;

test("a file of variables is hidden for a value, and not for its name", async () => {
  const secret = {
    "a/.env": "# settings\nPORT=3000\n",
    "b/.env.test": "export A='hunter2' # mine\n",
    "c/.env": "A=\nkey: hunter2\n",
    "d/.env": 'A="first\nsecond"\n',
    "e/.env": "\0\u0001binary",
    "f/.env": `A=${"x".repeat(300_000)}`,
    "g/.env": "A=$B:hunter2\n",
    "h/.envrc": "use flake\nexport PATH=$PWD/bin:$PATH\nexport DB=postgres://a:hunter2@$HOST/b\n",
    "i/.envrc": "curl -u me:hunter2 https://example.com\n",
    "i/.envrc.local": "export TOKEN=hunter2\n",
    "j/.env.example.local": `A=${token}\n`,
    "k/.env.schema": `# ${token}\n`,
    "l/.env.js": "module.exports = { A: 'hunter2' };\n",
  };
  const shown = {
    "a/.env.local": "",
    "b/.env":
      "A=\nB=''\nexport C=\"\"\nD=true\nE=<your key>\nF=xxxx\nG=your-api-key\nH=changeme # or else\n",
    "c/.env.test": "A=${B}\nC=$HOME/c\n# A=hunter2\n",
    "d/.envrc":
      'use flake\nPATH_add bin\nif has nix; then\n  layout python3\nfi\nexport A="$(pass show a)"\n',
    "e/.env.example.local": "DATABASE_URL=postgres://app:app@localhost/app\n",
    "f/.env.schema": "# @sensitive\nA=1\n",
    "g/.env.d.ts": "declare const A: string;\n",
    "h/.env.vault": 'DOTENV_VAULT_CI="mRwRvKE2wYpbX8XlY0+x"\n',
    "i/.env.template": "A=hunter2\n",
    "i/.envrc.example": "export A=hunter2\n",
  };
  expect(hidden(await scan({ ...secret, ...shown }))).toEqual(Object.keys(secret).toSorted());
});

test("translations, schemas and an app's own texts stay readable, and settings of such a name don't", async () => {
  const secret = {
    "a/auth.json": '{"http-basic": {"r.example.com": {"username": "u", "password": "hunter2"}}}',
    "b/auth.json": '{"github-oauth": {"github.com": "hunter2"}}',
    "c/auth.json": '{"password": "hunter2"} and more',
    "locales/en/auth.json": `{"token": "${token}"}`,
    "d/settings.xml": "<settings><server><password>hunter2</password></server></settings>",
    ".docker/config.json": "hunter2",
    "tests/fixtures/key.pem": pem,
  };
  const shown = {
    "public/locales/de/auth.json": '{"password": "Passwort", "token": "Token"}',
    "locales/de/credentials.json":
      '{"password": "Passwort", "private_key": "Privater Schl\u00fcssel"}',
    "config/locales/secrets.yml": "de:\n  password: Passwort\n",
    "schemas/auth.json":
      '{"type": "object", "properties": {"password": {"type": "string", "title": "Password"}}}',
    "credentials.schema.json": '{"properties": {"private_key": {"type": "string"}}}',
    "app/src/main/res/xml/settings.xml":
      '<PreferenceScreen><EditTextPreference android:key="password" android:title="Password"/></PreferenceScreen>',
    "res/values/settings.xml": '<resources><string name="password">Password</string></resources>',
    "x/.docker/config.json": '{"credsStore": "desktop", "auths": {"r.example.com": {}}}',
    "cert.pem": "-----BEGIN CERTIFICATE-----\nMII\n",
    "public.pem": "-----BEGIN PUBLIC KEY-----\nMII\n",
  };
  expect(hidden(await scan({ ...secret, ...shown }))).toEqual(Object.keys(secret).toSorted());
});

test("the names hold in a repository's folder too, and not among its objects and branches", async () => {
  const repository = {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/config": "[core]\n",
    ".git/objects/x": "",
    ".git/refs/heads/.env": "",
    ".git/logs/refs/heads/.env": "",
    ".git/modules/a/HEAD": "",
    ".git/modules/a/refs/x": "",
    ".git/modules/a/objects/x": "",
    ".git/worktrees/w/HEAD": "",
    ".git/hooks/check.key": "no key",
  };
  const secret = {
    ".git/.git-credentials": "https://u:p@h",
    ".git/credentials": "https://u:p@h",
    ".git/.env": "A=1",
    ".git/id_ed25519": "",
    ".git/keys/deploy.pem": pem,
    ".git/git-crypt/keys/default": "",
    ".git/annex/creds/0123": "",
    ".git/modules/a/.netrc": "",
    ".git/worktrees/w/.env": "A=1",
  };
  const result = await scan({ ...repository, ...secret });
  expect(hidden(result)).toEqual(Object.keys(secret).toSorted());
  // A glob of the user's takes no repository away
  expect(hidden(await scan({ ...repository, ".git/x": "" }, ["HEAD", "x", "config"]))).toEqual([
    ".git/x",
  ]);
});

test("what git's settings name as the place of a secret is hidden, whatever it's called", async () => {
  const config = [
    "[credential]\n\thelper = store --file .git/store",
    '[credential "https://h"]\n\thelper = store --file=private/other',
    '[credential]\n\thelper = "netrc -f private/machines"',
    "[http]\n\tcookieFile = private/cookies\n\tsslKey = private/client\n\tsslCert = private/both",
    '[http "https://h"]\n\tproxySSLKey = private/proxy',
    "[core]\n\tsshCommand = ssh -i private/deploy -F private/ssh_config",
    '[alias]\n\tx = "!scp -oIdentityFile=private/second a b"\n\ty = !sign private/signer README',
    "[user]\n\tsigningKey = private/sign.pub",
    "[include]\n\tpath = ../private/more",
  ].join("\n");
  const files = {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/config": `${config}\n`,
    "private/more": "[http]\n\tcookieFile = private/jar\n",
    "private/ssh_config": "Host a",
    "private/sign.pub": "ssh-ed25519 AAAA",
    README: "",
  };
  const names = "other machines cookies client proxy deploy second jar".split(" ");
  const secret = {
    ".git/store": "",
    ...Object.fromEntries(names.map((name) => [`private/${name}`, ""])),
    "private/both": pem,
    "private/signer": pem,
  };
  expect(hidden(await scan({ ...files, ...secret }))).toEqual(Object.keys(secret).toSorted());
  // The control: nothing names them
  expect(hidden(await scan({ ...files, ...secret, ".git/config": "" }))).toEqual([]);
  const shown = await scan({ ...files, ...secret }, ["default", "!private/**"]);
  expect(hidden(shown)).toEqual([".git/store"]);
});

test("settings that are too large to look into are hidden, and a large file that only ends like a key isn't", async () => {
  const large = "a = b\n".repeat(50_000);
  const files = { ".npmrc": large, "pip.conf": large, "talk.key": large, "x/keys.json": large };
  expect(hidden(await scan(files))).toEqual([".npmrc", "pip.conf"]);
});

test("globs replace the list, default adds it, an exclamation mark makes an exception, nothing hides nothing", async () => {
  const files = {
    ".env": "A=b",
    ".env.test": "A=b",
    "private/a": "",
    "private/b/c": "",
    "x/secret.txt": "",
  };
  expect(hidden(await scan(files, []))).toEqual([]);
  expect(hidden(await scan(files, ["default", "!.env.test"]))).toEqual([".env"]);
  expect(hidden(await scan(files, ["private/"]))).toEqual(["private"]);
  expect(hidden(await scan(files, ["private/**"]))).toEqual(["private/a", "private/b"]);
  expect(hidden(await scan(files, ["secret.*", "/.env"]))).toEqual([".env", "x/secret.txt"]);
});

test("what a link with a secret's name leads to is hidden when it's in the workspace, and a second name is pointed out", async () => {
  const result = await scan(
    { "config/prod.txt": "", ".netrc": "" },
    ["default"],
    async (folder) => {
      await symlink("config/prod.txt", join(folder, ".git-credentials"));
      await symlink("/etc/passwd", join(folder, ".pypirc"));
      await link(join(folder, ".netrc"), join(folder, "other-name"));
    },
  );
  expect(hidden(result)).toEqual([".netrc", "config/prod.txt"]);
  expect(result.notes).toEqual([".netrc is hidden, but has another name (a hard link)"]);
});

test("a git configuration is shown without passwords and headers, and otherwise as it is", () => {
  const clean = (text: string): string => withoutSecrets(Buffer.from(text)).toString();
  expect(clean('[remote "o"]\n\turl = https://u:p@h/x\n')).toBe(
    '[remote "o"]\n\turl = https://h/x\n',
  );
  expect(clean("url = https://token@h/x")).toBe("url = https://h/x");
  expect(clean("url = ssh://git:p@h/x")).toBe("url = ssh://git@h/x");
  expect(clean("url = git@h:x")).toBe("url = git@h:x");
  expect(clean("[http]\n\textraHeader = Authorization: Basic eDp5\n[a]\n")).toBe(
    "[http]\n\t# a secret was here\n[a]\n",
  );
  expect(clean("[http] extraheader=Authorization: x\n")).toBe("[http] # a secret was here\n");
});
