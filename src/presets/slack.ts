import type { Preset } from "./preset.ts";

// Slack's clients ask questions with POST too; the method's name decides.
export const slack: Preset = {
  name: "slack",
  summary: "Slack: reading channels, messages and users; no posting",
  source: "https://docs.slack.dev/authentication/tokens",
  rules: [
    "GET,POST https://slack.com/api/auth.test",
    "GET,POST https://slack.com/api/conversations.list",
    "GET,POST https://slack.com/api/conversations.info",
    "GET,POST https://slack.com/api/conversations.history",
    "GET,POST https://slack.com/api/conversations.replies",
    "GET,POST https://slack.com/api/conversations.members",
    "GET,POST https://slack.com/api/users.list",
    "GET,POST https://slack.com/api/users.info",
    "GET,POST https://slack.com/api/search.messages",
  ],
  credential: {
    env: ["SLACK_BOT_TOKEN", "SLACK_TOKEN"],
    bindings: [{ host: "slack.com", pathPrefix: "/api", scheme: { type: "bearer" } }],
    placeholder: {
      prefix: "xoxb-000000000000-0000000000000-",
      length: 24,
      alphabet: "alphanumeric",
    },
    test: { path: "/api/auth.test", body: "{}", acceptedBy: "ok" },
  },
};
