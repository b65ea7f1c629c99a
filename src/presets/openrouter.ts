import type { Preset } from "./preset.ts";

export const openrouter: Preset = {
  name: "openrouter",
  summary: "OpenRouter: completions and the list of models; no key management",
  source: "https://openrouter.ai/docs/api/reference/authentication",
  rules: [
    "POST https://openrouter.ai/api/v1/chat/completions",
    "POST https://openrouter.ai/api/v1/responses",
    "POST https://openrouter.ai/api/v1/embeddings",
    "GET https://openrouter.ai/api/v1/models",
    "GET https://openrouter.ai/api/v1/models/**",
    "GET https://openrouter.ai/api/v1/generation",
    "GET https://openrouter.ai/api/v1/key",
  ],
  credential: {
    env: ["OPENROUTER_API_KEY"],
    bindings: [{ host: "openrouter.ai", pathPrefix: "/api", scheme: { type: "bearer" } }],
    placeholder: { prefix: "sk-or-v1-", length: 64, alphabet: "hex" },
    test: { path: "/api/v1/key" },
  },
};
