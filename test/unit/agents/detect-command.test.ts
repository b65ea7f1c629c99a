import { expect, test } from "vitest";
import { findAgentArguments } from "../../../src/agents/detect-command.ts";
import { agentProfiles } from "../../../src/agents/select-agent.ts";
import { readShellCommands } from "../../../src/agents/started-commands.ts";

/** The agent that a command line starts, and its own arguments. */
function started(command: readonly string[]): string {
  for (const { name, executable, npmPackage } of agentProfiles) {
    if (executable === undefined) continue;
    const names = { executable, packageName: npmPackage?.name };
    const args = findAgentArguments(command, names);
    if (args !== undefined) return [name, ...args].join(" ");
  }
  return "generic";
}

test.each([
  [["claude"], "claude"],
  [["/usr/local/bin/claude", "-p", "hi"], "claude -p hi"],
  [["codex", "exec"], "codex exec"],
  // A package runner
  [["npx", "--yes", "@anthropic-ai/claude-code@2", "-p"], "claude -p"],
  [["npx", "@openai/codex"], "codex"],
  [["npx", "codex", "exec"], "codex exec"],
  [["npx", "-p", "@openai/codex", "codex", "exec"], "codex exec"],
  [["npx", "-p", "@anthropic-ai/claude-code", "-c", "claude -p x"], "claude -p x"],
  [["npm", "exec", "--", "@anthropic-ai/claude-code", "-p"], "claude -p"],
  [["npm", "x", "claude"], "claude"],
  [["pnpm", "dlx", "@openai/codex@latest"], "codex"],
  [["pnpm", "--dir", "sub", "exec", "claude"], "claude"],
  [["yarn", "dlx", "@anthropic-ai/claude-code"], "claude"],
  [["bunx", "@openai/codex"], "codex"],
  [["bun", "x", "@anthropic-ai/claude-code"], "claude"],
  // Wrappers
  [["env", "X=1", "claude"], "claude"],
  [["env", "-u", "A", "-i", "--chdir=/x", "X=1", "Y=2", "claude", "-c"], "claude -c"],
  [["env", "-S", "X=1 claude -p", "y"], "claude -p y"],
  [["/usr/bin/timeout", "20", "claude"], "claude"],
  [["timeout", "-k", "5", "--signal=INT", "1h", "codex", "exec"], "codex exec"],
  [["nohup", "nice", "-n", "5", "claude"], "claude"],
  [["nice", "-19", "claude"], "claude"],
  [["stdbuf", "-oL", "-e", "0", "codex"], "codex"],
  [["setsid", "-w", "--", "claude"], "claude"],
  [["time", "-p", "claude"], "claude"],
  [["flock", "-n", "/tmp/lock", "claude"], "claude"],
  [["xvfb-run", "-a", "-s", "-screen 0", "claude"], "claude"],
  [["ionice", "-c", "3", "env", "A=b", "timeout", "5", "codex"], "codex"],
  // A shell's text
  [["bash", "-c", "claude"], "claude"],
  [["bash", "-lc", "claude -p 'a b'"], "claude -p a b"],
  [["sh", "-e", "-o", "pipefail", "-c", "cd sub && exec claude -c"], "claude -c"],
  [["bash", "-eo", "pipefail", "-c", "codex exec x | tee log"], "codex exec x"],
  [["bash", "-c", "-l", "claude"], "claude"],
  [["zsh", "-c", 'while :; do claude -p "$(cat PROMPT.md)"; done'], "claude -p $(cat PROMPT.md)"],
  [["sh", "-c", "if [ -f x ]; then X=1 timeout 5 claude -p x; fi"], "claude -p x"],
  [["sh", "-c", "npm test; (claude -p fix) >out 2>&1 &"], "claude -p fix"],
  [["sh", "-c", 'env A=1 bash -c "codex exec"'], "codex exec"],
  [["sh", "-c", '"$1" x', "sh", "claude"], "generic"],
  [["script", "-qc", "claude", "/dev/null"], "claude"],
  // What only mentions one
  [["claude-like"], "generic"],
  [["echo", "claude"], "generic"],
  [["grep", "-r", "claude", "."], "generic"],
  [["sh", "-c", "echo 'claude; claude'; which claude # claude"], "generic"],
  [["sh", "-c", 'echo "x\n; claude"'], "generic"],
  [["bash", "claude.sh"], "generic"],
  [["npm", "install", "@anthropic-ai/claude-code"], "generic"],
  [["npx", "@anthropic-ai/claude-code-router"], "generic"],
  [["env", "X=claude"], "generic"],
  [["timeout", "claude"], "generic"],
  [["sh", "-c", ""], "generic"],
  [["sh", "-c"], "generic"],
  [["env", "constructor"], "generic"],
  [["toString", "claude"], "generic"],
  [[], "generic"],
])("the command %j starts %s", (command, agent) => {
  expect(started(command)).toBe(agent);
});

test("wrappers within each other without end are read to a depth", () => {
  expect(started([...Array.from({ length: 8 }, () => "nohup"), "claude"])).toBe("claude");
  expect(started([...Array.from({ length: 5000 }, () => "nohup"), "claude"])).toBe("generic");
});

test("a shell's text is read in its words, in time", () => {
  expect(
    readShellCommands("a 'b c'\"d e\"\\ f >x 2>&1 &>y;\n#z\nA=1 B+=2 g && { h; }\n! i"),
  ).toEqual([["a", "b cd e f", "x", "2", "1", "y"], ["g"], ["h"], ["}"], ["i"]]);
  const began = performance.now();
  readShellCommands(`${"'\"\\".repeat(30_000)}${" a".repeat(60_000)}`);
  expect(performance.now() - began).toBeLessThan(2000);
});

test.each(["'", '"', "\\", "a'b", '"\\', "#", "$(", "\u0000"])(
  "a shell's text is read though it isn't whole: %j",
  (text) => {
    expect(() => readShellCommands(text)).not.toThrow();
  },
);
