import { spawn, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readStartFiles } from "../../../../src/sandbox/home/read-start-files.ts";
import { compareStartFiles } from "../../../../src/sandbox/home/start-file-record.ts";
import { findStartKind } from "../../../../src/sandbox/home/start-files.ts";
import { readTar } from "../../../../src/sandbox/home/tar-entries.ts";
import { createHome, readHome } from "./kept-home.ts";
import { recordScore } from "../../../support/scoreboard.ts";

/** What a session does in its home. */
interface Session {
  readonly write: (path: string, content: string) => void;
  readonly link: (path: string, target: string) => void;
  readonly name: (path: string, first: string) => void;
  readonly move: (path: string, to: string) => void;
}

interface HomeCase {
  readonly what: string;
  readonly first: (session: Session) => void;
  readonly second: (session: Session) => void;
  /** Changes and paths of the second session */
  readonly told: readonly string[];
}

const cases: readonly HomeCase[] = [
  {
    what: "folders that are links",
    first: () => undefined,
    second: ({ write, link }) => {
      write("x/settings.json", "{}");
      write("x/git/config", "[core]");
      link(".claude", "x");
      link(".config", "x");
    },
    told: ["new .claude", "new .claude/settings.json", "new .config", "new .config/git/config"],
  },
  {
    what: "what such a folder has in it later",
    first: ({ write, link }) => {
      write("x/git/config", "[core]");
      link(".config", "x");
    },
    second: ({ write }) => write("x/git/config", "[core]\nfsmonitor=x"),
    told: ["changed .config/git/config"],
  },
  {
    what: "a hard link whose first name is no start file",
    first: ({ write, name }) => {
      write(".aaa", "one");
      name(".bashrc", ".aaa");
      write(".aab", "one");
      name("bin/ls", ".aab");
    },
    second: ({ write }) => {
      write(".aaa", "two");
      write(".aab", "two");
    },
    told: ["changed .bashrc", "changed bin/ls"],
  },
  {
    what: "a hard link whose other name comes later",
    first: ({ write, name }) => {
      write(".zshenv", "one");
      name(".zzz", ".zshenv");
    },
    second: ({ write }) => write(".zzz", "two"),
    told: ["changed .zshenv"],
  },
  {
    what: "a link to a file",
    first: ({ write, link }) => {
      write("other", "one");
      link(".zshrc", "other");
    },
    second: ({ write }) => write("other", "two"),
    told: ["changed .zshrc"],
  },
  {
    what: "a folder of commands that becomes a link",
    first: ({ write }) => write("bin/git", "one"),
    second: ({ move, link }) => {
      move("bin", "real/b");
      link("bin", "real/b");
    },
    told: ["new bin"],
  },
  {
    what: "new commands in it",
    first: ({ write, link }) => {
      write("real/b/git", "one");
      link("bin", "real/b");
    },
    second: ({ write }) => write("real/b/ls", "two"),
    told: ["new bin/ls"],
  },
  {
    what: "links behind links, absolute ones, and one that leaves a link by its parent",
    first: ({ write, link }) => {
      write("deep/er/place/run", "one");
      write("deep/hop/run", "decoy");
      link("way", "deep/er");
      link("hop", "way/../er/place");
      link("y/bin", "/HOME/hop");
      link(".local", "y");
    },
    second: ({ write }) => write("deep/er/place/run", "two"),
    told: ["changed .local/bin/run"],
  },
  {
    what: "a hard link in a folder that a link leads to",
    first: ({ write, name, link }) => {
      write(".aaa", "one");
      name("real/git", ".aaa");
      link("bin", "real");
    },
    second: ({ write }) => write(".aaa", "two"),
    told: ["changed bin/git"],
  },
  {
    what: "a link around itself",
    first: ({ write, link }) => {
      write(".config/git/config", "one");
      link(".config/git/more", "..");
    },
    second: ({ write }) => write(".config/git/config", "two"),
    told: ["changed .config/git/config"],
  },
  {
    what: "many links to commands",
    first: ({ write, link }) => {
      for (let at = 0; at < 40; at++) {
        write(`tools/${at}/run`, "one");
        link(`.local/bin/tool${at}`, `../../tools/${at}/run`);
      }
    },
    second: ({ write }) => write("tools/39/run", "two"),
    told: ["changed .local/bin/tool39"],
  },
  {
    what: "the end of a large file",
    first: ({ write }) => write("bin/large", `${"x".repeat(3_000_000)}one`),
    second: ({ write }) => write("bin/large", `${"x".repeat(3_000_000)}two`),
    told: ["changed bin/large"],
  },
];

