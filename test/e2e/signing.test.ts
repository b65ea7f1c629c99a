import { execFile } from "node:child_process";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parseStoredKey, toStoredKey } from "../../src/git/signing/ssh-key-private.ts";
import { boxPlaces, dumpPath, writeDumpProgram } from "../support/box-dump.ts";
import { ownConfiguration, readGit, runGit } from "../support/git.ts";
import { requireEngine } from "../support/require-engine.ts";
import type { CliResult } from "../support/run-cli.ts";
import { createWorld, type SandboxWorld } from "../support/sandbox-world.ts";
import { recordScore } from "../support/scoreboard.ts";
import { openShared } from "../support/shared-place.ts";
import { createSigningBench, person } from "../support/signing-bench.ts";
import { isValidSignature, makeKeyFile, type KeyFile } from "../support/signing-key.ts";
import { importBusybox } from "../support/small-images.ts";
import { startSshAgent } from "../support/ssh-agent.ts";

const execute = promisify(execFile);

interface Place extends AsyncDisposable {
  readonly world: SandboxWorld;
  readonly key: KeyFile;
  /** Runs a shell script in a sandbox that signs with the key, unless said otherwise */
  readonly run: (script: string, options?: RunOptions) => Promise<CliResult>;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** What git on the host says to a commit or tag; rejects when the signature doesn't hold */
  readonly verify: (kind: "commit" | "tag", name: string) => Promise<string>;
}

interface RunOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A work tree with two commits, and a signing key in the vault. */
async function openPlace(owner = 0): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await createWorld(owner));
  const key = stack.use(await makeKeyFile());
  await mkdir(world.home, { recursive: true });
  const identity = `[user]\n\tname = ${person.name}\n\temail = ${person.email}\n`;
  await writeFile(join(world.home, ".gitconfig"), `${identity}[safe]\n\tdirectory = *\n`);
  const added = await world.run(["credential", "add", "work-key", "--signing-key", key.path]);
  expect(added).toMatchObject({ status: 0, stdout: `${key.publicLine}\n` });
  const options = {
    cwd: world.workspace,
    env: { ...ownConfiguration(world.home), GIT_CONFIG_NOSYSTEM: "1" },
  };
  const git: Place["git"] = (...args) => readGit(args, options);
  await git("init", "-q", "-b", "main");
  await git("commit", "-q", "--allow-empty", "-m", "one");
  await git("commit", "-q", "--allow-empty", "-m", "two");
  await execute("chown", ["-R", `${owner}:${owner}`, world.workspace]);
  await chown(world.workspace, owner, owner);
  const allowed = join(key.folder, "allowed_signers");
  await writeFile(allowed, `${person.email} ${key.publicLine}\n`);
  return {
    world,
    key,
    git,
    run: (script, options = {}) => {
      const flags = options.flags ?? ["--sign", "work-key"];
      const own = options.env === undefined ? {} : { env: options.env };
      return world.run(["run", ...flags, "--", "sh", "-c", script], own);
    },
    verify: async (kind, name) => {
      const config = [`gpg.ssh.allowedSignersFile=${allowed}`];
      const { status, stderr } = await runGit([`verify-${kind}`, name], { ...options, config });
      if (status !== 0) throw new Error(stderr);
      return stderr;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test.each([0, 1000])(
  "as user %i: commits and tags made in the sandbox are verified there and on the host, and the audit names them",
  async (owner) => {
    await using place = await openPlace(owner);
    const result = await place.run(
      [
        "set -e",
        "git commit -q --allow-empty -m 'in the sandbox'",
        "git verify-commit HEAD",
        "git tag -s v1.0 -m release",
        "git verify-tag v1.0",
        "git checkout -q -b older HEAD~2",
        "git commit -q --allow-empty -S -m 'on the first commit'",
        "git log -1 --format='%an <%ae> %G? %GS'",
      ].join("\n"),
    );
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout).toBe(`${person.name} <${person.email}> G ${person.email}\n`);
    const names = await place.git("rev-parse", "main", "v1.0", "older");
    for (const name of ["main", "older"]) {
      expect(await place.verify("commit", name)).toContain(`Good "git" signature for`);
    }
    expect(await place.verify("tag", "v1.0")).toContain(`Good "git" signature for`);
    const { stdout } = await place.world.run(["audit", "show", toSession(result), "--json"]);
    for (const id of names.split("\n")) expect(stdout).toContain(`"${id}"`);
  },
);

test("the key is nowhere in the sandbox, where its public half is", async () => {
  await using place = await openPlace();
  const dump = await writeDumpProgram(place.world.workspace);
  const result = await place.run(
    `git commit -q --allow-empty -m x && cat /etc/gitconfig > box-gitconfig && ${dump}`,
    { env: { VAULTBOX_DEBUG: "1" } },
  );
  expect(result).toMatchObject({ status: 0 });
  const { key, publicKey } = parseStoredKey(toStoredKey(place.key.text));
  const seed = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
  const files = [
    ...boxPlaces.map((one) => dumpPath(place.world.workspace, one)),
    join(place.world.workspace, "box-gitconfig"),
  ];
  let hits = 0;
  let controls = 0;
  for (const file of files) {
    const bytes = await readFile(file);
    if (toForms(seed).some((form) => bytes.includes(form))) hits += 1;
    if (toForms(publicKey.blob.subarray(-32)).some((form) => bytes.includes(form))) controls += 1;
  }
  const session = toSession(result);
  const audit = await place.world.run(["audit", "show", session, "--json"]);
  const printed = Buffer.from(result.stdout + result.stderr + audit.stdout);
  if (toForms(seed).some((form) => printed.includes(form))) hits += 1;
  expect(hits).toBe(0);
  expect(controls).toBeGreaterThan(0);
  recordScore({
    row: 21,
    test: "the signing key, in a sandbox that signs",
    attempts: files.length,
    blocked: files.length - hits,
    controlSucceeded: controls,
  });
});

/** As the end of a run names it. */
function toSession({ stderr }: CliResult): string {
  return /audit show ([0-9a-f]+)/.exec(stderr)?.[1] ?? "";
}

/** Parts of the bytes: raw, in hexadecimal, and in base64 wherever they begin in it. */
function toForms(bytes: Buffer): readonly Buffer[] {
  return [0, 8, 16].flatMap((at) => {
    const part = bytes.subarray(at, at + 15);
    const hex = part.toString("hex");
    const base64 = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), part])
        .toString("base64")
        .slice(4, 18),
    );
    return [part, ...[hex, hex.toUpperCase(), ...base64].map((text) => Buffer.from(text))];
  });
}

