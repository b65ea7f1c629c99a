import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { replaceBlock } from "../docs/generated-block.ts";
import { toBlock } from "../docs/readme-sessions.ts";
import { git } from "../support/git.ts";
import { gitHost, startGitServer, type GitServer } from "../support/git-server.ts";
import { requireEngine } from "../support/require-engine.ts";
import { cliEnvironment, cliPath } from "../support/run-cli.ts";

const page = new URL("../../docs/git.md", import.meta.url);
const run = promisify(execFile);

const agentScript = `git switch -q -c agent/fix
echo better > widget.txt
git commit -q -a -m "make it better"
git push -q origin agent/fix && echo "pushed agent/fix"
git push origin agent/fix:main
git commit -q --amend -m "make it better still"
git push --force origin agent/fix
`;

const commands = [
  "vaultbox credential add widgets --host HOST --basic x-access-token --repository acme/widgets < ~/token.txt",
  "cat agent.sh",
  "vaultbox run --git 'https://HOST/acme/widgets:push=agent/*' -- sh agent.sh",
];

test("the session in docs/git.md is what a user sees (UPDATE_DOCS=1 writes it)", async () => {
  await requireEngine();
  await using stack = new AsyncDisposableStack();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "vbx-git-docs-")));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const server = stack.use(await startGitServer());
  const env = await layOut(folder, server);
  const steps = [];
  for (const text of commands) {
    const command = text.replace("HOST", gitHost);
    const output = await type(command, { cwd: join(folder, "project"), env });
    steps.push({ command: command.replace(gitHost, "git.example.com"), output });
  }
  // How well commits of this very second can be packed
  const sizes = /[\d.]+k?B up, [\d.]+k?B down/;
  const block = toBlock(steps, folder)
    .replaceAll(gitHost, "git.example.com")
    .replace(sizes, "687B up, 1.8kB down");
  expect(block).not.toContain(server.token);
  const refs = await server.refs("acme/widgets");
  expect(Object.keys(refs).sort()).toEqual(["refs/heads/agent/fix", "refs/heads/main"]);
  const document = replaceBlock(await readFile(page, "utf8"), "session git", block);
  if (process.env["UPDATE_DOCS"] === "1") await writeFile(page, document);
  expect(await readFile(page, "utf8")).toBe(document);
});

/** A clone of a repository that the server has, and a home whose preferences say where the server is. */
async function layOut(folder: string, server: GitServer): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, "home");
  for (const name of ["home", "bin", "home/vaultbox/config"]) {
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  }
  const project = join(folder, "project");
  await git(folder, "init", "-q", "-b", "main", project);
  await writeFile(join(project, "widget.txt"), "good\n");
  await writeFile(join(project, "agent.sh"), agentScript);
  await git(project, "add", "-A");
  await git(project, "commit", "-q", "-m", "a widget");
  const seed = join(folder, "seed.git");
  await git(folder, "clone", "-q", "--bare", project, seed);
  await server.createRepository("acme/widgets", { from: seed });
  await git(project, "remote", "add", "origin", `git@${gitHost}:acme/widgets.git`);
  await writeFile(join(home, "token.txt"), server.token);
  await writeFile(join(home, ".gitconfig"), "[user]\n\tname = you\n\temail = you@example.com\n");
  const preferences = { connectTo: [`${gitHost}:443:127.0.0.1:${server.port}`] };
  await writeFile(join(home, "vaultbox", "config", "config.json"), JSON.stringify(preferences), {
    mode: 0o600,
  });
  await writeFile(join(folder, "ca.pem"), server.ca.certPem);
  const shim = join(folder, "bin", "vaultbox");
  await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${cliPath}" "$@"\n`);
  await chmod(shim, 0o755);
  return {
    ...cliEnvironment(home),
    PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
    NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
  };
}

/** What the terminal shows, stdout and stderr in the order they came. */
async function type(
  command: string,
  place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const script = `{ ${command}\n} 2>&1; true`;
  const { stdout } = await run("sh", ["-c", script], { ...place, timeout: 60_000 });
  return stdout;
}
