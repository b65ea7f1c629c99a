import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { recordScore } from "../../support/scoreboard.ts";
import {
  createRepository,
  createSigningBench,
  person,
  type SigningBench,
  type SigningProxy,
  startSigningProxy,
  type TestRepository,
} from "../../support/signing-bench.ts";

const execute = promisify(execFile);

interface Place extends AsyncDisposable {
  readonly bench: SigningBench;
  readonly proxy: SigningProxy;
  readonly repository: TestRepository;
  /** First commit, which the session began with */
  readonly first: string;
}

/** A repository with one commit, and a signer that knows it. */
async function openPlace(format: "sha1" | "sha256" = "sha1"): Promise<Place> {
  const bench = createSigningBench();
  const stack = new AsyncDisposableStack();
  const proxy = stack.use(await startSigningProxy(bench));
  const allowed = join(proxy.folder, "allowed");
  await writeFile(allowed, `${person.email} ${bench.publicLine}\n`);
  const repository = stack.use(
    await createRepository(
      {
        "gpg.format": "ssh",
        "gpg.ssh.program": proxy.program,
        "gpg.ssh.allowedSignersFile": allowed,
        "user.signingkey": `key::${bench.publicLine}`,
      },
      format,
    ),
  );
  await repository.must("commit", "-q", "--allow-empty", "-m", "first");
  const first = await repository.must("rev-parse", "HEAD");
  bench.tips.add(first);
  return { bench, proxy, repository, first, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.each(["sha1", "sha256"] as const)("in a repository of %s", (format) => {
  test("git signs a commit without the key, verifies it, and the audit has its id", async () => {
    await using place = await openPlace(format);
    const { repository, bench } = place;
    await repository.must("commit", "-q", "--allow-empty", "-S", "-m", "signed\n\nwith a body\n");
    const head = await repository.must("rev-parse", "HEAD");
    const verified = await repository.git("verify-commit", "HEAD");
    expect(verified.stderr).toContain(`Good "git" signature for ${person.email}`);
    expect(verified.status).toBe(0);
    expect(bench.notes).toContainEqual({ signed: head });
  });

  test("git signs a tag of it, and a chain of commits, each on the one before", async () => {
    await using place = await openPlace(format);
    const { repository, bench } = place;
    for (const subject of ["a", "b", "c"]) {
      await repository.must("commit", "-q", "--allow-empty", "-S", "-m", subject);
    }
    await repository.must("tag", "-s", "v1.0", "-m", "release");
    const tag = await repository.must("rev-parse", "v1.0");
    expect((await repository.git("verify-tag", "v1.0")).status).toBe(0);
    expect(bench.notes).toContainEqual({ signed: tag });
    await repository.must("tag", "-s", "v1.0-again", "-m", "a tag of a tag", "v1.0");
    expect((await repository.git("verify-tag", "v1.0-again")).status).toBe(0);
  });

  test("a merge, an amended commit and a rebased one are signed too", async () => {
    await using place = await openPlace(format);
    const { repository } = place;
    await repository.must("checkout", "-q", "-b", "side");
    await repository.must("commit", "-q", "--allow-empty", "-S", "-m", "side");
    await repository.must("checkout", "-q", "main");
    await repository.must("commit", "-q", "--allow-empty", "-S", "-m", "main");
    await repository.must("tag", "-s", "side-tag", "-m", "tagged", "side");
    await repository.must("merge", "-q", "-S", "--no-ff", "-m", "merge", "side-tag");
    expect(await repository.must("cat-file", "commit", "HEAD")).toContain("\nmergetag object ");
    expect((await repository.git("verify-commit", "HEAD")).status).toBe(0);
    await repository.must("commit", "-q", "--amend", "--allow-empty", "-S", "-m", "amended");
    expect((await repository.git("verify-commit", "HEAD")).status).toBe(0);
    await repository.must("checkout", "-q", "side");
    await writeFile(join(repository.path, "file"), "x");
    await repository.must("add", "file");
    await repository.must("commit", "-q", "-S", "-m", "work");
    await repository.must("rebase", "-q", "-S", "main");
    expect((await repository.git("verify-commit", "HEAD")).status).toBe(0);
  });
});

test.each([
  ["by another author of the settings", ["-c", "user.name=Mallory", "commit"]],
  ["by another author of the command", ["commit", "--author", "Mallory <m@example.com>"]],
])(
  "a commit %s isn't signed: git says so in the signer's words and makes none",
  async (_, args) => {
    await using place = await openPlace();
    const { repository, first } = place;
    const { status, stderr } = await repository.git(...args, "--allow-empty", "-S", "-m", "x");
    expect(status).toBe(128);
    expect(stderr).toMatch(/vaultbox: .*signed/);
    expect(await repository.must("rev-parse", "HEAD")).toBe(first);
  },
);

test("a tag of a blob isn't signed: git says so in the signer's words", async () => {
  await using place = await openPlace();
  const { repository } = place;
  const blob = await repository.git("tag", "-s", "of-a-blob", "-m", "x", await blobIn(repository));
  expect(blob.stderr).toMatch(/vaultbox: only tags of commits/);
  // git 2.39 takes a signer's failure for none where tags are concerned: the tag is there, without signature
  const left = await repository.git("cat-file", "tag", "of-a-blob");
  expect(left.stdout).not.toContain("SIGNATURE");
});

async function blobIn(repository: TestRepository): Promise<string> {
  await writeFile(join(repository.path, "blob"), "text");
  return repository.must("hash-object", "-w", "blob");
}

test("work on older commits that no ref pointed to at launch is signed, once the sandbox has shown that they were there", async () => {
  await using place = await openPlace();
  const { repository, bench, proxy } = place;
  const plain = ["-c", "commit.gpgsign=false", "commit", "-q", "--allow-empty", "-m"];
  for (const subject of ["a", "b", "c"]) await repository.must(...plain, subject);
  const tip = await repository.must("rev-parse", "HEAD");
  bench.tips.add(tip);
  bench.tips.delete(place.first);
  const amend = ["commit", "-q", "--amend", "--allow-empty", "-S", "-m", "amended"];
  const blind = await repository.git(...amend);
  expect(blind.stderr).toContain("was not in this session's repository");
  await writeFile(join(proxy.folder, "tips"), `${tip}\n`);
  await repository.must(...amend);
  expect((await repository.git("verify-commit", "HEAD")).status).toBe(0);
  await repository.must("checkout", "-q", "-b", "old", place.first);
  await repository.must("commit", "-q", "--allow-empty", "-S", "-m", "on the oldest");
  await repository.must("merge", "-q", "-S", "--no-ff", "-m", "merge", `${tip}~1`);
  expect((await repository.git("verify-commit", "HEAD")).status).toBe(0);
  // Made in the session, without a signature, on top of it all: nothing shows that it was there
  await repository.must(...plain, "unsigned");
  const onUnsigned = await repository.git("commit", "--allow-empty", "-S", "-m", "x");
  expect(onUnsigned.stderr).toContain("was not in this session's repository");
});

test("a second repository in the sandbox isn't signed for, whatever stands in it", async () => {
  await using place = await openPlace();
  await using other = await createRepository({
    "gpg.format": "ssh",
    "gpg.ssh.program": place.proxy.program,
    "user.signingkey": `key::${place.bench.publicLine}`,
  });
  const root = await other.git("commit", "--allow-empty", "-S", "-m", "root");
  expect(root.stderr).toContain("without parent");
  await other.must("commit", "-q", "--allow-empty", "-m", "root");
  const second = await other.git("commit", "--allow-empty", "-S", "-m", "second");
  expect(second.stderr).toContain("was not in this session's repository");
  const tag = await other.git("tag", "-s", "v1", "-m", "x");
  expect(tag.stderr).toContain("was not in this session's repository");
  // A signer that doesn't look signs what is in it
  const object = await other.must("cat-file", "commit", "HEAD");
  expect(await place.bench.askNaively(object)).toContain("BEGIN SSH");
  recordScore({
    row: 43,
    test: "signatures for a second repository",
    attempts: 3,
    blocked: 3,
    controlSucceeded: 1,
  });
});

describe("the signing program", () => {
  const clients = ["curl", "wget", "busybox wget", "node"] as const;

  test.each(clients)("signs with %s alone, and says why it doesn't", async (client) => {
    await using place = await openPlace();
    const path = await makePath(place.proxy.folder, client);
    const file = join(place.proxy.folder, "object");
    const object = await place.repository.must("cat-file", "commit", "HEAD");
    const run = (text: string): ReturnType<typeof runProgram> =>
      runProgram(place.proxy.program, ["-Y", "sign", "-n", "git", "-f", "key", "-U", file], {
        path,
        file,
        text,
      });
    const child = object.replace("\nauthor", `\nparent ${place.first}\nauthor`);
    const signed = await run(child);
    expect(signed).toMatchObject({ status: 0, stderr: "" });
    const expected = await place.bench.ask(child);
    expect(await readFile(`${file}.sig`, "utf8")).toBe(expected);
    const refused = await run("no commit\n\n");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("neither a commit nor a tag");
  });

  test.each([[["-n", "file"]], [["-nssh"]], [[]]])(
    "signs in the namespace git only, and not by %j",
    async (namespace) => {
      await using place = await openPlace();
      const file = join(place.proxy.folder, "object");
      const args = ["-Y", "sign", ...namespace, "-f", "key", file];
      const result = await runProgram(place.proxy.program, args, { file, text: "x" });
      expect(result.status).toBe(1);
      expect(result.stderr).toBe("vaultbox: only the namespace git is signed\n");
    },
  );

  test("says so when the image has nothing to ask or to check with", async () => {
    await using place = await openPlace();
    const path = await makePath(place.proxy.folder, undefined);
    const file = join(place.proxy.folder, "object");
    const sign = await runProgram(
      place.proxy.program,
      ["-Y", "sign", "-n", "git", "-f", "k", file],
      { path, file, text: "x" },
    );
    expect(sign.stderr).toContain("needs one of curl, wget and node");
    const verify = await runProgram(place.proxy.program, ["-Y", "verify", "-n", "git"], {
      path,
      file,
      text: "x",
    });
    expect(verify).toMatchObject({ status: 1 });
    expect(verify.stderr).toContain("no ssh-keygen");
  });
});

/** A search path with what a small image has, and one client. */
async function makePath(folder: string, client: string | undefined): Promise<string> {
  const path = join(folder, "bin");
  await mkdir(path);
  const which = async (name: string): Promise<string> =>
    (await execute("/bin/sh", ["-c", `command -v ${name}`])).stdout.trim();
  for (const tool of ["sh", "rm", "mv", "cat", "chmod", "head"]) {
    await symlink(await which(tool), join(path, tool));
  }
  if (client === "busybox wget") await symlink(await which("busybox"), join(path, "wget"));
  else if (client === "node") await symlink(process.execPath, join(path, "node"));
  else if (client !== undefined) await symlink(await which(client), join(path, client));
  return path;
}

function runProgram(
  program: string,
  args: readonly string[],
  { path, file, text }: { readonly path?: string; readonly file: string; readonly text: string },
): Promise<{ status: number; stderr: string }> {
  return writeFile(file, text).then(
    () =>
      new Promise((resolve) => {
        const env = { PATH: path ?? process.env["PATH"] };
        execFile("/bin/sh", [program, ...args], { env }, (error, _stdout, stderr) => {
          const code = error === null ? 0 : error.code;
          resolve({ status: typeof code === "number" ? code : 255, stderr });
        });
      }),
  );
}
