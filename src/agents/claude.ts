import {
  type AgentLogin,
  type AgentProfile,
  type AgentTranscripts,
  type HomeContext,
  type HomeFile,
  isInforming,
  type MachineContext,
  type MachineFile,
} from "./agent-profile.ts";
import { startsAgent } from "./detect-command.ts";
import { policyNote } from "./policy-note.ts";

const subcommands: ReadonlySet<string> = new Set([
  "config",
  "doctor",
  "install",
  "mcp",
  "migrate-installer",
  "plugin",
  "update",
]);

/** How Claude Code finds its credential, in its own order: code.claude.com/docs/en/authentication. */
const claudeLogin: AgentLogin = {
  variables: ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"],
  offers: [
    {
      preset: "anthropic-oauth",
      what: "with a Claude subscription, a token for a year",
      command: "claude setup-token",
    },
    { preset: "anthropic", what: "with an API key of the Anthropic Console, billed by use" },
  ],
  host: "api.anthropic.com",
  elsewhere: [
    "ANTHROPIC_BASE_URL",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_USE_FOUNDRY",
  ],
  asksNothing: (args) => isInforming(args, subcommands),
};

const packageName = "@anthropic-ai/claude-code";
const executable = "claude";

/** Claude Code keeps an approved key as its last characters. */
const approvedKeyLength = 20;

/** A path with each character that is no letter or digit as a hyphen. */
const projectFolder = /^[A-Za-z0-9-]{1,255}$/;
const session = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A folder for each folder that it was started in, in it a file for each conversation, and beside that what the
 * conversation refers to: those of its sub-agents, and outputs that were too long for it. Its `memory` isn't among them,
 * which it would read by itself. Observed with version 2.1.332.
 */
const transcripts: AgentTranscripts = {
  folder: ".claude/projects",
  forms: [
    [projectFolder, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl$/],
    [projectFolder, session, /^subagents$/, /^agent-[\w-]{1,100}\.jsonl$/],
    [projectFolder, session, /^tool-results$/, /^[\w-]{1,100}\.txt$/],
  ],
};

/**
 * Claude Code. Sources: docs.claude.com/en/docs/claude-code/{settings,iam,network-config}; what it asks for at its
 * start was observed with version 2.1.197.
 */
export const claude: AgentProfile = {
  name: "claude",
  summary: "Claude Code",
  // Its install script links the platform's program into place; without it `claude` does not start
  npmPackage: { name: packageName, version: "latest", installScripts: true },
  executable,
  detects: (command) => startsAgent(command, { executable, packageName }),
  presets: ["anthropic"],
  rules: [],
  login: claudeLogin,
  env: {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_TELEMETRY: "1",
    // Connectors would be reached by the vendor's servers, beside the policy
    ENABLE_CLAUDEAI_MCP_SERVERS: "false",
    // Allows --dangerously-skip-permissions as uid 0: the container is the sandbox
    IS_SANDBOX: "1",
  },
  homeFiles,
  machineFiles,
  transcripts,
};

function homeFiles(context: HomeContext): readonly HomeFile[] {
  return [
    {
      path: ".claude.json",
      mode: 0o600,
      content: toJson(startState(context)),
      existing: "merge-json",
    },
  ];
}

/** Beside those that an image has: both folders are read wholly (docs.claude.com/en/docs/claude-code/settings). */
function machineFiles({ keepsHistory }: MachineContext): readonly MachineFile[] {
  const settings = {
    // The check asks the vendor about each host first; the proxy's policy decides here
    skipWebFetchPreflight: true,
    skipDangerousModePermissionPrompt: true,
    // Its own place is among the conversations, where another session of the project could write to it
    ...(keepsHistory ? { autoMemoryDirectory: "~/.claude/memory" } : {}),
  };
  return [
    { path: "/etc/claude-code/managed-settings.d/vaultbox.json", content: toJson(settings) },
    { path: "/etc/claude-code/.claude/rules/vaultbox.md", content: policyNote },
  ];
}

/** The state after a first start, so that there is no onboarding, no trust question and no question about the key. */
function startState(context: HomeContext): object {
  const key = context.placeholders["ANTHROPIC_API_KEY"];
  return {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    ...(key === undefined
      ? {}
      : { customApiKeyResponses: { approved: [key.slice(-approvedKeyLength)], rejected: [] } }),
    projects: {
      [context.workspace]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true },
    },
  };
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
