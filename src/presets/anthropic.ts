import type { Preset } from "./preset.ts";

// Below /v1/messages only these two paths: /v1/messages/batches runs later and unseen, /v1/files keeps what is uploaded.
// The paths below /api are what Claude Code reads when it starts.
export const anthropic: Preset = {
  name: "anthropic",
  summary: "Anthropic's Messages API with an API key; no Files, Batches or Admin API",
  source: "https://docs.claude.com/en/api/overview",
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
  ],
  credential: {
    env: ["ANTHROPIC_API_KEY"],
    bindings: [{ host: "api.anthropic.com", scheme: { type: "header", header: "x-api-key" } }],
    placeholder: { prefix: "sk-ant-api03-", length: 93, alphabet: "base64url", suffix: "AA" },
    test: { path: "/v1/models", headers: { "anthropic-version": "2023-06-01" } },
  },
};