/** Name, what writes the object that is to be signed to `NAME.object`, and what the answer must say. */
const attacks = [
  ["text", "printf 'I owe you\\n\\nsigned\\n' > text.object", "neither a commit nor a tag"],
  [
    "certificate",
    "printf 'certificate version 0.1\\npusher x\\n\\n' > certificate.object",
    "neither a commit nor a tag",
  ],
  ["author", "sed 's/^author [^<]*/author Mallory /' own.object > author.object", "the author is"],
  [
    "committer",
    "sed 's/^committer [^>]*/committer Ann <a@b/' own.object > committer.object",
    "the committer is",
  ],
  [
    "header",
    "sed 's/^committer.*/&\\nextra x/' own.object > header.object",
    "header that is not signed",
  ],
  ["root", "grep -v ^parent own.object > root.object", "without parent"],
  ["second", "git -C /tmp/second cat-file commit HEAD > second.object", "its parent"],
  [
    "merge",
    'sed "s/^author/parent $(git -C /tmp/second rev-parse HEAD)\\nauthor/" own.object > merge.object',
    "its parent",
  ],
  [
    "tag",
    'printf "object $(git -C /tmp/second rev-parse HEAD)\\ntype commit\\ntag v1\\ntagger $(git var GIT_COMMITTER_IDENT)\\n\\nx\\n" > tag.object',
    "the tagged commit",
  ],
  ["large", "{ cat own.object; head -c 1100000 /dev/zero | tr '\\0' x; } > large.object", "."],
] as const;

describe("nothing but the session's own commits is signed, asked by git and asked directly", () => {
  const asked = openShared(async (stack) => {
    const place = stack.use(await openPlace());
    const sign = (name: string): string =>
      `curl -sS -o ${name}.answer --proxy "$http_proxy" --data-binary @${name}.object http://signing.vaultbox.internal/sign`;
    const result = await place.run(
      [
        'git cat-file commit HEAD | sed "s/^parent .*/parent $(git rev-parse HEAD)/" > own.object',
        "git init -q /tmp/second && git -C /tmp/second -c commit.gpgsign=false commit -q --allow-empty -m root",
        "git -C /tmp/second -c commit.gpgsign=false commit -q --allow-empty -m second",
        ...attacks.flatMap(([name, make]) => [make, sign(name)]),
        sign("own"),
        "git -C /tmp/second commit --allow-empty -S -m x 2> second.git",
        "git -c user.name=Mallory commit --allow-empty -S -m x 2> author.git",
        "cp own.object file && /run/vaultbox/git-sign -Y sign -n file -f k file 2> namespace.git",
        "for p in '' /keys /sign?n=file /sign/../keys; do curl -sS --path-as-is -o /dev/null -w '%{http_code} ' --proxy $http_proxy -d x http://signing.vaultbox.internal$p; done > places",
        "exit 0",
      ].join("\n"),
    );
    if (result.status !== 0) throw new Error(result.stderr);
    return (name: string): Promise<Buffer> => readFile(join(place.world.workspace, name));
  });
  const readText = async (name: string): Promise<string> => (await asked()(name)).toString();
  const bench = createSigningBench();

  test.each(attacks)("%s", async (name, _, why) => {
    const answer = await readText(`${name}.answer`);
    expect(answer).toMatch(new RegExp(`^vaultbox: .*${why}`));
    expect(answer).not.toContain("BEGIN SSH SIGNATURE");
    const naive = await bench.askNaively(await asked()(`${name}.object`));
    const controlSucceeded = naive.includes("BEGIN SSH SIGNATURE") ? 1 : 0;
    const test = `objects that a sandbox asks to have signed: ${name}`;
    recordScore({ row: 43, test, attempts: 1, blocked: 1, controlSucceeded });
  });

  test("the session's own commit, asked in the same way (control)", async () => {
    expect(await readText("own.answer")).toMatch(/^-----BEGIN SSH SIGNATURE-----/);
  });

  test.each([
    ["second.git", "was not in this session's repository"],
    ["author.git", 'the author is "Mallory'],
    ["namespace.git", "only the namespace git is signed"],
  ])("asked by git, %s", async (name, said) => {
    expect(await readText(name)).toContain(said);
  });

  test("nothing else is at the signer's host", async () => {
    expect(await readText("places")).toMatch(/^(?:40[03] ){4}$/);
  });
});

