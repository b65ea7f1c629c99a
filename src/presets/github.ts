import type { Preset } from "./preset.ts";

// info/refs answers a push's first question too; without POST git-receive-pack nothing is pushed.
// A fine-grained token's shape: some clients refuse the classic one.
export const github: Preset = {
  name: "github",
  summary:
    "GitHub: reading by the REST API, clone and fetch, release downloads; no push, no GraphQL (one path for everything)",
  source: "https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api",
  rules: [
    "GET,HEAD https://api.github.com/**",
    "GET https://github.com/*/*/info/refs",
    "POST https://github.com/*/*/git-upload-pack",
    "GET,HEAD https://raw.githubusercontent.com/**",
    "GET,HEAD https://codeload.github.com/**",
    // Both lead to codeload and to the hosts of release assets, by URLs that are signed for some minutes
    // (https://docs.github.com/en/actions/concepts/runners/communicating-with-self-hosted-runners names them)
    "GET,HEAD https://github.com/*/*/archive/**",
    "GET,HEAD https://github.com/*/*/releases/download/**",
    "GET,HEAD https://github.com/*/*/releases/latest/download/**",
    "GET,HEAD https://release-assets.githubusercontent.com/**?*",
    "GET,HEAD https://objects.githubusercontent.com/**?*",
  ],
  credential: {
    env: ["GH_TOKEN", "GITHUB_TOKEN"],
    bindings: [
      { host: "api.github.com", scheme: { type: "bearer" } },
      { host: "github.com", scheme: { type: "basic", username: "x-access-token" } },
    ],
    // GitHub Enterprise Server has its API below /api of the same host
    ownHost: [
      { host: "{host}", pathPrefix: "/api", scheme: { type: "bearer" } },
      { host: "{host}", scheme: { type: "basic", username: "x-access-token" } },
    ],
    placeholder: { prefix: "github_pat_", length: 82, alphabet: "alphanumeric" },
    test: { path: "/user", ownHostPath: "/api/v3/user" },
  },
};
