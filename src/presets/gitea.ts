import type { Preset, PresetBinding } from "./preset.ts";

// Gitea and Forgejo take a token as the password of whatever user, and `token` before it at the API
function bindingsAt(host: string): readonly PresetBinding[] {
  return [
    {
      host,
      pathPrefix: "/api",
      scheme: { type: "header", header: "Authorization", prefix: "token " },
    },
    { host, scheme: { type: "basic", username: "git" } },
  ];
}

export const gitea: Preset = {
  name: "gitea",
  summary:
    "Gitea or Forgejo (gitea.com, your own by --host): reading by the REST API, clone and fetch; no push",
  source: "https://docs.gitea.com/development/api-usage",
  rules: [
    "GET,HEAD https://gitea.com/api/v1/**",
    "GET https://gitea.com/*/*/info/refs",
    "POST https://gitea.com/*/*/git-upload-pack",
  ],
  credential: {
    env: ["GITEA_TOKEN"],
    bindings: bindingsAt("gitea.com"),
    ownHost: bindingsAt("{host}"),
    placeholder: { prefix: "", length: 40, alphabet: "hex" },
    test: { path: "/api/v1/user" },
  },
};
