import type { Preset } from "./preset.ts";

export const google: Preset = {
  name: "google",
  summary: "Google's Gemini API; no file uploads, no cached contents",
  source: "https://ai.google.dev/api",
  rules: [
    "POST https://generativelanguage.googleapis.com/v1/models/*:generateContent",
    "POST https://generativelanguage.googleapis.com/v1/models/*:streamGenerateContent",
    "POST https://generativelanguage.googleapis.com/v1/models/*:countTokens",
    "POST https://generativelanguage.googleapis.com/v1/models/*:embedContent",
    "POST https://generativelanguage.googleapis.com/v1/models/*:batchEmbedContents",
    "POST https://generativelanguage.googleapis.com/v1beta/models/*:generateContent",
    "POST https://generativelanguage.googleapis.com/v1beta/models/*:streamGenerateContent",
    "POST https://generativelanguage.googleapis.com/v1beta/models/*:countTokens",
    "POST https://generativelanguage.googleapis.com/v1beta/models/*:embedContent",
    "POST https://generativelanguage.googleapis.com/v1beta/models/*:batchEmbedContents",
    "GET https://generativelanguage.googleapis.com/v1/models",
    "GET https://generativelanguage.googleapis.com/v1/models/*",
    "GET https://generativelanguage.googleapis.com/v1beta/models",
    "GET https://generativelanguage.googleapis.com/v1beta/models/*",
  ],
  credential: {
    env: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    bindings: [
      {
        host: "generativelanguage.googleapis.com",
        scheme: { type: "header", header: "x-goog-api-key" },
      },
    ],
    placeholder: { prefix: "AIza", length: 35, alphabet: "base64url" },
    test: { path: "/v1beta/models", refusedBy: [400] },
  },
};
