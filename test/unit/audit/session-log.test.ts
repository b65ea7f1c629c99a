import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findSessionLog } from "../../../src/audit/session-log.ts";

async function sessionsFolder(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-sessions-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [index, name] of names.entries()) {
    await mkdir(join(folder, name));
    const path = join(folder, name, "audit.jsonl");
    await writeFile(path, "");
    await utimes(path, 1000 + index, 1000 + index);
  }
  return folder;
}

test("without an id the session written to last is meant", async () => {
  const folder = await sessionsFolder(["aaaaaaaaaaaa", "bbbbbbbbbbbb", "not-a-session"]);
  await mkdir(join(folder, "cccccccccccc"));
  expect(await findSessionLog(folder)).toEqual({
    session: "bbbbbbbbbbbb",
    path: join(folder, "bbbbbbbbbbbb", "audit.jsonl"),
  });
});

test("the beginning of an id is enough while it's one session's only; a folder with another name is none", async () => {
  const folder = await sessionsFolder(["abcd00000000", "abce00000000", "abce"]);
  expect(await findSessionLog(folder, "abcd")).toMatchObject({ session: "abcd00000000" });
  expect(await findSessionLog(folder, "abce")).toMatchObject({ session: "abce00000000" });
  await expect(findSessionLog(folder, "abc")).rejects.toMatchObject({
    code: "VBX_SESSION_UNKNOWN",
    message: 'cannot find the audit log: 2 sessions begin with "abc"',
  });
});

test.each(["../abcd", "", "ffff", "ABCD"])(
  "an id that leads out of the folder, or to nothing, is refused: %j",
  async (wanted) => {
    const folder = await sessionsFolder(["abcd00000000"]);
    await expect(findSessionLog(folder, wanted)).rejects.toMatchObject({
      code: "VBX_SESSION_UNKNOWN",
    });
  },
);

test("of no session there is no log", async () => {
  const folder = await sessionsFolder(["abcd00000000"]);
  await expect(findSessionLog(join(folder, "none"))).rejects.toMatchObject({
    message: "cannot find the audit log: no session was recorded yet",
  });
});
