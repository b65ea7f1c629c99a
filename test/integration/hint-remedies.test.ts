// Every command that a hint proposes in so many words (`why: vaultbox …`) is taken from the output and run as it stands.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findCommands, toShellWords } from "../support/remedy.ts";
import { runCliHere } from "../support/cli-here.ts";
import type { CliResult } from "../support/run-cli.ts";

interface Situation {
  readonly what: string;
  /** What brings it about; secrets come from stdin. What a `~` stands before may fail */
  readonly before?: readonly string[];
  /** What happens to the files of the user or of vaultbox then */
  readonly harm?: (home: string) => Promise<unknown>;
  readonly input?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly command: string;
  readonly proposes: string;
  /** For what a user fills in, or answers at a prompt */
  readonly answers?: Readonly<Record<string, string>>;
  /** How it ends, default 0: what says what is wrong doesn't end well */
  readonly ends?: number;
  /** What shows that it's gone; default: the command itself, which then works */
  readonly shown?: string;
}

const project = "version: 1\negress:\n  - host: docs.example.com\n";
const stored = "credential add billing --host api.example.com";
const work = "vault create work --store age --unlock identity";
/** Nothing answers there, and nothing is asked: an address of this machine is refused */
const here = "credential add here --host localhost --port 1";
const recorded = [here, "~credential test here --url https://localhost:1/"];
const key = "credential add k --generate-signing-key --vault work";
const pem = "-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----\n";

const sessionsOf = (home: string): string => join(home, "vaultbox/state/sessions");

async function damageLog(home: string): Promise<void> {
  const [session = ""] = await readdir(sessionsOf(home));
  await writeFile(join(sessionsOf(home), session, "audit.jsonl"), "x\n", { flag: "a" });
}