test("a session that doesn't sign has no signer", async () => {
  await using place = await openPlace();
  const ask =
    "git cat-file commit HEAD | curl -sS --data-binary @- http://signing.vaultbox.internal/sign; ls /run/vaultbox; git commit -q --allow-empty -m plain && git log -1 --format='%an %G?'";
  const result = await place.run(ask, { flags: [] });
  expect(result.stdout).toContain("signing.vaultbox.internal");
  expect(result.stdout).not.toContain("BEGIN SSH SIGNATURE");
  expect(result.stdout).not.toContain("git-sign");
  expect(result.stdout).toContain(`${person.name} N\n`);
});

test("the key may be in the user's ssh-agent, and one that leaves it signs no more", async () => {
  await using place = await openPlace();
  await using agent = await startSshAgent();
  await using key = await makeKeyFile({ type: "ecdsa" });
  await agent.add(key.path);
  const env = { SSH_AUTH_SOCK: agent.socket };
  const added = await place.world.run(["credential", "add", "agent-key", "--ssh-agent"], { env });
  expect(added).toMatchObject({ status: 0, stdout: `${key.publicLine}\n` });
  const flags = ["--sign", "agent-key"];
  const script = "git commit -q --allow-empty -m x && git verify-commit HEAD; env";
  const signed = await place.run(script, { flags, env });
  expect(signed.stderr).toContain(`Good "git" signature for ${person.email}`);
  expect(signed.stdout).not.toContain("SSH_AUTH_SOCK");
  await agent.remove(key.path);
  const refused = await place.run("git commit --allow-empty -m x", { flags, env });
  expect(refused.stderr).toContain("the signing key cannot be used (VBX_SSH_AGENT_UNAVAILABLE)");
  const without = await place.run("true", { flags });
  expect(without.stderr).toContain("SSH_AUTH_SOCK is not set");
  expect(without.status).toBe(125);
});

test("what can't sign is said before anything starts", async () => {
  await using place = await openPlace();
  const unknown = await place.run("true", { flags: ["--sign", "other-key"] });
  expect(unknown).toMatchObject({ status: 125 });
  expect(unknown.stderr).toContain("no vault of this session has a signing key of that name");
  const elsewhere = await place.world.run([
    "run",
    "--sign",
    "work-key",
    "--workspace",
    place.key.folder,
    "--",
    "true",
  ]);
  expect(elsewhere.stderr).toContain("the workspace is in no git repository");
});

test("an image of busybox alone signs with its wget, and keeps its own git settings", async () => {
  await using place = await openPlace();
  const { world, key } = place;
  const gitConfig = '[filter "lfs"]\n\tclean = git-lfs clean -- %f\n';
  const applets = ["rm", "mv", "chmod", "head"];
  await using image = await importBusybox(await requireEngine(), [], { applets, gitConfig });
  const head = await place.git("rev-parse", "HEAD");
  const object = (await place.git("cat-file", "commit", "HEAD")).replace(
    /^parent .*/m,
    `parent ${head}`,
  );
  await writeFile(join(world.workspace, "object"), object);
  await writeFile(join(world.workspace, "foreign"), object.replace(head, "0".repeat(40)));
  const sign = "/run/vaultbox/git-sign -Y sign -n git -f key";
  const script = `cat /run/vaultbox/image-gitconfig; head -n 2 /etc/gitconfig; ${sign} object && ${sign} foreign`;
  const result = await place.run(script, { flags: ["--sign", "work-key", "--image", image.tag] });
  expect(result.stdout).toBe(`${gitConfig}[include]\n\tpath = "/run/vaultbox/image-gitconfig"\n`);
  expect(result.stderr).toContain("its parent 000000000000 was not in this session's repository");
  const signature = await readFile(join(world.workspace, "object.sig"), "utf8");
  const check = { message: Buffer.from(object), signature, publicLine: key.publicLine };
  expect(await isValidSignature(key.folder, check)).toBe(true);
});
