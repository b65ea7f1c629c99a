import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { replaceBlock } from "../docs/generated-block.ts";
import { agentScript, projectFile, readmeSessions, toBlock } from "../docs/readme-sessions.ts";
import { requireEngine } from "../support/require-engine.ts";
import { cliEnvironment, cliPath } from "../support/run-cli.ts";
import { createTestCa } from "../support/test-ca.ts";
import { startTlsUpstream } from "../support/upstream.ts";

const readme = new URL("../../README.md", import.meta.url);
const run = promisify(execFile);

test("the sessions in README.md are what a user sees (UPDATE_DOCS=1 writes them)", async () => {
  await requireEngine();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "vbx-readme-")));
  const ca = createTestCa();
  await using upstream = await startTlsUpstream({
    ca,
    hosts: ["api.example.com"],
    handler: (request, response) => {
      const isOurs = request.headers.authorization === "Bearer items-secret-1234567890";
      response.statusCode = isOurs ? 200 : 401;
      response.end(isOurs ? '{"items":["one","two"]}\n' : "no\n");
    },
  });
  try {
    const env = await layOut(folder, upstream.port, ca.certPem);
    let document = await readFile(readme, "utf8");
    for (const { name, commands } of readmeSessions) {
      const steps = [];
      for (const command of commands)
        steps.push({ command, output: await type(command, { folder, env }) });
      document = replaceBlock(document, `session ${name}`, toBlock(steps, folder));
    }
    expect(document).not.toContain("items-secret");
    if (process.env["UPDATE_DOCS"] === "1") await writeFile(readme, document);
    expect(await readFile(readme, "utf8")).toBe(document);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** A project, a home whose preferences map the stand-in, and a `vaultbox` on PATH. */
async function layOut(folder: string, port: number, caPem: string): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, "home");
  for (const name of ["project", "home", "bin", "home/vaultbox/config"]) {
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  }
  await writeFile(join(folder, "project", "agent.sh"), agentScript);
  await writeFile(join(home, "token.txt"), "items-secret-1234567890");
  const preferences = { connectTo: [`api.example.com:443:127.0.0.1:${port}`] };
  await writeFile(join(home, "vaultbox", "config", "config.json"), JSON.stringify(preferences), {
    mode: 0o600,
  });
  await writeFile(join(folder, "ca.pem"), caPem);
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
  place: { folder: string; env: NodeJS.ProcessEnv },
): Promise<string> {
  const cwd = join(place.folder, "project");
  // The project file comes with its own session, so that the ones before it run without
  if (command === "cat vaultbox.yaml") await writeFile(join(cwd, "vaultbox.yaml"), projectFile);
  const { stdout } = await run("sh", ["-c", `{ ${command}\n} 2>&1`], {
    cwd,
    env: place.env,
    timeout: 60_000,
  });
  return stdout;
}
