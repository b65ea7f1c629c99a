import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { toCheckLines } from "../../../../src/cli/doctor/health-check.ts";
import {
  checkCaTrust,
  checkCommand,
  checkGit,
  checkNode,
  checkOwnFolders,
  checkRuntimeFolder,
} from "../../../../src/cli/doctor/host-checks.ts";
import { toShellWord } from "../../../../src/base/shell-word.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-doctor-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test("A Node.js that is too old fails", () => {
  expect(checkNode("24.21.0").status).toBe("ok");
  expect(checkNode("22.1.0")).toMatchObject({ status: "fail", detail: "22.1.0 is too old" });
});

test("A CA bundle that the environment names must be readable and hold certificates", async () => {
  const folder = await makeFolder();
  const good = join(folder, "good.pem");
  const empty = join(folder, "empty.pem");
  await writeFile(good, rootCertificates.slice(0, 3).join("\n"));
  await writeFile(empty, "no certificate");
  expect(await checkCaTrust({ NODE_EXTRA_CA_CERTS: good })).toMatchObject({
    status: "ok",
    detail: "NODE_EXTRA_CA_CERTS: 3 certificates",
  });
  expect((await checkCaTrust({ SSL_CERT_FILE: empty })).status).toBe("fail");
  expect((await checkCaTrust({ SSL_CERT_FILE: join(folder, "gone.pem") })).status).toBe("fail");
  expect((await checkCaTrust({})).status).toBe("ok");
});

test("A runtime folder that others can enter fails, with the command that closes it", async () => {
  const folder = await makeFolder();
  await chmod(folder, 0o755);
  expect(await checkRuntimeFolder(folder)).toMatchObject({
    status: "fail",
    hint: `close it: chmod 700 ${toShellWord(folder)}`,
  });
  await chmod(folder, 0o700);
  expect((await checkRuntimeFolder(folder)).status).toBe("ok");
  expect((await checkRuntimeFolder(join(folder, "gone"))).status).toBe("ok");
});

test("A command that isn't there is a warning with its use", async () => {
  expect(await checkCommand("no-such-command", "to do things")).toMatchObject({
    status: "warn",
    hint: "install no-such-command: to do things",
  });
});

test("What isn't ok is repeated under the table with what to do", () => {
  const lines = toCheckLines([
    { name: "node", status: "ok", detail: "24.1.0" },
    { name: "engine", status: "fail", detail: "no socket", hint: "start Docker" },
  ]);
  expect(lines).toEqual([
    "CHECK   STATUS  DETAIL",
    "node    ok      24.1.0",
    "engine  fail    no socket",
    "",
    "what to do:",
    "  engine: start Docker",
  ]);
});

test("Folders that can't be made or written fail, with what is in the way", async () => {
  const folder = await makeFolder();
  const file = join(folder, "file");
  await writeFile(file, "");
  expect(await checkOwnFolders([folder, join(folder, "new", "config")])).toMatchObject({
    status: "ok",
  });
  expect(await checkOwnFolders([folder, file])).toMatchObject({
    status: "fail",
    detail: `${file} can't be written: ${file} is not a folder`,
  });
  expect((await checkOwnFolders([join(file, "config")])).detail).toContain(
    "part of the path is not a folder",
  );
});

test("the host's git is named with its version, and a missing or old one with what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vbx-doctor-"));
  try {
    expect(await checkGit({ PATH: folder })).toMatchObject({ name: "git", status: "warn" });
    const git = join(folder, "git");
    await writeFile(git, "#!/bin/sh\necho git version 2.20.1\n");
    await chmod(git, 0o755);
    const old = await checkGit({ PATH: folder });
    expect(old.status).toBe("warn");
    expect(old.detail).toContain("git 2.20.1");
    expect(old.hint).toContain("install git 2.30 or newer");
    await writeFile(git, "#!/bin/sh\necho git version 2.47.0\n");
    expect(await checkGit({ PATH: folder })).toEqual({
      name: "git",
      status: "ok",
      detail: `2.47.0 (${git})`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
