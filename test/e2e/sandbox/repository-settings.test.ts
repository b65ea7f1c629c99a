import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitHost, startGitServer } from "../../support/git-server.ts";
import { git } from "../../support/git.ts";
import { createWorld } from "../../support/sandbox-world.ts";

// Issue 8, 5: settings of the user's repository that can't work in the box, and a remote with an SSH alias

const settings = `
[http]
	proxy = http://corp.invalid:3128
	sslCAInfo = /nonexistent/ca.pem
	sslCert = /nonexistent/client.pem
	pinnedPubkey = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
[http "https://${gitHost}"]
	proxy = http://corp.invalid:3128
[remote "origin"]
	proxy = http://corp.invalid:3128
[credential]
	helper = osxkeychain
[core]
	fsmonitor = /nonexistent/watch
	sshCommand = /nonexistent/ssh
	editor = /nonexistent/nvim
[commit]
	gpgSign = true
[url "git@${gitHost}:"]
	pushInsteadOf = https://${gitHost}/
`;

test("git in the box works with the settings and the SSH alias of the user's repository", async () => {
  await using server = await startGitServer();
  await using world = await createWorld();
  const { home, workspace } = world;
  await mkdir(join(home, ".ssh"), { recursive: true });
  const user = "[user]\n\tname = Ann\n\temail = ann@example.com\n";
  await writeFile(join(home, ".gitconfig"), user);
  await writeFile(join(home, ".ssh/config"), `Host github-work\n  HostName ${gitHost}\n`);
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
  await server.createRepository("acme/widgets", { from: join(workspace, ".git") });
  await git(workspace, "remote", "add", "origin", "git@github-work:acme/widgets.git");
  await writeFile(join(workspace, ".git/config"), settings, { flag: "a" });
  const add = ["credential", "add", "widgets", "--host", gitHost, "--basic", "x-access-token"];
  const added = await world.run([...add, "--repository", "acme/widgets"], { input: server.token });
  expect(added.stderr).toContain("stored the credential");
  const ca = join(home, "ca.pem");
  await writeFile(ca, server.ca.certPem);
  const upstream = ["--connect-to", `${gitHost}:443:127.0.0.1:${server.port}`, "--upstream-ca", ca];
  const script =
    "git switch -q -c agent/x && git commit -q --allow-empty -m two && git fetch -q && git push -q origin agent/x; git log --format='%s %G?'";
  const run = (flags: readonly string[]) =>
    world.run(["run", ...upstream, ...flags, "--", "sh", "-c", script]);
  const refused = await run([]);
  expect([refused.stdout, refused.stderr]).toEqual(["two N\none N\n", expect.anything()]);
  expect(refused.stderr).toContain(`asks for signatures, and the sandbox has no key`);
  // Reading is open by itself, at the host that the alias stands for; what opens the push is said, and works
  expect(refused.stderr).not.toContain("github-work");
  const [, rule = ""] = /--git '([^']*)'/.exec(refused.stderr) ?? [];
  expect(rule).toContain(`https://${gitHost}/acme/widgets`);
  await git(workspace, "switch", "-q", "main");
  await git(workspace, "branch", "-q", "-D", "agent/x");
  const pushed = await run(["--git", rule]);
  expect([pushed.status, pushed.stdout, pushed.stderr]).toEqual([
    0,
    "two N\none N\n",
    expect.stringContaining("pushed: acme/widgets agent/x (1)"),
  ]);
  expect(Object.keys(await server.refs("acme/widgets"))).toContain("refs/heads/agent/x");
});
