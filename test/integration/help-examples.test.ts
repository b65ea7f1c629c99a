// Every example that a command's --help gives is run by a shell as it stands, in a place where a user would try it.
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readExamples } from "../support/help-examples.ts";
import { cliEnvironment, cliPath } from "../support/run-cli.ts";

interface Place {
  /** What the user has done before */
  readonly before?: string;
  /** What stands for a part of the example that only the user knows, or is asked for at a terminal */
  readonly filled?: readonly [part: string, by: string];
  /** What is said in the end; status 0 where nothing is */
  readonly fails?: RegExp;
}

const stored = (name: string, flags = "", vault = ""): string =>
  `echo a-secret-of-the-user-1234567890 | vaultbox credential add ${name}${flags}${vault}`;
const project = "vaultbox init; vaultbox trust --yes";
/** Nothing but the engine is missing */
const noEngine = { fails: /cannot reach a Docker Engine/ };
const passphrase = "echo correct horse battery > pp; chmod 600 pp; ";
const work = `vaultbox vault create work --store age --unlock identity; ${stored("billing", " --host api.example.com", " --vault work")}`;
/** It goes on until it's ended, which is once it has made what it says */
const serving = (example: string): readonly [string, string] => [
  example,
  `${example.replaceAll("/tmp/", "")} & i=0
    until test -f ca || test $i = 300; do i=$((i+1)); sleep 0.1; done; kill $!; wait $!; test -f ca`,
];
const proxyOf = (flags: string): string =>
  `vaultbox proxy --socket /tmp/p --ca-out /tmp/ca ${flags}`;

