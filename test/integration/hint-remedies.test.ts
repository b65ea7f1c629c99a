// Every command that a hint proposes in so many words (`why: vaultbox …`) is taken from the output and run as it stands.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findCommands, toShellWords } from "../support/remedy.ts";
import { runCli, type CliResult } from "../support/run-cli.ts";

interface Situation {
  readonly what: string;
  /** What brings it about; secrets come from stdin */
  readonly before?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly command: string;
  readonly proposes: string;
  /** For what a user fills in, or answers at a prompt */
  readonly answers?: Readonly<Record<string, string>>;
  /** What shows that it's gone; default: the command itself, which then works */
  readonly shown?: string;
}

const project = "version: 1\negress:\n  - host: docs.example.com\n";
const stored = "credential add billing --host api.example.com";

const situations: readonly Situation[] = [
  {
    what: "no project file",
    command: "trust --yes",
    proposes: "vaultbox init",
  },
  {
    what: "a project file that nobody trusted",
    files: { "vaultbox.yaml": project },
    command: "policy show",
    proposes: "vaultbox trust ",
    answers: { trust: "trust --yes" },
  },
  {
    what: "a project file that changed",
    files: { "vaultbox.yaml": project },
    before: ["trust --yes", "CHANGE"],
    command: "policy explain GET https://docs.example.com/",
    proposes: "vaultbox trust ",
    answers: { trust: "trust --yes" },
  },
  {
    what: "no vault",
    command: "vault list",
    proposes: "vaultbox credential add NAME",
    answers: { NAME: "github" },
  },
  {
    what: "an empty vault",
    before: ["vault create default --store age --unlock identity"],
    command: "credential list",
    proposes: "vaultbox credential add NAME",
    answers: { NAME: "github" },
  },
  {
    what: "a name that is no preset",
    command: "credential add gihub",
    proposes: "vaultbox credential presets",
    shown: "credential presets github",
  },
  {
    what: "a service that no preset knows",
    command: "credential add gihub",
    proposes: "vaultbox credential add gihub --host HOST",
    answers: { HOST: "api.example.com" },
    shown: "credential show gihub",
  },
  {
    what: "a credential that is there already",
    before: [stored],
    command: stored,
    proposes: "vaultbox credential rotate billing",
    shown: "credential show billing",
  },
  {
    what: "the same, another way",
    before: [stored],
    command: stored,
    proposes: "vaultbox credential remove billing",
    answers: { remove: "remove --yes" },
  },
  {
    what: "a credential that isn't there",
    before: [stored],
    command: "credential show nosuch",
    proposes: "vaultbox credential list --vault default",
    shown: "credential list",
  },
  {
    what: "a vault that isn't there",
    command: "credential list --vault nosuch",
    proposes: "vaultbox vault list",
    shown: "vault list",
  },
  {
    what: "a push without its branch",
    command: "policy explain push https://github.com/acme/widgets",
    proposes: "vaultbox policy explain push https://github.com/acme/widgets agent/x",
    shown: "vault list",
  },
  {
    what: "no keychain",
    command: "vault create mine --store keychain",
    proposes: "vaultbox vault create NAME --store age",
    answers: { NAME: "mine" },
    shown: "vault list",
  },
];

test.each(situations)("$what: the hint, when followed, helps", async (situation) => {
  const home = await mkdtemp(join(tmpdir(), "vbx-hints-"));
  const workspace = join(home, "project");
  await mkdir(workspace);
  const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
  const cli = (words: readonly string[]): Promise<CliResult> =>
    runCli(words, { cwd: workspace, env, input: "a-secret-of-the-user-1234567890\n" });
  try {
    for (const [name, text] of Object.entries(situation.files ?? {})) {
      await writeFile(join(workspace, name), text);
    }
    for (const line of situation.before ?? []) {
      if (line === "CHANGE") await writeFile(join(workspace, "vaultbox.yaml"), `${project}#\n`);
      else expect((await cli(line.split(" "))).stderr).not.toContain("error:");
    }
    const { stdout, stderr } = await cli(situation.command.split(" "));
    const command = findCommands(stdout + stderr).find((one) => one.includes(situation.proposes));
    expect([stderr, command]).toEqual([stderr, expect.any(String)]);
    const words = toShellWords(command ?? "").flatMap((word) =>
      (situation.answers?.[word] ?? word).split(" "),
    );
    const followed = await cli(words.slice(1));
    expect([followed.stderr, followed.status]).toEqual([followed.stderr, 0]);
    const after = await cli((situation.shown ?? situation.command).split(" "));
    expect([after.stderr, after.status]).toEqual([after.stderr, 0]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
