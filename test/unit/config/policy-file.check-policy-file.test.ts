import { gitEntries } from "../../../src/git/entry/git-entries.ts";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkPolicyFile, readPolicyFile } from "../../../src/config/policy-file.ts";
import { inspectProject } from "../../../src/config/trust-project.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { toShellWord } from "../../../src/base/shell-word.ts";
import { recordScore } from "../../support/scoreboard.ts";

const canary = "CANARY-of-a-file-elsewhere";
/** Each is named in a problem of the file. */
const secrets = [`${canary}: x\n`, `version: 1\negress: [{${canary}: x}]\n`];

async function makePlace(): Promise<{ readonly workspace: string; readonly elsewhere: string }> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-check-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const place = { workspace: join(folder, "workspace"), elsewhere: join(folder, "elsewhere") };
  for (const path of Object.values(place)) await mkdir(path);
  return place;
}

/** What a command would print. */
async function say(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work());
  } catch (error) {
    return JSON.stringify([error, error instanceof Error ? error.message : ""]);
  }
}

test.each(secrets)(
  "a link in the workspace shows nothing of the file behind it: %j",
  async (text) => {
    const { workspace, elsewhere } = await makePlace();
    const file = join(elsewhere, "secret.yaml");
    await writeFile(file, text);
    await writeFile(join(elsewhere, "vaultbox.yaml"), text);
    await symlink(file, join(workspace, "vaultbox.yaml"));
    await symlink(file, join(workspace, "ci.yaml"));
    await symlink(elsewhere, join(workspace, "sub"));
    const paths = resolvePaths({ VAULTBOX_HOME: join(elsewhere, "home") });
    const rules = { paths, writable: [] };
    const names = ["vaultbox.yaml", "ci.yaml", "sub/secret.yaml", "sub/vaultbox.yaml"].map((name) =>
      join(workspace, name),
    );
    const said = await Promise.all(
      names.flatMap((name) => [
        say(() => checkPolicyFile(name, [gitEntries])),
        say(() => readPolicyFile(name, rules, [gitEntries])),
      ]),
    );
    said.push(
      await say(() =>
        inspectProject(
          { workspace, file: join(workspace, "ci.yaml"), entryKinds: [gitEntries] },
          paths,
        ),
      ),
    );
    expect(said.filter((one) => one.includes(canary))).toEqual([]);
    // Named itself, it's the user who wants to see it
    expect(await say(() => checkPolicyFile(file, [gitEntries]))).toContain(canary);
    recordScore({
      row: 30,
      test: `policy files that are links: ${secrets.indexOf(text)}`,
      attempts: said.length,
      blocked: said.length,
      controlSucceeded: 1,
    });
  },
);

test("a problem of a file behind a link is told by its place, and how to see it", async () => {
  const { workspace, elsewhere } = await makePlace();
  const file = join(elsewhere, "policy.yaml");
  await writeFile(file, "version: 1\nnonsense: x\n");
  await symlink(file, join(workspace, "ci.yaml"));
  const { problems } = await checkPolicyFile(join(workspace, "ci.yaml"), [gitEntries]);
  expect(problems).toMatchObject([
    { line: 1, column: 1, key: "" },
    { line: 2, column: 1, key: "" },
  ]);
  expect(problems[0]?.message).toContain(`vaultbox policy check ${toShellWord(file)}`);
  await writeFile(file, "version: 1\negress: []\n");
  expect(await checkPolicyFile(join(workspace, "ci.yaml"), [gitEntries])).toEqual({
    kind: "policy",
    problems: [],
  });
});

test("a project file that is a link is refused, as a session refuses it; a missing one is said to be missing", async () => {
  const { workspace, elsewhere } = await makePlace();
  await writeFile(join(elsewhere, "x.yaml"), "version: 1\n");
  const path = join(workspace, "vaultbox.yaml");
  await expect(checkPolicyFile(path, [gitEntries])).rejects.toMatchObject({
    code: "VBX_POLICY_INVALID",
  });
  await symlink(join(elsewhere, "x.yaml"), path);
  await expect(checkPolicyFile(path, [gitEntries])).rejects.toMatchObject({
    code: "VBX_FILE_UNSAFE",
  });
});
