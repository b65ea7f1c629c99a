import type { Preset, PresetBinding } from "./preset.ts";

// Git takes the token as the password of a user that isn't empty, `oauth2` for every kind of token
// (https://docs.gitlab.com/user/profile/personal_access_tokens/#clone-repository-using-personal-access-token)
function bindingsAt(host: string): readonly PresetBinding[] {
  return [
    { host, pathPrefix: "/api", scheme: { type: "header", header: "PRIVATE-TOKEN" } },
    { host, scheme: { type: "basic", username: "oauth2" } },
  ];
}

export const gitlab: Preset = {
  name: "gitlab",
  summary:
    "GitLab (gitlab.com, your own by --host): reading by the REST API, clone and fetch; no push, no GraphQL",
  source: "https://docs.gitlab.com/api/rest/authentication/",
  rules: [
    "GET,HEAD https://gitlab.com/api/v4/**",
    "GET https://gitlab.com/**/info/refs",
    "POST https://gitlab.com/**/git-upload-pack",
  ],
  credential: {
    env: ["GITLAB_TOKEN"],
    bindings: bindingsAt("gitlab.com"),
    ownHost: bindingsAt("{host}"),
    placeholder: { prefix: "glpat-", length: 27, alphabet: "base64url", suffix: ".010000000" },
    test: { path: "/api/v4/user" },
  },
};