/** Every example, with what it needs. */
const places: Readonly<Record<string, Place>> = {
  "vaultbox run -- claude": { before: stored("anthropic"), ...noEngine },
  "vaultbox run --allow preset:npm -- npm install": noEngine,
  'vaultbox run --vault work --allow "GET https://api.example.com/**" -- ./a.sh': {
    before: work,
    ...noEngine,
  },
  "vaultbox completion bash": {},
  "vaultbox ps --json": {},
  "vaultbox prune --images --sessions 90d": noEngine,
  "vaultbox stop 3f9a": { fails: /3f9a/ },
  "vaultbox ps --json | jq -r .sessions[].id | xargs vaultbox stop": {
    fails: /missing required argument/,
  },
  "vaultbox credential add github": {},
  "pass show api/anthropic | vaultbox credential add anthropic": {},
  "vaultbox credential add github --from-command 'gh auth token'": {},
  "vaultbox credential add pay --host api.example.com --header X-Key --env PAY": {},
  "vaultbox credential add ci --host ci.example.com --header 'Authorization: Me'": {},
  "vaultbox credential add widgets --preset github --repository acme/widgets": {},
  "vaultbox credential add forge --preset gitlab --host gitlab.example.com": {},
  "vaultbox credential add work-key --generate-signing-key": {},
  "vaultbox credential test github": { before: stored("github"), fails: /api\.github\.com/ },
  "vaultbox credential test billing --url https://api.example.com/v1/me": {
    before: stored("billing", " --host api.example.com"),
    fails: /api\.example\.com/,
  },
  "vaultbox credential list --vault work": { before: work },
  "vaultbox credential show github": { before: stored("github") },
  "vaultbox credential remove github --yes": { before: stored("github") },
  "vaultbox vault list --json": {},
  "vaultbox vault lock work": { before: work },
  "vaultbox vault unlock work": { before: work },
  "vaultbox vault remove work --yes": { before: work },
  "vaultbox credential rotate github < new-token.txt": {
    before: `${stored("github")}; echo another-secret-1234567890 > new-token.txt`,
  },
  "vaultbox credential presets": {},
  "vaultbox credential presets github": {},
  "vaultbox vault create work": {},
  "vaultbox vault create ci --store age --unlock identity": {},
  "vaultbox vault export work work-backup.age": {
    before: `${work}; ${passphrase}`,
    filled: [".age", ".age --passphrase-file pp"],
  },
  "vaultbox vault export work for-ci.age --recipient age1…": {
    before: work,
    filled: ["age1…", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
  },
  "vaultbox vault import work work-backup.age": {
    before: `${work}; ${passphrase}vaultbox vault export work work-backup.age --passphrase-file pp; vaultbox vault remove work --yes`,
    filled: [".age", ".age --passphrase-file pp"],
  },
  "vaultbox init": {},
  "vaultbox init --agent claude --preset npm --preset github": {},
  "vaultbox trust": {
    before: "vaultbox init; echo '#' >> vaultbox.yaml",
    filled: ["trust", "trust --yes"],
  },
  "vaultbox trust --show": { before: project },
  "vaultbox trust sub/.git": { fails: /sub\/\.git/ },
  "vaultbox trust ../widgets/vaultbox.yaml --revoke": {
    before: "mkdir ../widgets; (cd ../widgets; vaultbox init)",
  },
  "vaultbox policy show": {},
  "vaultbox policy show --git 'https://github.com/acme/widgets:push=agent/*'": {},
  "vaultbox policy show --agent claude --allow preset:npm --json": {},
  "vaultbox policy explain GET https://docs.example.com/start": {},
  "vaultbox policy explain POST https://api.example.com/v1/x --agent claude": {},
  "vaultbox policy explain COPY https://d.example.com --header 'Destination: /b'": {},
  "vaultbox policy explain push https://github.com/acme/widgets agent/x": {},
  "vaultbox policy check vaultbox.yaml": { before: project },
  "vaultbox policy check ci-policy.yaml --json": {
    before: "vaultbox init; mv vaultbox.yaml ci-policy.yaml",
  },
  "vaultbox audit list": {},
  "vaultbox audit show 3f9a": { fails: /3f9a/ },
  "vaultbox audit show --refused": { fails: /no session/ },
  "vaultbox audit show 3f9a --host api.github.com --since 1h": { fails: /3f9a/ },
  "vaultbox audit verify 3f9a": { fails: /3f9a/ },
  "vaultbox demo": { fails: /engine|root/ },
  "vaultbox audit follow --json | jq .host": { fails: /no session/ },
  "vaultbox image list": noEngine,
  "vaultbox image build": noEngine,
  "vaultbox image build --agent claude --rebuild": noEngine,
  "vaultbox image build --agent claude --package golang --npm-package pnpm": noEngine,
  [proxyOf("--allow api.example.com")]: { filled: serving(proxyOf("--allow api.example.com")) },
  [proxyOf("--allow preset:github")]: { filled: serving(proxyOf("--allow preset:github")) },
  "vaultbox uninstall --dry-run": noEngine,
  "vaultbox uninstall --vaults --yes": noEngine,
  "vaultbox doctor": { fails: /engine/ },
  "vaultbox doctor --json | jq .checks": {},
};

test("every example of --help is in the list below, and nothing else", () => {
  expect([...readExamples()].toSorted()).toEqual(Object.keys(places).toSorted());
});

test.concurrent.each(Object.entries(places))("%s", async (example, place) => {
  const home = await mkdtemp(join(tmpdir(), "vbx-examples-"));
  const [bin, folder] = [join(home, "bin"), join(home, "project")];
  const programs = {
    vaultbox: `exec "${process.execPath}" "${cliPath}" "$@"`,
    jq: `case "$*" in *sessions*) ;; *) cat ;; esac`,
    pass: "echo a-secret-of-the-user-1234567890",
    gh: "echo gho_a-secret-of-the-user-1234567890",
  };
  try {
    await mkdir(bin);
    await mkdir(folder);
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    }
    const env = cliEnvironment(home, {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
      DOCKER_HOST: `unix://${home}/nothing.sock`,
      BILLING_KEY: "a-secret-of-the-user-1234567890",
      HTTPS_PROXY: "http://127.0.0.1:1",
    });
    const run = (script: string): Promise<{ readonly said: string; readonly status: number }> =>
      new Promise((resolve) => {
        const child = execFile("sh", ["-c", script], { cwd: folder, env }, (error, ...said) =>
          resolve({ said: said.join(""), status: Number(error?.code ?? 0) }),
        );
        child.stdin?.end("a-secret-of-the-user-1234567890\n");
      });
    if (place.before !== undefined)
      expect(await run(`set -e; ${place.before}`)).toMatchObject({ status: 0 });
    const { said, status } = await run(
      place.filled === undefined ? example : example.replace(...place.filled),
    );
    if (place.fails === undefined) expect([said, status]).toEqual([said, 0]);
    else {
      expect(said).toMatch(place.fails);
      // Of a pipe it's the status of the last program
      if (!example.includes("|")) expect([said, status]).not.toEqual([said, 0]);
    }
    expect(said).not.toMatch(/unknown (?:option|command)|this is a bug/);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
