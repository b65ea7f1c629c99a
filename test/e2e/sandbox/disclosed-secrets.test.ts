import { randomBytes } from "node:crypto";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

test("no secret of a command or a variable gets into the sandbox by --env, an argument, a mount, the project file or a name", async () => {
  await using world = await createWorld();
  const secret = `tok-${randomBytes(16).toString("hex")}`;
  const fromEnv = `var-${randomBytes(20).toString("hex")}`;
  const file = join(world.home, "token");
  await mkdir(world.home, { recursive: true });
  await writeFile(file, `${secret}\n`);
  const env = { CI_TOKEN: fromEnv };
  const host = ["--host", "api.example.com"];
  const added = [
    await world.run(["credential", "add", "asked", "--from-command", `cat ${file}`, ...host]),
    await world.run(["credential", "add", "set", "--from-env", "CI_TOKEN", ...host], { env }),
  ];
  expect(added.map(({ status }) => status)).toEqual([0, 0]);
  const basic = Buffer.from(`user:${secret}`).toString("base64");
  const folder = join(world.home, secret);
  await mkdir(folder);
  const ran = join(world.workspace, "ran");
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    ["asked", ["--env", `X=${secret}`]],
    ["asked", ["--env", `X=Basic ${basic}`]],
    ["set", ["--env", "CI_TOKEN"]],
    ["set", ["--env", `X=${encodeURIComponent(`a=${fromEnv}`)}`]],
    ["asked", ["--mount", `${folder}:/mnt/x:ro`]],
    ["asked", ["--home", secret]],
    ["asked", ["--allow", `GET https://api.example.com/${secret}/**`]],
  ];
  const held: string[] = [];
  for (const [name, flags] of attempts) {
    const { status, stderr } = await world.run(["run", ...flags, "--", "touch", "ran"], { env });
    const isRefused = status === 2 && stderr.includes(`the secret of "${name}"`);
    if (isRefused && !stderr.includes(secret) && !stderr.includes(fromEnv))
      held.push(flags[0] ?? "");
    else throw new Error(`${flags[0]}: ${status} ${stderr}`);
  }
  await expect(access(ran)).rejects.toThrow("ENOENT");
  const asArgument = await world.run(["run", "--", "sh", "-c", `touch ran; : ${basic}`], { env });
  expect(asArgument.status).toBe(2);
  await expect(access(ran)).rejects.toThrow("ENOENT");
  // The control: with another secret behind the same credential the same start is fine, and shows the value
  await writeFile(file, `tok-${randomBytes(20).toString("hex")}\n`);
  const shown = await world.run(["run", "--env", `X=${secret}`, "--", "sh", "-c", 'echo "$X"'], {
    env,
  });
  expect(shown).toMatchObject({ status: 0, stdout: `${secret}\n` });
  const blocked = held.length + 1;
  const row = { row: 55, test: "secrets on the way into a sandbox" };
  recordScore({ ...row, attempts: attempts.length + 1, blocked, controlSucceeded: 1 });
});

test("a secret that a command doesn't give is named to the client, at the end and in the audit, never what the command printed", async () => {
  await using world = await createWorld();
  const leaked = `tok-${randomBytes(16).toString("hex")}`;
  await mkdir(world.home, { recursive: true });
  const program = join(world.home, "token");
  await writeFile(program, `#!/bin/sh\necho ${leaked}; echo ${leaked} >&2; exit 4\n`, {
    mode: 0o755,
  });
  const host = ["--host", "api.example.com"];
  await world.run(["credential", "add", "ci", "--from-command", program, ...host]);
  const curl = ["curl", "-s", "https://api.example.com/x"];
  const ran = await world.run(["run", "--allow", "api.example.com", "--", ...curl]);
  const why = `cannot get the secret of "ci" from its command: cannot run "${program}": exit status 4`;
  expect(ran.stdout).toBe(
    `vaultbox: ${why}\nto allow it, the user can run on the host: vaultbox credential test ci --vault default\n`,
  );
  expect(ran.stderr).toContain(`vaultbox: credentials that failed: ${why} (1)\n`);
  const audit = await world.run(["audit", "show"]);
  expect(audit.stdout).toContain(`credential-unavailable: ${why} with default/ci`);
  const json = await world.run(["audit", "show", "--json"]);
  expect(json.stdout).toContain(JSON.stringify(why).slice(1, -1));
  const followed = await world.run(["credential", "test", "ci", "--vault", "default"]);
  expect(followed.stderr).toContain(why);
  expect(followed.status).toBe(1);
  const all = [ran, audit, json, followed].map(({ stdout, stderr }) => stdout + stderr).join();
  expect(all).not.toContain(leaked);
}, 120_000);