async function moveLog(home: string): Promise<void> {
  const [session = ""] = await readdir(sessionsOf(home));
  await rename(join(sessionsOf(home), session), join(sessionsOf(home), "0123456789ab"));
}

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
  {
    what: "a session that isn't there",
    command: "stop 3f9a",
    proposes: "vaultbox ps",
    shown: "ps",
  },
  {
    what: "a log that isn't there, beside another",
    before: recorded,
    command: "audit show 3f9a",
    proposes: "vaultbox audit list",
    shown: "audit list",
  },
  {
    what: "a file that is no log, beside one",
    before: recorded,
    command: "audit verify ./audit.jsonl",
    proposes: "vaultbox audit show",
    shown: "audit show",
  },
  {
    what: "a line of a log that is no record",
    before: recorded,
    harm: damageLog,
    command: "audit show",
    proposes: "vaultbox audit verify",
    ends: 1,
    shown: "vault list",
  },
  {
    what: "a log in another session's place",
    before: recorded,
    harm: moveLog,
    command: "audit show",
    proposes: "vaultbox audit verify 0123456789ab",
    ends: 1,
    shown: "vault list",
  },
  {
    what: "a credential that vaultbox knows no request for",
    before: [here],
    command: "credential test here",
    proposes: "vaultbox credential test here --url https://localhost:1/PATH",
    ends: 1,
    shown: "audit show",
  },
  {
    what: "a credential whose test failed",
    before: [here],
    command: "credential test here --url https://localhost:1/",
    proposes: "vaultbox audit show ",
    shown: "audit show",
  },
  {
    what: "a file with more than one problem",
    files: { "vaultbox.yaml": "egress: x\nnosuch: 1\n" },
    command: "trust --yes",
    proposes: "vaultbox policy check vaultbox.yaml",
    ends: 1,
    shown: "vault list",
  },
  {
    what: "a secret in the project file",
    files: { "vaultbox.yaml": "version: 1\nenv: {GITHUB_TOKEN: x}\n" },
    command: "trust --yes",
    proposes: "vaultbox credential add NAME",
    answers: { NAME: "github" },
    shown: "credential show github",
  },
  {
    what: "a trusted project file that is gone",
    files: { "vaultbox.yaml": project },
    before: ["trust --yes"],
    harm: (home) => rm(join(home, "project/vaultbox.yaml")),
    command: "run -- true",
    proposes: "vaultbox trust --revoke ",
    shown: "policy show",
  },
  ...["rotate billing", "remove billing"].map((verb) => ({
    what: `a credential that a vault has already, to ${verb}`,
    before: [work, `${stored} --vault work`],
    command: `${stored} --vault work`,
    proposes: `vaultbox credential ${verb} --vault work`,
    answers: { remove: "remove --yes" },
    shown: "credential list --vault work",
  })),
  {
    what: "a signing key to rotate, of which another one is wanted",
    before: [work, key],
    command: "credential rotate k --vault work",
    proposes: "vaultbox credential add NAME --generate-signing-key --vault work",
    answers: { NAME: "k2" },
    shown: "credential show k2 --vault work",
  },
  {
    what: "a signing key to rotate, which goes",
    before: [work, key],
    command: "credential rotate k --vault work",
    proposes: "vaultbox credential remove k --vault work",
    answers: { remove: "remove --yes" },
    shown: "credential list --vault work",
  },
  {
    what: "a signing key to test",
    before: [work, key],
    command: "credential test k --vault work",
    proposes: "vaultbox credential show k --vault work",
    shown: "credential show k --vault work",
  },
  {
    what: "a secret that is elsewhere, to rotate",
    before: [work, `~${stored} --from-env NOSUCH --vault work`],
    command: "credential rotate billing --vault work",
    proposes: "vaultbox credential show billing --vault work",
    shown: "credential show billing --vault work",
  },
  {
    what: "a command that gives no secret",
    before: [work],
    command: `${stored} --from-command false --vault work`,
    proposes: "vaultbox credential show billing --vault work",
    shown: "credential show billing --vault work",
  },
  {
    what: "a private key in place of a token",
    input: pem,
    command: stored,
    proposes: "vaultbox credential add NAME --signing-key FILE",
    answers: { NAME: "mine", "--signing-key": "--generate-signing-key", FILE: "" },
    shown: "credential show mine",
  },
  {
    what: "a vault that exists",
    before: [work],
    command: work,
    proposes: "vaultbox credential list --vault work",
    shown: "credential list --vault work",
  },
  {
    what: "a vault whose file is gone",
    before: [work, `${stored} --vault work`],
    harm: (home) => rm(join(home, "vaultbox/vaults/work.age")),
    command: "credential list --vault work",
    proposes: "vaultbox vault remove work",
    answers: { remove: "remove --yes" },
    shown: "vault list",
  },
];

test.each(situations)("$what: the hint, when followed, helps", async (situation) => {
  const home = await mkdtemp(join(tmpdir(), "vbx-hints-"));
  const workspace = join(home, "project");
  await mkdir(workspace);
  const env = { HOME: home, VAULTBOX_HOME: join(home, "vaultbox") };
  const cli = (words: readonly string[]): Promise<CliResult> =>
    runCliHere(words, {
      cwd: workspace,
      env,
      input: situation.input ?? "a-secret-of-the-user-1234567890\n",
    });
  try {
    for (const [name, text] of Object.entries(situation.files ?? {})) {
      await writeFile(join(workspace, name), text);
    }
    for (const line of situation.before ?? []) {
      if (line === "CHANGE") await writeFile(join(workspace, "vaultbox.yaml"), `${project}#\n`);
      else if (line.startsWith("~")) await cli(line.slice(1).split(" "));
      else expect((await cli(line.split(" "))).stderr).not.toContain("error:");
    }
    await situation.harm?.(home);
    const { stdout, stderr } = await cli(situation.command.split(" "));
    const command = findCommands(stdout + stderr).find((one) => one.includes(situation.proposes));
    expect([stderr, command]).toEqual([stderr, expect.any(String)]);
    const words = toShellWords(command ?? "").flatMap((word) =>
      (situation.answers?.[word] ?? word).split(" ").filter((one) => one !== ""),
    );
    const followed = await cli(words.slice(1));
    expect([followed.stderr, followed.status]).toEqual([followed.stderr, situation.ends ?? 0]);
    const after = await cli((situation.shown ?? situation.command).split(" "));
    expect([after.stderr, after.status]).toEqual([after.stderr, 0]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
