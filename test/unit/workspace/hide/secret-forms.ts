import fc from "fast-check";

/** A way to write a secret into a file: what it is called, and the text. */
export type SecretForm = readonly [name: string, write: (secret: string) => string];

/** A value as `git config` writes it (git-config(1), "syntax"). */
const inGit = (value: string): string =>
  `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`.replaceAll("\n", String.raw`\n`);
const inShell = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
/** Without what would be a command or a variable there */
const unquoted = (secret: string): string => secret.replaceAll(/[$`]/g, "_");
const setting = (section: string, name: string, value: string): string =>
  `[core]\n\tbare = false\n[${section}]\n\t${name} = ${inGit(value)}\n[user]\n\tname = a\n`;
const command = (text: string): string => setting("alias", "x", `!${text}`);

/** Forms in which git's documentation, and that of what its settings call, have a secret. */
export const gitForms: readonly SecretForm[] = [
  // git-config(1), gitremote-helpers(7), git-clone(1) "GIT URLS"
  ["url", (secret) => setting('remote "o"', "url", `https://user:${secret}@example.com/x.git`)],
  ["unquoted url", (secret) => `[remote "o"]\n\turl = https://user:${secret}@example.com/x.git\n`],
  ["pushurl", (secret) => setting('remote "o"', "pushurl", `http://user:${secret}@example.com/x`)],
  [
    "user only",
    (secret) =>
      setting('remote "o"', "url", `https://a${secret.replaceAll(/[/?#]/g, "_")}@example.com/x`),
  ],
  ["ftp", (secret) => setting('remote "o"', "url", `ftps://me:${secret}@example.com:990/x`)],
  ["ssh", (secret) => setting('remote "o"', "url", `ssh://me:${secret}@example.com:22/x`)],
  ["helper", (secret) => setting('remote "o"', "url", `hg::https://me:${secret}@example.com/x`)],
  ["scp", (secret) => setting('remote "o"', "url", `user:${secret}@example.com:x`)],
  ["submodule", (secret) => setting('submodule "a"', "url", `https://me:${secret}@example.com/`)],
  [
    "insteadOf",
    (secret) => `[url ${inGit(`https://me:${secret}@example.com/`)}]\n\tinsteadOf = gh:\n`,
  ],
  [
    "credential",
    (secret) => `[credential ${inGit(`https://me:${secret}@example.com`)}]\n\tusername = a\n`,
  ],
  ["http.proxy", (secret) => setting("http", "proxy", `http://me:${secret}@proxy:3128`)],
  ["http.proxy without scheme", (secret) => setting("http", "proxy", `me:${secret}@proxy:3128`)],
  ["remote.proxy", (secret) => setting('remote "o"', "proxy", `socks5h://me:${secret}@proxy`)],
  [
    "http.extraHeader",
    (secret) => setting("http", "extraHeader", `Authorization: Basic ${secret}`),
  ],
  ["imap.pass", (secret) => setting("imap", "pass", secret)],
  ["sendemail.smtpPass", (secret) => setting("sendemail", "smtpPass", secret)],
  ["gitlab.token", (secret) => setting("gitlab", "token", secret)],
  [
    "helper of gitcredentials(7)",
    (secret) =>
      setting(
        "credential",
        "helper",
        `!f() { echo username=me; echo ${inShell(`password=${secret}`)}; }; f`,
      ),
  ],
  [
    "the same, unquoted",
    (secret) => setting("credential", "helper", `!f() { echo password=${unquoted(secret)}; }; f`),
  ],
  ["a comment", (secret) => `[remote "o"]\n\t# url = https://me:${secret}@example.com/x\n`],
  // curl(1)
  ["-u", (secret) => command(`curl -u ${inShell(`me:${secret}`)} https://example.com`)],
  ["-u unquoted", (secret) => command(`curl -u me:${unquoted(secret)} https://example.com`)],
  ["-u attached", (secret) => command(`curl -u${inShell(`me:${secret}`)} https://example.com`)],
  ["--user", (secret) => command(`curl --user ${inShell(`me:${secret}`)} https://example.com`)],
  ["--user=", (secret) => command(`curl --user=${inShell(`me:${secret}`)} https://example.com`)],
  [
    "--proxy-user",
    (secret) => command(`curl --proxy-user ${inShell(`me:${secret}`)} https://example.com`),
  ],
  ["-U", (secret) => command(`curl -U ${inShell(`me:${secret}`)} https://example.com`)],
  [
    "-x",
    (secret) => command(`curl -x ${inShell(`http://me:${secret}@proxy`)} https://example.com`),
  ],
  [
    "--oauth2-bearer",
    (secret) => command(`curl --oauth2-bearer ${inShell(`t${secret}`)} https://example.com`),
  ],
  ["--pass", (secret) => command(`curl --pass ${inShell(`t${secret}`)} https://example.com`)],
  ["--cert", (secret) => command(`curl --cert ${inShell(`file:${secret}`)} https://example.com`)],
  [
    "-H",
    (secret) =>
      command(`curl -H ${inShell(`Authorization: Bearer ${secret}`)} https://example.com`),
  ],
  [
    "-H of a vendor",
    (secret) => command(`curl -H ${inShell(`X-Foo-Team: ${secret}`)} https://example.com`),
  ],
  ["-b", (secret) => command(`curl -b ${inShell(`session=t${secret}`)} https://example.com`)],
  [
    "-d",
    (secret) => command(`curl -d ${inShell(`user=me&password=${secret}`)} https://example.com`),
  ],
  [
    "query",
    (secret) =>
      command(`curl ${inShell(`https://example.com/?access=t${encodeURIComponent(secret)}`)}`),
  ],
  ["address", (secret) => command(`curl ${inShell(`https://me:${secret}@example.com/`)}`)],
  ["sh -c", (secret) => command(`sh -c ${inShell(`curl -u ${inShell(`me:${secret}`)} h`)}`)],
  // wget(1), mysql(1), sshpass(1), docker-login(1), environ(7), openssl-passphrase-options(1)
  [
    "wget --password",
    (secret) => command(`wget --password=${inShell(secret)} https://example.com`),
  ],
  ["mysql -p", (secret) => command(`mysql -u me -p${inShell(secret)} db`)],
  ["sshpass -p", (secret) => command(`sshpass -p ${inShell(`t${secret}`)} ssh h`)],
  ["docker login -p", (secret) => command(`docker login -u me -p ${inShell(`t${secret}`)} h`)],
  ["PASS=", (secret) => command(`PASS=${inShell(secret)} ./x`)],
  ["MYSQL_PWD=", (secret) => command(`MYSQL_PWD=${inShell(secret)} mysql`)],
  ["openssl", (secret) => command(`openssl enc -pass ${inShell(`pass:${secret}`)}`)],
];

/** The same for settings of other programs: pip.conf, npmrc(5), curl(1) -K, .wgetrc. */
export const fileForms: readonly (readonly [file: string, write: (secret: string) => string])[] = [
  ["pip.conf", (secret) => `[global]\nindex-url = https://user:${secret}@example.com/simple\n`],
  [
    "pip.conf",
    (secret) => `[global]\nextra-index-url =\n    https://user:${secret}@example.com/simple\n`,
  ],
  ["pip.conf", (secret) => `[global]\nproxy = http://me:${secret}@proxy:3128\n`],
  ["pip.ini", (secret) => `[global]\nproxy = me:${secret}@proxy:3128\n`],
  [".npmrc", (secret) => `//example.com/:_authToken=${secret}\n`],
  [".npmrc", (secret) => `//example.com/:_auth = ${secret}\n`],
  [".npmrc", (secret) => `//example.com/:_password="${secret}"\n`],
  [".npmrc", (secret) => `https-proxy=http://me:${secret}@proxy\n`],
  [".npmrc", (secret) => `registry=https://me:${secret}@example.com/\n`],
  [".yarnrc", (secret) => `"//example.com/:_authToken" ${JSON.stringify(secret)}\n`],
  [".yarnrc.yml", (secret) => `npmAuthToken: ${JSON.stringify(secret)}\n`],
  [".curlrc", (secret) => `user = "me:${secret.replaceAll(/["\\]/g, String.raw`\$&`)}"\n`],
  [".curlrc", (secret) => `user me:${secret}\n`],
  [".curlrc", (secret) => `-u me:${secret}\n`],
  [".curlrc", (secret) => `header = "X-Foo: ${secret.replaceAll(/["\\]/g, String.raw`\$&`)}"\n`],
  [".wgetrc", (secret) => `http_password = ${secret}\n`],
  ["gradle.properties", (secret) => `signing.password=${secret}\n`],
  [
    "settings.xml",
    (secret) => `<password>${secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</password>\n`,
  ],
  [
    "nuget.config",
    (secret) => `<add key="ClearTextPassword" value="${secret.replaceAll(/[&"<]/g, "&#1;")}" />\n`,
  ],
];

/** All printable ASCII but the blank: long enough that no part of it is in the forms by chance. */
const random = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 12, maxLength: 30 })
  .map((codes) => String.fromCharCode(...codes));
const alphanumeric = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...Array.from("abcxyzABCXYZ0123456789")), { minLength, maxLength })
    .map((letters) => letters.join(""));
/** What people's passwords look like: one sign among letters and digits. */
const tricky = fc
  .tuple(
    alphanumeric(3, 9),
    fc.constantFrom(...Array.from("@\"\\$%'`#;:/?&=!{<~^|*")),
    alphanumeric(9, 12),
  )
  .map((parts) => parts.join(""));

export const anySecret = fc.oneof(random, tricky);
