import type { Preset } from "./preset.ts";

export const openai: Preset = {
  name: "openai",
  summary: "OpenAI's Responses, Chat Completions and Embeddings APIs; no files, no administration",
  source: "https://platform.openai.com/docs/api-reference/authentication",
  rules: [
    "POST https://api.openai.com/v1/responses",
    "POST https://api.openai.com/v1/responses/compact",
    "POST https://api.openai.com/v1/responses/*/cancel",
    "GET https://api.openai.com/v1/responses/*",
    "POST https://api.openai.com/v1/chat/completions",
    "POST https://api.openai.com/v1/embeddings",
    "GET https://api.openai.com/v1/models",
    "GET https://api.openai.com/v1/models/*",
  ],
  credential: {
    env: ["OPENAI_API_KEY", "CODEX_API_KEY"],
    bindings: [{ host: "api.openai.com", scheme: { type: "bearer" } }],
    placeholder: { prefix: "sk-proj-", length: 156, alphabet: "base64url" },
    test: { path: "/v1/models" },
  },
};
