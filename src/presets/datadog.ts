import type { Preset } from "./preset.ts";

export const datadog: Preset = {
  name: "datadog",
  summary: "Datadog (US1): sending metrics, events and logs; reading needs datadog-app too",
  source: "https://docs.datadoghq.com/api/latest/authentication/",
  rules: [
    "GET https://api.datadoghq.com/api/v1/validate",
    "POST https://api.datadoghq.com/api/v1/series",
    "POST https://api.datadoghq.com/api/v2/series",
    "POST https://api.datadoghq.com/api/v1/events",
    "POST https://http-intake.logs.datadoghq.com/api/v2/logs",
  ],
  credential: {
    env: ["DD_API_KEY"],
    bindings: [
      { host: "api.datadoghq.com", scheme: { type: "header", header: "DD-API-KEY" } },
      { host: "http-intake.logs.datadoghq.com", scheme: { type: "header", header: "DD-API-KEY" } },
    ],
    placeholder: { prefix: "", length: 32, alphabet: "hex" },
    test: { path: "/api/v1/validate", refusedBy: [403] },
  },
};