function toSession(home: string): Session {
  const at = (path: string): string => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    return join(home, path);
  };
  return {
    write: (path, content) => writeFileSync(at(path), content),
    link: (path, target) => symlinkSync(target.replace("/HOME", home), at(path)),
    name: (path, first) => linkSync(join(home, first), at(path)),
    move: (path, to) => renameSync(join(home, path), at(to)),
  };
}

/** What a list of the archive's names says: a link's text, and nothing of what a further name is of or of large content. */
async function readNames(home: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const { stdout } = spawn("tar", ["-c", "-C", dirname(home), "agent"]);
  const wants = (_: string, size: number): boolean => size <= 1024 * 1024;
  for await (const entry of readTar(stdout, { wants, maxContentBytes: 0 })) {
    const path = entry.path.replace(/^agent\//, "");
    const said = entry.digest ?? (entry.type === "link" ? entry.target : String(entry.size));
    if (findStartKind(path) !== undefined) found.set(path, said);
  }
  return found;
}

test.each(cases)(
  "what a start file's name leads to is compared, through symbolic and hard links: $what",
  async ({ what, first, second, told }) => {
    const home = await createHome({ "notes.txt": "x" });
    first(toSession(home));
    const before = await readHome(home);
    const namesBefore = await readNames(home);
    second(toSession(home));
    const after = await readHome(home);
    const namesAfter = await readNames(home);
    const changes = compareStartFiles(before.digests, after, []);
    const found = changes.map(({ change, path }) => `${change} ${path}`).toSorted();
    expect(found, what).toEqual(expect.arrayContaining([...told].toSorted()));
    expect(after.complete, what).toBe(true);
    expect(compareStartFiles(after.digests, await readHome(home), []), what).toEqual([]);
    const isSeen = (path: string): boolean => namesBefore.get(path) !== namesAfter.get(path);
    const isControl = !told.some((text) => isSeen(text.split(" ")[1] ?? ""));
    recordScore({
      row: 61,
      test: `start files of a kept home behind links: ${what}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isControl ? 1 : 0,
    });
  },
);

test("a file that is too large to be read hides nothing else", async () => {
  const home = await createHome({
    ".aaa": "",
    ".profile": "one",
    "x/b/git": "one",
    "bin/tool": "x",
  });
  symlinkSync("x", join(home, ".local"));
  renameSync(join(home, "x/b"), join(home, "x/bin"));
  const before = await readHome(home);
  truncateSync(join(home, ".aaa"), 4 * 1024 ** 4);
  for (const path of [".zshenv", ".profile", "x/bin/git"]) writeFileSync(join(home, path), "evil");
  const started = performance.now();
  const after = await readHome(home, { ms: 60_000 });
  expect(performance.now() - started).toBeLessThan(30_000);
  const changes = compareStartFiles(before.digests, after, []);
  expect(changes.map(({ change, path }) => `${change} ${path}`).toSorted()).toEqual([
    "changed .local/bin/git",
    "changed .profile",
    "new .zshenv",
  ]);
});

test("one in a folder of start files is named, and the rest of that folder is said not to be compared", async () => {
  const home = await createHome({ "bin/a": "", ".aaa": "", ".profile": "one" });
  for (const path of ["bin/a", ".aaa"]) truncateSync(join(home, path), 4 * 1024 ** 4);
  const { digests, complete } = await readHome(home, { ms: 60_000 });
  expect([[...digests.keys()].toSorted(), complete]).toEqual([[".profile", "bin/a"], false]);
});

test("when the time is over, what was found until then is told", async () => {
  const home = await createHome({ ".profile": "one" });
  const whole = spawnSync("tar", ["-c", "-C", dirname(home), "agent"]).stdout;
  const abort = new AbortController();
  const open = (): Promise<Readable> => {
    // Without the two empty blocks at its end, and as slow as one that never ends
    const archive = new Readable({ read: () => undefined });
    archive.push(whole.subarray(0, 3 * 512));
    setTimeout(() => abort.abort(), 100);
    return Promise.resolve(archive);
  };
  const { digests, complete } = await readStartFiles({ open, home, signal: abort.signal });
  expect([[...digests.keys()], complete]).toEqual([[".profile"], false]);
});
