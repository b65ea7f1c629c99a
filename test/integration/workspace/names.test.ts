import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { handoffLines } from "../../../src/workspace/handoff/handoff-text.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspacePlace, runShell } from "../../support/workspace-place.ts";

const run = promisify(execFile);

/** A repository whose settings run a program, and in the workspace's own index. */
const evilRepository = `git init -q .; git init -q "$D"
git -C "$D" -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; git add "$D" 2>/dev/null
git -C "$D" config core.fsmonitor "touch \\"$PWD/RAN\\"; false"`;

test("a file to hide in a folder whose name is no UTF-8 stops the start, and the hint helps", async () => {
  await using place = createWorkspacePlace();
  await runShell(place, `mkdir -p "a/$D/b"; echo S=1 > "a/$D/b/.env"`);
  // The name that text makes of these bytes is another one: what is done with it hides nothing
  expect(await runShell(place, `cat "a/$D/b/.env"`)).toBe("S=1\n");
  expect(Buffer.from(readdirSync(join(place.path, "a"))[0] ?? "").toString("hex")).toMatch(
    /efbfbd$/,
  );
  const failure = await place.start().catch((error: unknown) => error);
  const message = `cannot hide or protect "${place.path}/a/caf\\xe9/b/.env": a container engine takes only names in UTF-8, and "caf\\xe9" is none`;
  expect(failure).toMatchObject({ code: "VBX_WORKSPACE_UNSAFE", message });
  const [hint = ""] = (failure as { hints: readonly string[] }).hints;
  const command = hint.replace(/^.*?: /, "");
  await run("bash", ["-c", command]);
  const session = await place.start();
  expect(session.mounted()?.hidden).toEqual(["a/NEW-NAME/b/.env"]);
  recordScore({
    row: 44,
    test: "a secret in a folder whose name is no UTF-8",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
});

test("a repository in a folder whose name is no UTF-8 is disabled before the host's git runs its settings", async () => {
  await using control = createWorkspacePlace();
  await runShell(control, evilRepository);
  await runShell(control, "git status");
  expect(readdirSync(control.path)).toContain("RAN");
  await using place = createWorkspacePlace();
  await runShell(place, "git init -q .");
  const session = await place.start();
  await runShell(place, evilRepository);
  // A name with the character that stands for these bytes in text is another name
  await runShell(place, `git init -q "caf\ufffd"`);
  const handoff = await session.inspect();
  await runShell(place, "git status");
  expect(readdirSync(place.path)).not.toContain("RAN");
  const repositories = handoff?.entries.filter(({ kind }) => kind === "repositories");
  expect(repositories).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        change: "disabled",
        path: String.raw`caf\xe9/.git`,
        detail: String.raw`sets core.fsmonitor; it is caf\xe9/.git.vaultbox-disabled now`,
      }),
      expect.objectContaining({ change: "new", path: "caf\ufffd/.git" }),
    ]),
  );
  expect(handoffLines(handoff ?? { entries: [], complete: true, tookMs: 0 }).join("\n")).toContain(
    String.raw`disabled: caf\xe9/.git sets core.fsmonitor; it is caf\xe9/.git.vaultbox-disabled now`,
  );
  recordScore({
    row: 44,
    test: "a repository in a folder whose name is no UTF-8",
    attempts: 1,
    blocked: 1,
    controlSucceeded: 1,
  });
});

test("a disabled repository whose place can't be named doesn't stop the next start", async () => {
  await using place = createWorkspacePlace();
  await runShell(place, "git init -q .");
  const first = await place.start();
  await runShell(place, evilRepository);
  await first.inspect();
  // As a version left it that took no HEAD away
  await runShell(place, `cd "$D/.git.vaultbox-disabled"; mv HEAD.vaultbox-disabled HEAD`);
  const next = await place.start();
  expect(next.mounted()?.notes).toEqual([
    String.raw`"caf\xe9/.git.vaultbox-disabled" is disabled, and isn't protected: no mount can be there`,
  ]);
  // Given its name back, it's held again
  await runShell(place, `mv "$D/.git.vaultbox-disabled" "$D/.git"`);
  const handoff = await next.inspect();
  expect(handoff?.entries).toContainEqual(
    expect.objectContaining({ change: "disabled", path: String.raw`caf\xe9/.git` }),
  );
});

