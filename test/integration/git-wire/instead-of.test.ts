import { expect, test } from "vitest";
import { toInsteadOf } from "../../../src/git/instead-of.ts";
import { makeGitPlace } from "../../support/git-place.ts";

type Place = Parameters<typeof toInsteadOf>[0];

const github: Place = { host: "github.com", port: 443 };
const own: Place = { host: "git.example.com", port: 8443, sshPort: 2222 };
const azure: Place = { host: "dev.azure.com", port: 443, path: "/org/p/_git/n" };

test.each<[string, Place, string]>([
  ["git@github.com:acme/widgets.git", github, "https://github.com/acme/widgets.git"],
  ["git@github.com:/acme/widgets.git", github, "https://github.com/acme/widgets.git"],
  ["github.com:acme/widgets.git", github, "https://github.com/acme/widgets.git"],
  ["ssh://git@github.com/acme/widgets", github, "https://github.com/acme/widgets"],
  ["ssh://git@github.com:22/acme/widgets", github, "https://github.com/acme/widgets"],
  ["git+ssh://git@github.com/acme/widgets", github, "https://github.com/acme/widgets"],
  ["ssh://git@ssh.github.com:443/acme/widgets", github, "https://github.com/acme/widgets"],
  ["https://github.com/acme/widgets", github, "https://github.com/acme/widgets"],
  ["git@github.com.evil.example:a/b", github, "git@github.com.evil.example:a/b"],
  ["ssh://git@git.example.com:2222/a/b", own, "https://git.example.com:8443/a/b"],
  ["git@git.example.com:a/b", own, "git@git.example.com:a/b"],
  ["git@ssh.dev.azure.com:v3/org/p/n", azure, "https://dev.azure.com/org/p/_git/n"],
])("git goes for %s to the address over https", async (url, host, expected) => {
  await using place = await makeGitPlace();
  const settings = toInsteadOf(host).flatMap(({ base, prefixes }) =>
    prefixes.flatMap((prefix) => ["-c", `url.${base}.insteadOf=${prefix}`]),
  );
  const { stdout } = await place.git([...settings, "ls-remote", "--get-url", url]);
  expect(stdout.trim()).toBe(expected);
});
