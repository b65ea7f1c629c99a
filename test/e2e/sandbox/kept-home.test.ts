import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);

const plants = [
  'echo "touch /tmp/RAN" > ~/.profile',
  "mkdir -p ~/bin ~/.claude/hooks ~/.config/git",
  'printf "#!/bin/sh\\n" > ~/bin/git; chmod +x ~/bin/git',
  'echo "{}" > ~/.claude/settings.json',
  'echo "[core]" > ~/.config/git/config',
  'printf x > "$HOME/bin/$(printf "a\\033[31mb")"',
  "mkdir -p ~/.cache; echo x > ~/.cache/x",
];

test("what a session leaves in a kept home for the next one is listed; without a change, or with a new home, nothing is", async () => {
  await using world = await createWorld();
  const name = `test-${process.pid}`;
  const inHome = (script: string) => world.run(["run", "--home", name, "--", "sh", "-c", script]);
  try {
    const planted = await inHome(plants.join("\n"));
    expect(planted.status).toBe(0);
    const wanted = [
      ".profile (new; shells)",
      "bin/git (new; commands on the search path)",
      ".claude/settings.json (new; agents)",
      ".config/git/config (new; git)",
      "bin/a\\x1b[31mb (new",
      `docker volume rm vaultbox-home-${name}`,
    ];
    for (const text of wanted) expect(planted.stderr).toContain(text);
    expect(planted.stderr).not.toContain(".cache");
    // The control: it does reach the next session, and runs there
    const next = await inHome("sh -lc true; ls /tmp/RAN");
    expect(next).toMatchObject({ status: 0, stdout: "/tmp/RAN\n", stderr: "" });
    const removed = await inHome("rm ~/.profile; echo x >> ~/.config/git/config");
    expect(removed.stderr).toContain(".profile (removed; shells)");
    expect(removed.stderr).toContain(".config/git/config (changed; git)");
    expect(removed.stderr).not.toContain("bin/git");
    const linked = await inHome(
      `cd; mkdir x; echo "[user]" > x/gitk; ln -s ../x .config/fish; echo x > x/config.fish; rm -rf .claude
      ln -s x .claude; echo "{\\"hooks\\":{}}" > x/settings.json; truncate -s 4T .aaa; echo evil > .zshenv`,
    );
    for (const text of [".config/fish/config.fish", ".claude/settings.json", ".zshenv"]) {
      expect(linked.stderr).toContain(`${text} (`);
    }
    expect(linked.stderr).not.toContain("could not be looked at");
    const later = await inHome("echo evil >> ~/x/config.fish");
    expect(later.stderr).toContain(".config/fish/config.fish (changed; shells)");
    const fresh = await world.run(["run", "--", "sh", "-c", plants.join("\n")]);
    expect(fresh).toMatchObject({ status: 0, stderr: "" });
    const row = { row: 61, test: "start files of a kept home" };
    recordScore({ ...row, attempts: wanted.length, blocked: wanted.length, controlSucceeded: 1 });
  } finally {
    await run("docker", ["volume", "rm", "-f", `vaultbox-home-${name}`]);
  }
});
