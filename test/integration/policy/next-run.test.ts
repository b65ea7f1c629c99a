import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { findProjectFile } from "../../../src/config/project-file.ts";
import { toShellWord } from "../../../src/base/shell-word.ts";
import { rememberFolders } from "../../../src/base/remember-folders.ts";
import { git } from "../../support/git.ts";
import { runCliHere } from "../../support/cli-here.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { createTestCa } from "../../support/test-ca.ts";

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

const plants: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  "an empty file": (folder) => writeFile(join(folder, ".git"), ""),
  "a file that leads nowhere": (folder) =>
    writeFile(join(folder, ".git"), "gitdir: /nonexistent\n"),
  "an empty folder": (folder) => mkdir(join(folder, ".git")),
  "a link that leads nowhere": (folder) => symlink("/nonexistent", join(folder, ".git")),
  "a repository": (folder) => git(folder, "init", "-q"),
};

describe("a .git that a sandbox makes doesn't take a folder out of the trusted project file's limits", () => {
  const trusted = openShared(async (stack) => {
    const place = stack.use(await createPlace());
    await git(place.workspace, "init", "-q");
    const path = await place.write("vaultbox.yaml", project);
    const { status, stderr } = await place.cli(["trust", "--yes"]);
    if (status !== 0) throw new Error(stderr);
    return { ...place, path };
  });

  test.each(Object.entries(plants))("%s", async (name, plant) => {
    const { workspace, path, cli } = trusted();
    const folder = await mkdtemp(join(workspace, "sub"));
    const inner = join(folder, "inner");
    await mkdir(inner);
    await plant(folder);
    const shown = await cli(["policy", "show", "--json", "--workspace", inner]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ project: path });
    expect(shown.stdout).toContain('"deny"');
    // The control: the search that such a file ends
    expect(await findProjectFile(inner)).toBeUndefined();
    const test = `a .git below the project file: ${name}`;
    recordScore({ row: 56, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  });
});

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

function show(file: string): readonly string[] {
  return ["policy", "show", "--policy", file];
}

describe(
  "a file of the command line that a sandbox could write counts only as it was trusted",
  () => {
    const given = openShared(async (stack) => {
      const place = stack.use(await createPlace());
      const { workspace, home, write } = place;
      const policy = await write("ci/policy.yaml", wide);
      await writeFile(join(home, "policy.yaml"), wide);
      await symlink(join(home, "policy.yaml"), join(workspace, "link.yaml"));
      await symlink(policy, join(home, "inward.yaml"));
      return { ...place, policy, ca: await write("ca.pem", createTestCa().certPem) };
    });
    type Given = ReturnType<typeof given>;

    const refusal = (why: string) => ({
      status: 1,
      stdout: expect.not.stringContaining("wide.example.com"),
      stderr: expect.stringMatching(new RegExp(`${why}[^]*vaultbox: hint: `)),
    });

    function score(name: string, controlSucceeded: number): void {
      const test = `files of the command line in a workspace: ${name}`;
      recordScore({ row: 56, test, attempts: 1, blocked: 1, controlSucceeded });
    }

    test.each<[name: string, toFile: (place: Given) => string]>([
      ["an absolute path", ({ policy }) => policy],
      ["a relative path", () => "ci/policy.yaml"],
      ["a link that leads out", () => "link.yaml"],
      ["a link that leads in", ({ home }) => join(home, "inward.yaml")],
    ])("as --policy by %s", async (name, toFile) => {
      const args = show(toFile(given()));
      expect(await given().cli(args)).toMatchObject(refusal("cannot use"));
      // The control: of somebody who never had a sandbox there, it counts
      const { stdout } = await given().cli(args, { isFirst: true });
      expect(stdout).toContain("wide.example.com");
      score(name, 1);
    });

    test("as --upstream-ca", async () => {
      const { home } = given();
      const socket = ["--socket", join(home, "s"), "--ca-out", join(home, "ca-out")];
      const args = ["proxy", ...socket, "--upstream-ca", "ca.pem"];
      expect(await given().cli(args)).toMatchObject(refusal("cannot use"));
      score("--upstream-ca", 0);
    });

    test("as it is, and no longer", async () => {
      const { cli, policy, ca } = given();
      const trusted = await cli(["trust", policy, "--yes"]);
      expect(trusted.stdout).toContain("wide.example.com");
      expect((await cli(show(policy))).stdout).toContain("wide.example.com");
      expect((await cli(["trust", ca, "--yes"])).stdout).toContain("certificates of upstreams");
      await writeFile(policy, `${wide}  - host: more.example.com\n`);
      const changed = "it was changed since you used or trusted it";
      expect(await cli(show(policy))).toMatchObject(refusal(changed));
      score("changed since it was trusted", 0);
    });
  },
  timeout,
);

/** One value that leads into the workspace. */
interface Leading {
  readonly args?: readonly string[];
  readonly env?: (workspace: string) => Readonly<Record<string, string>>;
  /** Made for this attempt alone */
  readonly file?: (place: Place) => Promise<string>;
  /** What is in the output when it worked */
  readonly sign?: string;
}

const leading: Readonly<Record<string, Leading>> = {
  VAULTBOX_PASSPHRASE_FILE: {
    env: (workspace) => ({ VAULTBOX_PASSPHRASE_FILE: join(workspace, "passphrase") }),
  },
  VAULTBOX_IDENTITY_FILE: { env: () => ({ VAULTBOX_IDENTITY_FILE: "passphrase" }) },
  DOCKER_HOST: { env: (workspace) => ({ DOCKER_HOST: `unix://${workspace}/docker.sock` }) },
  NODE_EXTRA_CA_CERTS: { env: (workspace) => ({ NODE_EXTRA_CA_CERTS: join(workspace, "ca.pem") }) },
  XDG_CONFIG_HOME: { env: (workspace) => ({ XDG_CONFIG_HOME: workspace }) },
  "npm's settings": {
    args: ["--allow", "preset:npm"],
    file: async ({ workspace, home }) => {
      await symlink(join(workspace, "npmrc"), join(home, ".npmrc"));
      return join(home, ".npmrc");
    },
    sign: "chosen.example.com",
  },
  "git's settings": {
    file: async ({ workspace, home }) => {
      const includes = `[include]\n\tpath = ${join(workspace, "included")}\n`;
      await writeFile(join(home, ".gitconfig"), includes);
      return join(home, ".gitconfig");
    },
    sign: "chosen.example.com",
  },
};

describe(
  "keys, our own files, engines and settings of clients aren't taken from where a sandbox can write",
  () => {
    const prepared = openShared(async (stack) => {
      const place = stack.use(await createPlace());
      const { workspace, home, write } = place;
      await git(workspace, "init", "-q");
      await git(workspace, "remote", "add", "origin", "work:acme/widgets");
      await write("npmrc", "registry=https://chosen.example.com/\n");
      await write("passphrase", "correct horse battery\n");
      await write("config.json", '{"allow": ["wide.example.com"]}');
      await write("included", '[url "https://chosen.example.com/"]\n\tinsteadOf = work:\n');
      await mkdir(join(home, ".config"));
      return place;
    });

    test.each(Object.entries(leading))("%s", async (name, { args = [], sign, ...given }) => {
      const { workspace, cli } = prepared();
      const made = await given.file?.(prepared());
      const env = given.env?.(workspace) ?? {};
      const command = ["policy", "show", "--json", ...args];
      const { status, stdout, stderr } = await cli(command, { env });
      const isRefused = status === 1 && stderr.includes("where a sandbox can write");
      expect(isRefused || (sign !== undefined && !stdout.includes(sign))).toBe(true);
      // The control: of somebody who never had a sandbox there, it counts
      const first = await cli(command, { env, isFirst: true });
      expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining(sign ?? "") });
      if (made !== undefined) await rm(made);
      const test = `keys, own files, engines and clients: ${name}`;
      recordScore({ row: 56, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    });
  },
  timeout,
);
