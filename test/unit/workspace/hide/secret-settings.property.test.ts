import fc from "fast-check";
import { expect, test } from "vitest";
import { holdsSecret } from "../../../../src/workspace/hide/secret-settings.ts";
import { withoutSecrets } from "../../../../src/workspace/hide/settings-text.ts";
import { anySecret, fileForms, gitForms } from "./secret-forms.ts";
import { recordScore } from "../../../support/scoreboard.ts";

/** Whether five letters in a row of the secret are in a text. */
function showsPart(text: string, form: string, secret: string): boolean {
  for (let at = 0; at + 5 <= secret.length; at++) {
    const part = secret.slice(at, at + 5);
    if (text.includes(part) && !form.includes(part)) return true;
  }
  return false;
}

test("no form in which git's and curl's documentation have a secret shows any part of one", () => {
  let attempts = 0;
  let naiveShown = 0;
  fc.assert(
    fc.property(anySecret, fc.constantFrom(...gitForms), (secret, [name, write]) => {
      const text = write(secret);
      const shown = withoutSecrets(Buffer.from(text)).toString();
      attempts++;
      // What most programs take for it: up to the first `@`, and what is called a password
      const naive = text
        .replaceAll(/:\/\/[^/@\s"\\]*@/g, "://")
        .replaceAll(/password=[^\s"']*/g, "");
      if (showsPart(naive, write(""), secret)) naiveShown++;
      expect({ name, isShown: showsPart(shown, write(""), secret), shown }).toMatchObject({
        isShown: false,
      });
      // What is around it is still there
      if (text.startsWith("[core]")) expect(shown).toContain("[core]\n\tbare = false\n");
      if (text.endsWith("name = a\n")) expect(shown).toMatch(/name = a\n$/);
    }),
    {
      numRuns: 3000,
      // What looks like a scheme within a password
      examples: gitForms.map((form): [string, (typeof gitForms)[number]] => ["!!://!!!!!!!", form]),
    },
  );
  expect(naiveShown).toBeGreaterThan(attempts / 3);
  recordScore({
    row: 53,
    test: "random passwords in every form of git's and curl's documentation",
    attempts,
    blocked: attempts,
    controlSucceeded: naiveShown,
  });
});

test("settings of package managers that hold any printable secret are known for such", () => {
  fc.assert(
    fc.property(anySecret, fc.constantFrom(...fileForms), (secret, [name, write]) => {
      expect({ text: write(secret), isKnown: holdsSecret(write(secret), name) }).toMatchObject({
        isKnown: true,
      });
    }),
    { numRuns: 1500 },
  );
});

test("what only says where a secret is, is no secret", () => {
  const plain = [
    `!f() { echo "username=x"; echo "password=$(pass show git)"; }; f`,
    '!f() { echo "password=${GITHUB_TOKEN}"; }; f',
    "!f() { test -n $TOKEN && echo password=$TOKEN; }; f",
    "!curl -u me:$TOKEN -H 'Accept: text/plain' https://example.com/x?ref=main",
    '!curl -H "Accept: application/json" -H "Authorization: Bearer $TOKEN" https://example.com',
    "!git push https://me:$TOKEN@example.com/x",
    "!docker run -u 1000:1000 -p 8080:80 x && mkdir -p a && ssh -p 22 h && git add -p",
    "!find . -path ./x -print && curl https://example.com && echo don't",
    "log --graph --pretty=format:'%Cred%h%Creset %s %C(bold blue)<%an>%Creset' --author=me@x.y",
    'commit --trailer "Co-authored-by: A <a@b.c>"',
    "https://example.com/x@y",
    "https://[::1]:8080/@scope/x",
    "ssh://git@example.com:22/x@y",
    "git@example.com:a/b@c",
    "gh:acme/w@1",
    "key::ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
    "+refs/heads/*:refs/remotes/o/*",
    "gpg --passphrase-file=x --sign",
  ];
  const shown = plain.filter((value) => {
    const content = Buffer.from(`[a]\n\tb = "${value.replaceAll(/["\\]/g, String.raw`\$&`)}"\n`);
    return withoutSecrets(content) !== content;
  });
  expect(shown).toEqual([]);
  const references = [
    [".npmrc", "//example.com/:_authToken=${NPM_TOKEN}\nregistry=https://${U}:${P}@example.com/\n"],
    [".yarnrc.yml", 'npmAuthToken: "${NPM_TOKEN:-}"\nnpmRegistryServer: "https://example.com"\n'],
    ["bunfig.toml", '[install]\nregistry = { url = "https://example.com", token = "$TOKEN" }\n'],
    ["nuget.config", '<add key="ClearTextPassword" value="%TOKEN%" />'],
    ["settings.xml", "<password>${env.TOKEN}</password>"],
    ["pip.conf", "[global]\nindex-url = https://example.com/simple\n"],
    [
      "gradle.properties",
      "org.gradle.jvmargs=-Xmx2g -Dfile.encoding=UTF-8\nandroid.useAndroidX=true\n",
    ],
  ] as const;
  expect(references.filter(([name, content]) => holdsSecret(content, name))).toEqual([]);
});
