import type { Preset } from "./preset.ts";

export const linear: Preset = {
  name: "linear",
  summary: "Linear: GraphQL, one path for reading and writing, so the key's own scope is the limit",
  source: "https://linear.app/developers/graphql",
  rules: ["POST https://api.linear.app/graphql"],
  credential: {
    env: ["LINEAR_API_KEY"],
    bindings: [{ host: "api.linear.app", scheme: { type: "header", header: "Authorization" } }],
    placeholder: { prefix: "lin_api_", length: 40, alphabet: "alphanumeric" },
    test: { path: "/graphql", body: '{"query":"{ viewer { id } }"}', refusedBy: [400] },
  },
};
