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
