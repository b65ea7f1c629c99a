import type { Preset } from "./preset.ts";

export const gitlab: Preset = {
  name: "gitlab",
  summary: "GitLab.com: reading by the REST API, clone and fetch; no push, no GraphQL",
  source: "https://docs.gitlab.com/api/rest/authentication/",
  rules: [
    "GET,HEAD https://gitlab.com/api/v4/**",
    "GET https://gitlab.com/**/info/refs",
    "POST https://gitlab.com/**/git-upload-pack",
  ],
  credential: {
    env: ["GITLAB_TOKEN"],
    bindings: [
      {
        host: "gitlab.com",
        pathPrefix: "/api",
        scheme: { type: "header", header: "PRIVATE-TOKEN" },
      },
      { host: "gitlab.com", scheme: { type: "basic", username: "oauth2" } },
    ],
    placeholder: { prefix: "glpat-", length: 27, alphabet: "base64url", suffix: ".010000000" },
  },
};
