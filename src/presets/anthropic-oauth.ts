import { anthropic } from "./anthropic.ts";
import type { Preset } from "./preset.ts";

// The same API under another credential: what is granted to one is written once
export const anthropicOauth: Preset = {
  name: "anthropic-oauth",
  summary: "Anthropic's Messages API with a Claude subscription token (claude setup-token)",
  source: "https://code.claude.com/docs/en/authentication",
  rules: [
    ...anthropic.rules,
    "GET https://api.anthropic.com/api/oauth/profile",
    "GET https://api.anthropic.com/api/oauth/usage",
    "GET https://api.anthropic.com/api/oauth/account/settings",
    "GET https://api.anthropic.com/api/oauth/claude_cli/roles",
  ],
  credential: {
    env: ["CLAUDE_CODE_OAUTH_TOKEN"],
    bindings: [{ host: "api.anthropic.com", scheme: { type: "bearer" } }],
    placeholder: { prefix: "sk-ant-oat01-", length: 93, alphabet: "base64url", suffix: "AA" },
    test: {
      path: "/v1/models",
      headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "oauth-2025-04-20" },
    },
  },
};
