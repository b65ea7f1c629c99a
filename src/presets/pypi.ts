import type { Preset } from "./preset.ts";

// No variable carries an index token for pip: the credential is attached to whatever pip asks of the index.
export const pypi: Preset = {
  name: "pypi",
  summary: "Reading packages from the index of your own pip configuration; no uploads",
  source: "https://pip.pypa.io/en/stable/topics/configuration/",
  rules: ["GET,HEAD {registry}/**"],
  client: "pip",
  credential: {
    env: [],
    bindings: [{ host: "{registry}", scheme: { type: "basic", username: "__token__" } }],
    placeholder: { prefix: "pypi-", length: 160, alphabet: "base64url" },
  },
};
