import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serverRule, openGitProxy } from "../../support/git-proxy.ts";
import { startGitServer } from "../../support/git-server.ts";

test.each([
  ["a push of more than 200 branches", 210, "b", "the push has more than 200 commands"],
  [
    "a list of more than 128 KiB",
    190,
    "b".repeat(220) + "/" + "c".repeat(220) + "/" + "d".repeat(220),
    "the push names too much before its pack begins",
  ],
])(
  "%s is refused with a command that pushes them in parts",
  { timeout: 120_000 },
  async (_, count, name, why) => {
    await using server = await startGitServer();
    await server.createRepository("acme/widgets");
    await using proxied = await openGitProxy({
      server,
      git: [serverRule("acme/widgets", { refs: ["refs/heads/agent/**"] })],
    });
    const { client, folder } = proxied;
    const cwd = join(folder, "work");
    await mkdir(cwd);
    const git = (...args: readonly string[]) => client.run(args, { cwd });
    await git("init", "--quiet", "--initial-branch=main");
    await git(
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@b",
      "commit",
      "--quiet",
      "--allow-empty",
      "-m",
      "1",
    );
    const refs = Array.from({ length: count }, (_value, at) => `refs/heads/agent/${name}-${at}`);
    const input = refs.map((ref) => `create ${ref} HEAD\n`).join("");
    await client.run(["update-ref", "--stdin"], { cwd, input });
    const url = client.urlOf("acme/widgets");
    const whole = await git("push", url, "refs/heads/agent/*:refs/heads/agent/*");
    expect(whole.stderr).toContain(`vaultbox: the push cannot be read: ${why}`);
    const command = /vaultbox: push them in parts: (.*)/.exec(
      whole.stderr.replaceAll(/\nremote: (?!vaultbox)/g, ""),
    )?.[1];
    expect(command).toMatch(
      /^git for-each-ref --format='%\(refname\)' refs\/heads\/agent\/\S* \| xargs -n 100 git push \S+$/,
    );
    const parts = await git("-c", `alias.parts=!${command}`, "parts");
    expect(parts).toMatchObject({ status: 0 });
    expect(Object.keys(await server.refs("acme/widgets"))).toEqual(expect.arrayContaining(refs));
  },
);
