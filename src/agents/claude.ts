import type { AgentProfile, HomeContext, HomeFile } from "./agent-profile.ts";
import { claudeLogin } from "./claude-login.ts";
import { startsAgent } from "./detect-command.ts";
import { policyNote } from "./policy-note.ts";

const packageName = "@anthropic-ai/claude-code";
const executable = "claude";

/** Claude Code keeps an approved key as its last characters. */
const approvedKeyLength = 20;

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
};

function homeFiles(context: HomeContext): readonly HomeFile[] {
  return [
    {
      path: ".claude.json",
      mode: 0o600,
      content: toJson(startState(context)),
      existing: "merge-json",
    },
    {
      path: ".claude/settings.json",
      mode: 0o644,
      // The check asks the vendor about each host first; the proxy's policy decides here
      content: toJson({ skipWebFetchPreflight: true, skipDangerousModePermissionPrompt: true }),
      existing: "merge-json",
    },
    { path: ".claude/CLAUDE.md", mode: 0o644, content: policyNote, existing: "keep" },
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
