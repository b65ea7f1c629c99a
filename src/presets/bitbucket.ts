import type { Preset } from "./preset.ts";

// A repository, project or workspace access token: git wants it as the password of `x-token-auth`, the API as Bearer.
// (An API token of a person is a custom credential: --host bitbucket.org --basic x-bitbucket-api-token-auth.)
export const bitbucket: Preset = {
  name: "bitbucket",
  summary: "Bitbucket Cloud: reading by the REST API, clone and fetch; no push",
  source: "https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/",
  rules: [
    "GET,HEAD https://api.bitbucket.org/2.0/**",
    "GET https://bitbucket.org/*/*/info/refs",
    "POST https://bitbucket.org/*/*/git-upload-pack",
  ],
  credential: {
    env: ["BITBUCKET_TOKEN"],
    bindings: [
      { host: "api.bitbucket.org", scheme: { type: "bearer" } },
      { host: "bitbucket.org", scheme: { type: "basic", username: "x-token-auth" } },
    ],
    placeholder: { prefix: "ATCTT3xFfGN0", length: 180, alphabet: "base64url" },
    test: { path: "/2.0/user" },
  },
};
