import fc from "fast-check";
import { expect, test } from "vitest";
import { toInsteadOf } from "../../../src/git/instead-of.ts";
import { parseRemoteUrl, toHttpsRemote } from "../../../src/git/remote-url.ts";

test.each<[string, string, string, number, string]>([
  ["https://github.com/acme/widgets.git", "https", "github.com", 443, "/acme/widgets"],
  ["https://GitHub.com./acme/widgets/", "https", "github.com", 443, "/acme/widgets"],
  ["HTTPS://github.com/acme/widgets", "https", "github.com", 443, "/acme/widgets"],
  ["https://user:p%40ss@git.example.com:8443/a/b.git/", "https", "git.example.com", 8443, "/a/b"],
  ["https://a@b@git.example.com/a/b", "https", "git.example.com", 443, "/a/b"],
  ["http://127.0.0.1:3000/a/b", "http", "127.0.0.1", 3000, "/a/b"],
  ["ssh://git@github.com/acme/widgets.git", "ssh", "github.com", 22, "/acme/widgets"],
  ["ssh://git@ssh.github.com:443/acme/widgets.git", "ssh", "ssh.github.com", 443, "/acme/widgets"],
  ["git+ssh://git@[::1]:2222/acme/widgets", "ssh", "::1", 2222, "/acme/widgets"],
  ["git@github.com:acme/widgets.git", "ssh", "github.com", 22, "/acme/widgets"],
  ["git@github.com:/acme/widgets.git", "ssh", "github.com", 22, "/acme/widgets"],
  ["github.com:acme/widgets", "ssh", "github.com", 22, "/acme/widgets"],
  ["git@gitlab.com:group/sub/deep/name.git", "ssh", "gitlab.com", 22, "/group/sub/deep/name"],
  ["git@[::1]:a/b", "ssh", "::1", 22, "/a/b"],
  ["https://org@dev.azure.com/org/p/_git/n", "https", "dev.azure.com", 443, "/org/p/_git/n"],
  ["https://dev.azure.com/o/my%20p/_git/n", "https", "dev.azure.com", 443, "/o/my%20p/_git/n"],
  ["git@ssh.dev.azure.com:v3/org/p/n", "ssh", "ssh.dev.azure.com", 22, "/v3/org/p/n"],
])("%s is understood", (text, kind, host, port, path) => {
  expect(parseRemoteUrl(text)).toEqual({ kind, host, port, path });
});

test.each([
  "",
  "/srv/git/widgets.git",
  "../widgets",
  "./a:b",
  "C:\\work\\widgets",
  "c:/work/widgets",
  "file:///srv/git/widgets.git",
  "git://github.com/acme/widgets",
  "ftp://github.com/acme/widgets",
  "ext::sh -c evil",
  "ext::sh",
  "https://github.com",
  "https://github.com/",
  "https:///acme/widgets",
  "https://github.com/acme/../other",
  "https://github.com/acme/./widgets",
  "https://github.com/acme//widgets",
  "https://github.com/acme/%2e%2e/other",
  "https://github.com/acme%2fwidgets",
  "https://github.com/acme/widgets?x=1",
  "https://github.com/acme/widgets#x",
  "https://github.com\\@evil.example/acme/widgets",
  "https://git hub.com/acme/widgets",
  "https://github.com:0/acme/widgets",
  "https://github.com:65536/acme/widgets",
  "https://github.com:+443/acme/widgets",
  "https://-github.com/acme/widgets",
  "https://git..com/acme/widgets",
  "https://010.1/acme/widgets",
  "https://0x7f.1/acme/widgets",
  "https://gіthub.com/acme/widgets",
  "https://github.com/acme/wid\ngets",
  "git@github.com:",
  "git@github.com:../x",
  "git@-oProxyCommand=evil:x/y",
  "-oProxyCommand=evil@github.com:../y",
])("%j isn't taken for a remote's URL", (text) => {
  expect(parseRemoteUrl(text)).toBeUndefined();
});

test("no password of a URL comes out of it, and a URL that is made of what was read is read the same", () => {
  const secret = "s3cr3tpassword";
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,8}[a-z0-9]$/);
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
  fc.assert(
    fc.property(fc.constantFrom("https", "http", "ssh"), name, name, port, (scheme, a, b, at) => {
      const text = `${scheme}://me:${secret}@git.example.com${at === undefined ? "" : `:${at}`}/${a}/${b}`;
      const remote = parseRemoteUrl(text);
      if (remote === undefined) return expect(`${a}/${b}`).toMatch(/^\/|\.git$/);
      expect(JSON.stringify(remote)).not.toContain(secret);
      const again = `${remote.kind}://${remote.host}:${remote.port}${remote.path}`;
      expect(parseRemoteUrl(again)).toEqual(remote);
    }),
    { numRuns: 500 },
  );
});

test("arbitrary text never throws, and what it gives has a host and a plain path", () => {
  const near = fc.string({
    unit: fc.constantFrom(...Array.from("aZ0.-_:/@[]%\\?# \n~é"), "://", "ssh", ".git"),
    maxLength: 24,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        near,
        near.map((text) => `https://${text}`),
      ),
      (text) => {
        const remote = parseRemoteUrl(text);
        if (remote === undefined) return;
        expect(remote.host).toMatch(/^[a-z0-9._:-]+$/);
        expect(remote.path).toMatch(/^\/[^\n\\?#]*[^/\n\\?#]$/);
        expect(remote.path).not.toMatch(/\/\.{0,2}(?:\/|$)/);
      },
    ),
    { numRuns: 10_000 },
  );
});

test.each([
  ["git@github.com:acme/widgets.git", "github.com", "/acme/widgets"],
  ["ssh://git@ssh.github.com:443/acme/widgets.git", "github.com", "/acme/widgets"],
  ["ssh://git@gitea.example.com:2222/acme/widgets", "gitea.example.com", "/acme/widgets"],
  ["git@ssh.dev.azure.com:v3/org/project/name", "dev.azure.com", "/org/project/_git/name"],
])("%s is the same repository as one over https", (text, host, path) => {
  expect(toHttpsRemote(parseRemoteUrl(text)!)).toEqual({ kind: "https", host, port: 443, path });
});

test("Azure's ssh addresses are replaced for a repository that is named, and for no other", () => {
  expect(toInsteadOf({ host: "dev.azure.com", port: 443 })).toEqual([]);
  expect(toInsteadOf({ host: "dev.azure.com", port: 443, path: "/org/project/*" })).toEqual([]);
  const [rule] = toInsteadOf({ host: "dev.azure.com", port: 443, path: "/org/p/_git/n" });
  expect(rule?.base).toBe("https://dev.azure.com/org/p/_git/n");
  expect(rule?.prefixes).toContain("git@ssh.dev.azure.com:v3/org/p/n");
});
