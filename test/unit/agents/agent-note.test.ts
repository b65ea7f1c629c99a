import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toAgentNote } from "../../../src/agents/agent-note.ts";

function createWorkspace(): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "vbnote-")));
  const files = {
    "loop.sh": '#!/bin/sh\nwhile :; do claude -p "$(cat PROMPT.md)"; done\n',
    "agent.py": 'subprocess.run(["codex", "exec"])\n',
    "test.sh": "#!/bin/sh\n# not for claude-like names\nnpm test\n",
    "README.md": "Start it with claude\n",
  };
  mkdirSync(join(path, "bin"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  symlinkSync("../loop.sh", join(path, "bin/link.sh"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test.each([
  [["./loop.sh"], '"./loop.sh" names claude', "--agent claude"],
  [["timeout", "5", "bash", "-x", "loop.sh"], '"loop.sh" names claude', "agent: claude"],
  [["python3", "agent.py"], '"agent.py" names codex', "--agent codex"],
  [["mise", "exec", "--", "claude"], "the command names claude", "--agent claude"],
])("the note on %j says which flag to use", (command, ...texts) => {
  using workspace = createWorkspace();
  const note = toAgentNote({ command, workspace: workspace.path });
  for (const text of texts) expect(note).toContain(text);
});

test.each([
  [["./test.sh"]],
  [["cat", "README.md"]],
  [["./bin/link.sh"]],
  [["../loop.sh"]],
  [["/etc/passwd"]],
  [["./missing"]],
  [["npm", "test"]],
  [["git", "commit", "-m", "ask claude"]],
])("nothing is said of %j, and no link is followed", (command) => {
  using workspace = createWorkspace();
  expect(toAgentNote({ command, workspace: workspace.path })).toBeUndefined();
});

test("an absolute path in the workspace is looked into too", () => {
  using workspace = createWorkspace();
  const command = [join(workspace.path, "loop.sh")];
  expect(toAgentNote({ command, workspace: workspace.path })).toContain("--agent claude");
});
