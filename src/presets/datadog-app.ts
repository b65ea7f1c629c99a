import type { Preset } from "./preset.ts";

/** The second key that Datadog wants of who reads; it goes on a request beside the API key of the preset `datadog`. */
export const datadogApp: Preset = {
  name: "datadog-app",
  summary: "Datadog (US1): reading metrics, logs, monitors and dashboards, beside datadog",
  source: "https://docs.datadoghq.com/api/latest/authentication/",
  rules: [
    // Nothing of /api/v1/api_key and the like: these answers have keys in them
    "GET https://api.datadoghq.com/api/v2/validate_keys",
    "GET https://api.datadoghq.com/api/v1/query",
    "POST https://api.datadoghq.com/api/v2/query/*",
    "GET https://api.datadoghq.com/api/v1/metrics/**",
    "GET https://api.datadoghq.com/api/v1/events/**",
    "GET https://api.datadoghq.com/api/v1/monitor/**",
    "GET https://api.datadoghq.com/api/v1/dashboard/**",
    "POST https://api.datadoghq.com/api/v2/logs/events/search",
    "POST https://api.datadoghq.com/api/v2/logs/analytics/aggregate",
    "POST https://api.datadoghq.com/api/v2/spans/events/search",
  ],
  credential: {
    env: ["DD_APP_KEY"],
    bindings: [
      { host: "api.datadoghq.com", scheme: { type: "header", header: "DD-APPLICATION-KEY" } },
    ],
    placeholder: { prefix: "", length: 40, alphabet: "hex" },
    test: { path: "/api/v2/validate_keys", beside: "datadog", refusedBy: [403] },
  },
};
