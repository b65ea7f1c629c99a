import type { Preset } from "./preset.ts";

// Large files come from storage hosts, by signed URLs or a short-lived read token that the hub hands to the client.
export const huggingface: Preset = {
  name: "huggingface",
  summary: "Hugging Face: downloading models and datasets, and the inference router; no uploads",
  source: "https://huggingface.co/docs/hub/security-tokens",
  rules: [
    "GET,HEAD https://huggingface.co/**",
    "POST https://huggingface.co/api/models/*/*/paths-info/*",
    "POST https://huggingface.co/api/datasets/*/*/paths-info/*",
    "POST https://router.huggingface.co/v1/chat/completions",
    "GET https://router.huggingface.co/v1/models",
  ],
  rulesWithClientCredentials: ["GET,HEAD https://*.hf.co/**"],
  credential: {
    env: ["HF_TOKEN"],
    bindings: [
      { host: "huggingface.co", scheme: { type: "bearer" } },
      { host: "router.huggingface.co", scheme: { type: "bearer" } },
    ],
    placeholder: { prefix: "hf_", length: 34, alphabet: "alphanumeric" },
    test: { path: "/api/whoami-v2" },
  },
};
