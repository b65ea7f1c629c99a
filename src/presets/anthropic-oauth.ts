import type { Preset } from "./preset.ts";

export const anthropicOauth: Preset = {
  name: "anthropic-oauth",
  summary: "Anthropic's Messages API with a Claude subscription token (claude setup-token)",
  source: "https://code.claude.com/docs/en/authentication",
  rules: [
    "POST https://api.anthropic.com/v1/messages",
    "POST https://api.anthropic.com/v1/messages/count_tokens",
    "GET https://api.anthropic.com/v1/models",
    "GET https://api.anthropic.com/v1/models/*",
    "GET,HEAD https://api.anthropic.com/api/hello",
    "GET https://api.anthropic.com/api/claude_cli/bootstrap",
    "GET https://api.anthropic.com/api/claude_code/settings",
    "GET https://api.anthropic.com/api/claude_code/policy_limits",
    "GET https://api.anthropic.com/api/claude_code/organizations/metrics_enabled",
    "GET https://api.anthropic.com/api/claude_code_penguin_mode",
    "GET https://api.anthropic.com/api/claude_code_grove",
    "GET https://api.anthropic.com/api/web/domain_info",
    "GET https://api.anthropic.com/api/oauth/profile",
    "GET https://api.anthropic.com/api/oauth/usage",
    "GET https://api.anthropic.com/api/oauth/account/settings",
    "GET https://api.anthropic.com/api/oauth/claude_cli/roles",
  ],
  credential: {
    env: ["CLAUDE_CODE_OAUTH_TOKEN"],
    bindings: [{ host: "api.anthropic.com", scheme: { type: "bearer" } }],
    placeholder: { prefix: "sk-ant-oat01-", length: 93, alphabet: "base64url", suffix: "AA" },
  },
};
