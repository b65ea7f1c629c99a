import { type AgentLogin, isInforming } from "./agent-login.ts";

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
export const claudeLogin: AgentLogin = {
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