describe("a harmless repository that a run leaves where no mount can be is disabled, and doesn't stop the next start", () => {
  const cases = [
    'git init -q "$D"',
    'mkdir "$D"; git init -q "$D/r"',
    'git init -q --bare "$D"',
    'mkdir -p .git/modules; git init -q --bare ".git/modules/$D"',
  ];

  test.each(cases)("%j", async (lines) => {
    await using place = createWorkspacePlace();
    await runShell(place, "git init -q .");
    const first = await place.start();
    await runShell(place, lines);
    const handoff = await first.inspect();
    expect([lines, handoff?.entries]).toEqual([
      lines,
      [
        expect.objectContaining({
          change: "disabled",
          detail: expect.stringContaining("no mount"),
        }),
      ],
    ]);
    await expect(place.start(), lines).resolves.toBeDefined();
    // The control: the same, not held
    await using control = createWorkspacePlace();
    await runShell(control, `git init -q .; ${lines}`);
    await expect(control.start()).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
  });
});

describe("settings that name a file or folder whose name is no UTF-8 stop the start, and so does a submodule", () => {
  const cases = [
    `git init -q .; mkdir "h$D"; git config core.hooksPath "h$D"`,
    `git init -q .; : > "i$D"; git config include.path "../i$D"`,
    `git init -q .; mkdir -p ".git/modules/$D"; git init -q --bare ".git/modules/$D"`,
    `git init -q "$D"`,
  ];

  test.each(cases)("%j", async (lines) => {
    await using place = createWorkspacePlace();
    await runShell(place, lines);
    await expect(place.start()).rejects.toMatchObject({
      code: "VBX_WORKSPACE_UNSAFE",
      message: expect.stringMatching(/a container engine takes only names in UTF-8/),
    });
  });
});

test("twins in composed and decomposed letters, and names with line breaks and colons, are told apart and hidden", async () => {
  await using place = createWorkspacePlace();
  const names = ["caf\u00e9", "cafe\u0301", "a:b,c", "a\nb", "caf\ufffd", " .", "\u001b[2J"];
  for (const name of names)
    await runShell(
      place,
      `mkdir '${name}'; echo S=1 > '${name}/.env'; echo S=1 > '${name}/.env.x
y'`,
    );
  const session = await place.start();
  const { hidden = [], binds = [] } = session.mounted() ?? {};
  const expected = names.flatMap((name) => [`${name}/.env`, `${name}/.env.x\ny`]);
  expect(hidden.toSorted()).toEqual(expected.toSorted());
  expect(binds.map(({ target }) => target)).toEqual(
    expect.arrayContaining(expected.map((name) => join(place.path, name))),
  );
  for (const name of names) await runShell(place, `mv '${name}/.env' '${name}/moved'`);
  const handoff = await session.inspect();
  expect(handoff?.entries.map(({ path }) => path)).toEqual(
    expect.arrayContaining(names.map((name) => `${name}/.env`)),
  );
  const printed = handoffLines(handoff ?? { entries: [], complete: true, tookMs: 0 }).join("");
  // eslint-disable-next-line no-control-regex
  expect(printed).not.toMatch(/[\u0000-\u001f]/);
});

test("names that are no UTF-8 come back from the records of a session whose process died", async () => {
  await using place = createWorkspacePlace();
  const other = `O=$(printf 'caf\\352')`;
  await runShell(place, `mkdir "$D" q; for n in "$D" q; do echo 1 > "$n/package.json"; done`);
  await place.start();
  await runShell(
    place,
    `${other}; echo 2 > "$D/package.json"; mkdir "$O"; echo 1 > "$O/package.json"`,
  );
  const handoff = await place.finish();
  const files = handoff?.entries.map(({ change, path }) => `${change} ${path}`);
  expect(files?.toSorted()).toEqual([
    String.raw`changed caf\xe9/package.json`,
    String.raw`new caf\xea/package.json`,
  ]);
});
