import type { Preset } from "./preset.ts";

export const sentry: Preset = {
  name: "sentry",
  summary: "Sentry: reading issues, events and projects; no changes, no uploads",
  source: "https://docs.sentry.io/api/auth/",
  rules: [
    "GET https://sentry.io/api/0/**",
    "GET https://us.sentry.io/api/0/**",
    "GET https://de.sentry.io/api/0/**",
  ],
  credential: {
    env: ["SENTRY_AUTH_TOKEN"],
    bindings: [
      { host: "sentry.io", pathPrefix: "/api", scheme: { type: "bearer" } },
      { host: "us.sentry.io", pathPrefix: "/api", scheme: { type: "bearer" } },
      { host: "de.sentry.io", pathPrefix: "/api", scheme: { type: "bearer" } },
    ],
    placeholder: { prefix: "sntryu_", length: 64, alphabet: "hex" },
    test: { path: "/api/0/organizations/" },
  },
};
