import { type AgentLogin, isInforming } from "./agent-login.ts";

const subcommands: ReadonlySet<string> = new Set([
  "apply",
  "completion",
  "debug",
  "features",
  "login",
  "logout",
  "mcp",
  "sandbox",
]);

/** A model of the user's own: `--oss`, or a provider that is named (developers.openai.com/codex/config-reference). */
const ownModel = /^(?:--oss|--local-provider(?:=.*)?|(?:--config=|-c)?\s*model_provider\s*=.*)$/;

/** How Codex finds its credential: developers.openai.com/codex/auth. */
export const codexLogin: AgentLogin = {
  variables: ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"],
  offers: [{ preset: "openai", what: "with an API key of the OpenAI platform, billed by use" }],
  host: "api.openai.com",
  elsewhere: [],
  asksNothing: (args) =>
    isInforming(args, subcommands) || args.some((argument) => ownModel.test(argument)),
};
