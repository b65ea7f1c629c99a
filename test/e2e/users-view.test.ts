import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCanary } from "../support/canary.ts";
import { mistakes } from "./mistakes.ts";
import { requireBaseImage, requireEngine } from "../support/require-engine.ts";
import { runCli } from "../support/run-cli.ts";

/** A user's machine: a home, a project, a locked vault, and files with faults. */
interface Machine extends AsyncDisposable {
  readonly root: string;
  /** stderr with the folder's name replaced by `ROOT`, and the status; stdout must be empty */
  readonly fail: (
    args: readonly string[],
    options?: {
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string | undefined>>;
    },
  ) => Promise<{ readonly stderr: string; readonly status: number }>;
}

async function openMachine(): Promise<Machine> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-view-")));
  const files = {
    "broken.yaml": "egress: [{hots: docs.example.com}]\n",
    "no-certificate.pem": "hello\n",
    "project/main.c": "int main;\n",
    "untrusted/vaultbox.yaml": "version: 1\negress: [{host: evil.example.com}]\n",
  };
  for (const folder of ["project", "untrusted", "home"]) await mkdir(join(root, folder));
  for (const [path, content] of Object.entries(files)) await writeFile(join(root, path), content);
  const own = { HOME: join(root, "home"), VAULTBOX_HOME: join(root, "vaultbox") };
  return {
    root,
    fail: async (args, { cwd = "project", env = {} } = {}) => {
      const options = { cwd: join(root, cwd), env: { ...own, ...env }, timeoutMs: 60_000 };
      const { stdout, stderr, status } = await runCli(args, options);
      expect(stdout).toBe("");
      // In a command a path is quoted where the temporary folder's name wants it
      const said = stderr.replaceAll(root, "ROOT").replaceAll(/'(ROOT[^']*)'/g, "$1");
      return { stderr: said, status };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function lockedVault({ root, fail }: Machine): Promise<void> {
  const passphraseFile = join(root, "passphrase");
  await writeFile(passphraseFile, "correct horse battery staple\n", { mode: 0o600 });
  const args = ["vault", "create", "work", "--store", "age", "--unlock", "passphrase"];
  const env = { VAULTBOX_PASSPHRASE_FILE: passphraseFile };
  expect(await fail(args, { env })).toMatchObject({ status: 0 });
}

test.each(mistakes)(
  "$what: the message says what could not be done, why, and what to do",
  async ({ args, cwd, env, status, says }) => {
    await using machine = await openMachine();
    const options = {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    };
    const [error, ...hints] = says;
    const lines = [`vaultbox: error: ${error}`, ...hints.map((hint) => `vaultbox: hint: ${hint}`)];
    expect(await machine.fail(args, options)).toEqual({ stderr: `${lines.join("\n")}\n`, status });
  },
);

test("a locked vault: what would open it is said, and nothing was started; a wrong passphrase: what else it may be", async () => {
  await using machine = await openMachine();
  await lockedVault(machine);
  expect(await machine.fail(["run", "--vault", "work", "--", "true"])).toEqual({
    stderr:
      'vaultbox: error: cannot open the vault "work": it needs a passphrase, and there is no terminal to ask for it\n' +
      "vaultbox: hint: set VAULTBOX_PASSPHRASE_FILE to a file of mode 0600 that holds it\n",
    status: 125,
  });
  const file = join(machine.root, "wrong");
  await writeFile(file, "wrong horse\n", { mode: 0o600 });
  const env = { VAULTBOX_PASSPHRASE_FILE: file };
  expect(await machine.fail(["run", "--vault", "work", "--", "true"], { env })).toEqual({
    stderr:
      'vaultbox: error: cannot open the vault "work": the passphrase is wrong, or the file\'s header is damaged\n' +
      "vaultbox: hint: if the passphrase is right, restore the vault's file from a backup\n",
    status: 125,
  });
});

test("an image that isn't there: the engine's own reason, and where images are listed", async () => {
  await requireEngine();
  await using machine = await openMachine();
  const args = ["run", "--image", "localhost:1/nosuch:1", "--", "true"];
  const { stderr, status } = await machine.fail(args);
  const [note, error, ...hints] = stderr.split("\n");
  expect(status).toBe(125);
  expect(note).toBe("vaultbox: pulling the image localhost:1/nosuch:1");
  expect(error).toMatch(
    /^vaultbox: error: cannot pull the image "localhost:1\/nosuch:1": the engine says: .*refused/,
  );
  expect(hints).toEqual([
    "vaultbox: hint: the engine reaches no image registry; when this works, start again: docker pull localhost:1/nosuch:1",
    "vaultbox: hint: check its name; those that this engine has: docker images",
    "vaultbox: hint: without --image, vaultbox builds and uses its own",
    "",
  ]);
});

test.each([
  [
    "no-such-command",
    127,
    'vaultbox: error: cannot run "no-such-command": the sandbox has no such command\n' +
      "vaultbox: hint: the image decides what there is, see --image; or name a file of the workspace, as ./NAME\n",
  ],
  ["./main.c", 126, expect.stringMatching(/^vaultbox: .*main\.c: Permission denied\n$/)],
  ["./nosuch", 127, expect.stringMatching(/^vaultbox: .*nosuch: not found\n$/)],
])(
  "%s can't be run in the sandbox: the status is %i, and it is said",
  async (name, status, stderr) => {
    await requireBaseImage(await requireEngine());
    await using machine = await openMachine();
    const env = { VAULTBOX_BASE: process.env["VAULTBOX_BASE"] };
    expect(await machine.fail(["run", "--", name], { env })).toEqual({ stderr, status });
  },
);

test.each([
  ["as an argument", (secret: string) => ["credential", "add", "github", secret]],
  ["as a flag's value", (secret: string) => ["credential", "add", "github", `--token=${secret}`]],
  ["as a short flag", (secret: string) => ["credential", "add", "github", `-p${secret}`]],
  ["as an argument too many", (secret: string) => ["credential", "show", "github", secret]],
])("a secret typed %s is refused without repeating it", async (_how, toArgs) => {
  await using machine = await openMachine();
  const secret = createCanary();
  const { stderr, status } = await machine.fail(toArgs(secret));
  expect(status).toBe(2);
  expect(stderr).toMatch(/^vaultbox: error: [^\n]+\n(vaultbox: hint: [^\n]+\n)+$/);
  expect(stderr).not.toContain(secret);
  expect(stderr).not.toContain(secret.slice(1));
});

test("as one JSON object an error has the same code, text and hints", async () => {
  await using machine = await openMachine();
  const { stderr, status } = await machine.fail([
    "run",
    "--json",
    "--vault",
    "nosuch",
    "--",
    "true",
  ]);
  expect({ json: JSON.parse(stderr) as unknown, status }).toEqual({
    json: {
      error: {
        code: "VBX_VAULT_UNKNOWN",
        message: 'cannot open the vault "nosuch": there is none of that name',
        hints: ["see which there are: vaultbox vault list"],
      },
    },
    status: 125,
  });
});

test.each([
  ["help", "run"],
  ["run", "--help"],
  ["help", "credential", "add"],
  ["cred", "add", "-h"],
])("vaultbox %s %s %s prints the command's help with examples", async (...args) => {
  const { stdout, stderr, status } = await runCli(args.filter((one) => one !== undefined));
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toMatch(/^Usage: vaultbox (run|credential add) /);
  expect(stdout).toContain("\nExamples:\n");
});
