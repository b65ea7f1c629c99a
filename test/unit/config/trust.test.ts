import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths, type Paths } from "../../../src/base/paths.ts";
import { initProjectFile } from "../../../src/config/init-project-file.ts";
import { findProjectFile, loadTrustedProjectFile } from "../../../src/config/project-file.ts";
import { trustAsItIs } from "../../../src/config/trust.ts";
import { inspectProject, revokeProject } from "../../../src/config/trust-project.ts";
import { readPreferences } from "../../../src/config/preferences.ts";
import { toShellWord } from "../../../src/base/shell-word.ts";

interface Place extends AsyncDisposable {
  readonly paths: Paths;
  readonly workspace: string;
  readonly root: string;
}

async function createPlace(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-trust-")));
  const workspace = join(root, "project");
  await mkdir(workspace);
  return {
    root,
    workspace,
    paths: resolvePaths({ VAULTBOX_HOME: join(root, "home") }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const text = "version: 1\negress:\n  - host: docs.example.com\n";

test("a project file counts for nothing until its exact content is trusted, and after any change", async () => {
  await using place = await createPlace();
  const { workspace, paths } = place;
  const file = join(workspace, "vaultbox.yaml");
  await writeFile(file, text);
  const load = () => loadTrustedProjectFile(workspace, paths, []);
  const writable = { code: "VBX_PROJECT_FILE_UNTRUSTED" };

  await expect(load()).rejects.toMatchObject({
    ...writable,
    hints: [`read it, then run: vaultbox trust ${toShellWord(file)}`, expect.any(String) as string],
  });
  await trustAsItIs(await inspectProject({ workspace, entryKinds: [] }, paths), paths);
  expect((await load())?.project.egress).toHaveLength(1);
  await writeFile(file, `${text}  - host: evil.example.net\n`);
  await expect(load()).rejects.toMatchObject(writable);
  await writeFile(file, text);
  expect(await load()).toBeDefined();
  expect(await revokeProject(workspace, paths)).toEqual({ path: file, wasTrusted: true });
  await expect(load()).rejects.toMatchObject(writable);
});

test("what is trusted is what was shown: a file changed in between stays untrusted", async () => {
  await using place = await createPlace();
  const { workspace, paths } = place;
  await writeFile(join(workspace, "vaultbox.yaml"), text);
  const shown = await inspectProject({ workspace, entryKinds: [] }, paths);
  await writeFile(join(workspace, "vaultbox.yaml"), `${text}  - host: evil.example.net\n`);
  await trustAsItIs(shown, paths);
  await expect(loadTrustedProjectFile(workspace, paths, [])).rejects.toMatchObject({
    code: "VBX_PROJECT_FILE_UNTRUSTED",
  });
});

test("the same content at another path is not trusted", async () => {
  await using place = await createPlace();
  const { workspace, paths, root } = place;
  await writeFile(join(workspace, "vaultbox.yaml"), text);
  await trustAsItIs(await inspectProject({ workspace, entryKinds: [] }, paths), paths);
  await mkdir(join(root, "other"));
  await writeFile(join(root, "other", "vaultbox.yaml"), text);
  await expect(loadTrustedProjectFile(join(root, "other"), paths, [])).rejects.toMatchObject({
    code: "VBX_PROJECT_FILE_UNTRUSTED",
  });
});

test("a damaged trust record is an error and no trust", async () => {
  await using place = await createPlace();
  const { workspace, paths } = place;
  await writeFile(join(workspace, "vaultbox.yaml"), text);
  await trustAsItIs(await inspectProject({ workspace, entryKinds: [] }, paths), paths);
  const { readdir } = await import("node:fs/promises");
  const [record = ""] = await readdir(join(paths.config, "trust"));
  await writeFile(join(paths.config, "trust", record), "{");
  await expect(loadTrustedProjectFile(workspace, paths, [])).rejects.toMatchObject({
    code: "VBX_CONFIG_INVALID",
  });
});

test("the project file is looked for up to the root of the repository, and outside one only in the workspace", async () => {
  await using place = await createPlace();
  const { workspace, root } = place;
  const below = join(workspace, "packages", "a");
  await mkdir(below, { recursive: true });
  await writeFile(join(root, "vaultbox.yaml"), text);
  expect(await findProjectFile(below)).toBeUndefined();
  await writeFile(join(workspace, "vaultbox.yaml"), text);
  expect(await findProjectFile(below)).toBeUndefined();
  await mkdir(join(workspace, ".git"));
  expect((await findProjectFile(below))?.path).toBe(join(workspace, "vaultbox.yaml"));
  await rm(join(workspace, "vaultbox.yaml"));
  expect(await findProjectFile(below)).toBeUndefined();
});

test("a project file that is a link or larger than a project file gets is refused", async () => {
  await using place = await createPlace();
  const { workspace, root } = place;
  await writeFile(join(root, "target"), text);
  await symlink(join(root, "target"), join(workspace, "vaultbox.yaml"));
  await expect(findProjectFile(workspace)).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
  await rm(join(workspace, "vaultbox.yaml"));
  await writeFile(join(workspace, "vaultbox.yaml"), Buffer.alloc(70_000, "#"));
  await expect(findProjectFile(workspace)).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
});

test("init writes a file that is valid and trusted, and never touches one that is there", async () => {
  await using place = await createPlace();
  const { workspace, paths } = place;
  const options = { workspace, agent: "claude", presets: ["npm"] };
  const path = await initProjectFile(options, paths);
  const loaded = await loadTrustedProjectFile(workspace, paths, []);
  expect(loaded).toMatchObject({ path, project: { agent: "claude", home: "new" } });
  expect(loaded?.project.egress).toMatchObject([{ kind: "preset", name: "npm" }]);
  await expect(initProjectFile(options, paths)).rejects.toMatchObject({
    code: "VBX_PROJECT_FILE_INVALID",
  });
  expect(await loadTrustedProjectFile(workspace, paths, [])).toEqual(loaded);
});

test("no preferences are no preference, and good ones are read", async () => {
  await using place = await createPlace();
  const { paths } = place;
  expect(await readPreferences(paths)).toEqual({
    vaults: [],
    connectTo: [],
    userRules: { allow: [], deny: [] },
  });
  await mkdir(paths.config, { recursive: true });
  const preferences = { vaults: ["work"], image: "box:1", deny: ["*.example.net"] };
  await writeFile(join(paths.config, "config.json"), JSON.stringify(preferences));
  expect(await readPreferences(paths)).toMatchObject({
    vaults: ["work"],
    image: "box:1",
    userRules: { allow: [], deny: ["*.example.net"] },
  });
});

test.each([
  ["{", "no JSON object"],
  ["[]", "no JSON object"],
  ["null", "no JSON object"],
  ["", "no JSON object"],
  ['{"alow": []}', "did you mean allow?"],
  ['{"allow": "a.example.com"}', "write a list of strings"],
  ['{"allow": ["*"]}', "no rule for every host"],
  ['{"image": 5}', "write text"],
])(
  "preferences that can't be read (%j) are an error and never the defaults",
  async (content, part) => {
    await using place = await createPlace();
    const file = join(place.paths.config, "config.json");
    await mkdir(place.paths.config, { recursive: true });
    await writeFile(file, content);
    await chmod(file, 0o600);
    await expect(readPreferences(place.paths)).rejects.toThrow(part);
  },
);
