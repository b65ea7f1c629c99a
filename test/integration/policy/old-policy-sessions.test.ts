import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { beginSession, endSession } from "../../../src/base/session-state.ts";
import { runCliHere } from "../../support/cli-here.ts";

test("trust says which running sessions go on under the old policy, and that they must be started again", async () => {
  const home = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  try {
    const project = join(home, "project");
    const [below, elsewhere] = [join(project, "packages", "a"), join(home, "elsewhere")];
    await mkdir(below, { recursive: true });
    await mkdir(elsewhere);
    const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
    const paths = resolvePaths(env);
    const begin = (id: string, workspace: string): ReturnType<typeof beginSession> =>
      beginSession(paths, { id, workspace, command: ["claude", "-p", "x"], agent: "claude" });
    await begin("00000000000a", project);
    await begin("00000000000b", below);
    await begin("00000000000c", elsewhere);
    await endSession(paths, await begin("00000000000d", project), 0);
    const cli = async (...args: readonly string[]): Promise<string> => {
      const { stdout, stderr, status } = await runCliHere(args, { cwd: project, env });
      expect({ args, stderr, status }).toEqual({ args, stderr: "", status: 0 });
      return stdout;
    };
    const file = join(project, "vaultbox.yaml");
    await writeFile(file, "version: 1\negress: [{host: api.example.com}]\n");
    const trusted = await cli("trust", "--yes");
    expect(trusted.slice(trusted.indexOf("trusted "))).toBe(`\
trusted ${file} as it is now
2 running sessions go on under the old policy, until they're started again:
  00000000000a  ${project}  claude -p x
  00000000000b  ${below}  claude -p x
end one: vaultbox stop 00000000000a
`);
    // Nothing changes
    expect(await cli("trust", "--yes")).not.toContain("old policy");
    const revoked = JSON.parse(await cli("trust", "--revoke", "--json"));
    expect(revoked).toMatchObject({ path: file, trusted: false });
    expect(revoked.sessions.map((one: { readonly id: string }) => one.id)).toEqual([
      "00000000000a",
      "00000000000b",
    ]);
    expect(await cli("trust", "--revoke")).toBe(`${file} was not trusted\n`);
    const policy = join(elsewhere, "ci.yaml");
    await writeFile(policy, "version: 1\negress: []\n");
    expect(await cli("trust", policy, "--yes")).toContain("3 running sessions go on");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
