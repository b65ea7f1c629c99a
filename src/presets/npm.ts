import type { Preset } from "./preset.ts";

export const npm: Preset = {
  name: "npm",
  summary:
    "Reading packages and advisories from the registry of your own npm configuration; no publishing",
  source: "npm help 7 config; npm help audit",
  rules: [
    "GET,HEAD {registry}/**",
    "POST {registry}/-/npm/v1/security/advisories/bulk",
    "POST {registry}/-/npm/v1/security/audits/quick",
  ],
  client: "npm",
  credential: {
    env: ["NPM_TOKEN"],
    bindings: [{ host: "{registry}", scheme: { type: "bearer" } }],
    placeholder: { prefix: "npm_", length: 36, alphabet: "alphanumeric" },
    test: { path: "/-/whoami" },
  },
};
