import type { Preset } from "./preset.ts";

export const notion: Preset = {
  name: "notion",
  summary: "Notion: reading pages, databases and search; no changes",
  source: "https://developers.notion.com/reference/authentication",
  rules: [
    "GET https://api.notion.com/v1/**",
    "POST https://api.notion.com/v1/search",
    "POST https://api.notion.com/v1/databases/*/query",
    "POST https://api.notion.com/v1/data_sources/*/query",
  ],
  credential: {
    env: ["NOTION_TOKEN", "NOTION_API_KEY"],
    bindings: [{ host: "api.notion.com", scheme: { type: "bearer" } }],
    placeholder: { prefix: "ntn_", length: 46, alphabet: "alphanumeric" },
    test: { path: "/v1/users/me", headers: { "Notion-Version": "2022-06-28" } },
  },
};
