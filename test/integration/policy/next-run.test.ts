import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { findProjectFile } from "../../../src/config/project-file.ts";
import { toShellWord } from "../../../src/base/shell-word.ts";
import { rememberFolders } from "../../../src/base/remember-folders.ts";
import { runCliHere } from "../../support/cli-here.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createTestCa } from "../../support/test-ca.ts";

const run = promisify(execFile);
const timeout = 120_000;

/** A workspace that a sandbox had, with everything in it that it may have written since. */
interface Place extends AsyncDisposable {
  readonly workspace: string;
  readonly home: string;
  readonly write: (path: string, text: string) => Promise<string>;
  /** With what is remembered of sandboxes, or as somebody who never had one */
  readonly cli: (
    args: readonly string[],
    options?: { readonly env?: Readonly<Record<string, string>>; readonly isFirst?: boolean },
  ) => Promise<CliResult>;
}

async function createPlace(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbx-next-")));
  const [workspace, home] = [join(root, "workspace"), join(root, "home")];
  await Promise.all([mkdir(workspace), mkdir(home)]);
  await rememberFolders(resolvePaths({ VAULTBOX_HOME: join(root, "v") }), [workspace]);
  return {
    workspace,
    home,
    write: async (path, text) => {
      const file = join(workspace, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
    cli: (args, { env = {}, isFirst = false } = {}) => {
      const own = { HOME: home, VAULTBOX_HOME: join(root, isFirst ? "first" : "v") };
      return runCliHere(args, { cwd: workspace, env: { ...own, ...env } });
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const wide = "version: 1\negress:\n  - host: wide.example.com\n";
const project = `version: 1
egress:
  - host: api.example.com
    deny: ["/admin/**"]
workspace: { hide: ["private/"] }
`;

test(
  "a .git that a sandbox makes doesn't take a folder out of the trusted project file's limits",
  async () => {
    await using place = await createPlace();
    const { workspace, write, cli } = place;
    await run("git", ["init", "-q", workspace]);
    const path = await write("vaultbox.yaml", project);
    expect((await cli(["trust", "--yes"])).status).toBe(0);
    const plants: readonly ((folder: string) => Promise<unknown>)[] = [
      (folder) => write(`${folder}/.git`, ""),
      (folder) => write(`${folder}/.git`, "gitdir: /nonexistent\n"),
      (folder) => mkdir(join(workspace, folder, ".git")),
      (folder) => symlink("/nonexistent", join(workspace, folder, ".git")),
      (folder) => run("git", ["init", "-q", join(workspace, folder)]),
    ];
    let controls = 0;
    for (const [index, plant] of plants.entries()) {
      const folder = `sub${index}/inner`;
      await mkdir(join(workspace, folder), { recursive: true });
      await plant(`sub${index}`);
      const shown = await cli(["policy", "show", "--json", "--workspace", folder]);
      expect(JSON.parse(shown.stdout)).toMatchObject({ project: path });
      expect(shown.stdout).toContain('"deny"');
      // The control: the search that such a file ends
      if ((await findProjectFile(join(workspace, folder))) === undefined) controls += 1;
    }
    expect(controls).toBe(plants.length);
    recordScore({
      row: 56,
      test: "a .git below the project file",
      attempts: plants.length,
      blocked: plants.length,
      controlSucceeded: controls,
    });
  },
  timeout,
);

test(
  "a trusted project file that is gone stops the next run until the trust is taken back",
  async () => {
    await using place = await createPlace();
    const { workspace, write, cli } = place;
    const path = await write("app/vaultbox.yaml", project);
    expect((await cli(["trust", path, "--yes"])).status).toBe(0);
    await rm(path);
    const inner = ["policy", "show", "--workspace", join(workspace, "app")];
    const gone = await cli(inner);
    expect(gone.status).toBe(1);
    expect(gone.stderr).toContain(`"${path}", which you trusted (`);
    expect(gone.stderr).toContain(`vaultbox trust --revoke ${toShellWord(path)}`);
    expect((await cli(["trust", "--revoke", path])).status).toBe(0);
    // The control: without a record of it, a run goes on with nothing denied
    expect((await cli(inner)).stdout).toContain("no rule");
  },
  timeout,
);

test(
  "a file of the command line that a sandbox could write counts only as it was trusted",
  async () => {
    await using place = await createPlace();
    const { workspace, write, cli } = place;
    const policy = await write("ci/policy.yaml", wide);
    const outside = join(place.home, "policy.yaml");
    await writeFile(outside, wide);
    await symlink(outside, join(workspace, "link.yaml"));
    await symlink(policy, join(place.home, "inward.yaml"));
    const ca = await write("ca.pem", createTestCa().certPem);
    const socket = ["--socket", join(place.home, "s"), "--ca-out", join(place.home, "ca-out")];
    const show = (file: string): readonly string[] => ["policy", "show", "--policy", file];
    const attempts: readonly (readonly string[])[] = [
      show(policy),
      show("ci/policy.yaml"),
      show("link.yaml"),
      show(join(place.home, "inward.yaml")),
      ["proxy", ...socket, "--upstream-ca", "ca.pem"],
    ];
    for (const args of attempts) {
      const { status, stdout, stderr } = await cli(args);
      expect(status, args.join(" ")).toBe(1);
      expect(stderr).toContain("cannot use");
      expect(stderr).toContain("vaultbox: hint: ");
      expect(stdout).not.toContain("wide.example.com");
    }
    // The control: of somebody who never had a sandbox there, each counts
    let controls = 0;
    for (const args of attempts.slice(0, 4)) {
      const { stdout } = await cli(args, { isFirst: true });
      if (stdout.includes("wide.example.com")) controls += 1;
    }
    expect(controls).toBe(4);
    // What is trusted counts as it is, and no longer
    const trusted = await cli(["trust", policy, "--yes"]);
    expect(trusted.stdout).toContain("wide.example.com");
    expect((await cli(show(policy))).stdout).toContain("wide.example.com");
    expect((await cli(["trust", ca, "--yes"])).stdout).toContain("certificates of upstreams");
    await writeFile(policy, `${wide}  - host: more.example.com\n`);
    const changed = await cli(show(policy));
    expect(changed.stderr).toContain("it was changed since you used or trusted it");
    recordScore({
      row: 56,
      test: "files of the command line in a workspace",
      attempts: attempts.length + 1,
      blocked: attempts.length + 1,
      controlSucceeded: controls,
    });
  },
  timeout,
);

test(
  "keys, our own files, engines and settings of clients aren't taken from where a sandbox can write",
  async () => {
    await using place = await createPlace();
    const { workspace, home, write, cli } = place;
    await run("git", ["init", "-q", workspace]);
    await run("git", ["-C", workspace, "remote", "add", "origin", "work:acme/widgets"]);
    await write("npmrc", "registry=https://chosen.example.com/\n");
    await write("passphrase", "correct horse battery\n");
    await write("config.json", '{"allow": ["wide.example.com"]}');
    const includes = `[include]\n\tpath = ${join(workspace, "included")}\n`;
    await write("included", '[url "https://chosen.example.com/"]\n\tinsteadOf = work:\n');
    await mkdir(join(home, ".config"));
    const show = ["policy", "show", "--json"];
    const inWorkspace = (name: string, value: string) => ({ env: { [name]: value } });
    const attempts: readonly {
      readonly args: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly before?: () => Promise<void>;
      readonly after?: () => Promise<void>;
      /** What is in the output when it worked */
      readonly sign?: string;
    }[] = [
      { args: show, ...inWorkspace("VAULTBOX_PASSPHRASE_FILE", join(workspace, "passphrase")) },
      { args: show, ...inWorkspace("VAULTBOX_IDENTITY_FILE", "passphrase") },
      { args: show, ...inWorkspace("DOCKER_HOST", `unix://${workspace}/docker.sock`) },
      { args: show, ...inWorkspace("NODE_EXTRA_CA_CERTS", join(workspace, "ca.pem")) },
      { args: show, ...inWorkspace("XDG_CONFIG_HOME", workspace) },
      {
        args: [...show, "--allow", "preset:npm"],
        before: () => symlink(join(workspace, "npmrc"), join(home, ".npmrc")),
        after: () => rm(join(home, ".npmrc")),
        sign: "chosen.example.com",
      },
      {
        args: show,
        before: () => writeFile(join(home, ".gitconfig"), includes),
        after: () => rm(join(home, ".gitconfig")),
        sign: "chosen.example.com",
      },
    ];
    let controls = 0;
    for (const { args, env = {}, before, after, sign = "\u0000" } of attempts) {
      await before?.();
      const { status, stdout, stderr } = await cli(args, { env });
      const isRefused = status === 1 && stderr.includes("where a sandbox can write");
      expect(isRefused || (sign !== "\u0000" && !stdout.includes(sign)), args.join(" ")).toBe(true);
      const first = await cli(args, { env, isFirst: true });
      if (first.status === 0 && (sign === "\u0000" || first.stdout.includes(sign))) controls += 1;
      await after?.();
    }
    expect(controls).toBe(attempts.length);
    recordScore({
      row: 56,
      test: "keys, own files, engines and clients",
      attempts: attempts.length,
      blocked: attempts.length,
      controlSucceeded: controls,
    });
  },
  timeout,
);
