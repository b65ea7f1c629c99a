import {
  type AgentLogin,
  type AgentProfile,
  type AgentTranscripts,
  type HomeContext,
  type HomeFile,
  isInforming,
  type MachineContext,
  type MachineFile,
} from "./agent-profile.ts";
import { startsAgent } from "./detect-command.ts";
import { policyNote } from "./policy-note.ts";

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
const codexLogin: AgentLogin = {
  variables: ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"],
  offers: [{ preset: "openai", what: "with an API key of the OpenAI platform, billed by use" }],
  host: "api.openai.com",
  elsewhere: [],
  asksNothing: (args) =>
    isInforming(args, subcommands) || args.some((argument) => ownModel.test(argument)),
};

const packageName = "@openai/codex";
const executable = "codex";

/** A file for each conversation, in folders by its day. It makes its index of them anew. Observed with version 0.171.0. */
const transcripts: AgentTranscripts = {
  folder: ".codex/sessions",
  forms: [
    [
      /^\d{4}$/,
      /^\d{2}$/,
      /^\d{2}$/,
      /^rollout-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl(?:\.zst)?$/,
    ],
  ],
};

/**
 * Codex. Source: developers.openai.com/codex/config-reference; what it asks for at its start was observed with
 * version 0.169.0.
 */
export const codex: AgentProfile = {
  name: "codex",
  summary: "OpenAI Codex",
  npmPackage: { name: packageName, version: "latest", installScripts: false },
  executable,
  detects: (command) => startsAgent(command, { executable, packageName }),
  presets: ["openai"],
  rules: [],
  login: codexLogin,
  env: {},
  homeFiles,
  machineFiles,
  transcripts,
};

function homeFiles(context: HomeContext): readonly HomeFile[] {
  const key = context.placeholders["OPENAI_API_KEY"];
  if (key === undefined) return [];
  // Codex reads a key from here and not from the environment
  const content = `${JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: key })}\n`;
  return [{ path: ".codex/auth.json", mode: 0o600, content, existing: "replace" }];
}

/** In the place of the one that an image has; what the user's own says is put over it, key by key. */
function machineFiles({ workspace }: MachineContext): readonly MachineFile[] {
  return [{ path: "/etc/codex/config.toml", content: configText(workspace) }];
}

/**
 * - Its own sandbox needs namespaces that a container has not, and ours is around it.
 * - The built-in provider opens a WebSocket first, in which the proxy could judge no request; it can't be told
 *   otherwise (openai/codex#27381), so the same API is named as a provider of our own.
 * - Plugins and apps are fetched from hosts that are not allowed, three tries each at every start.
 * - Its daemon copies the whole program into HOME and looks for updates; the container ends with the command anyway.
 */
function configText(workspace: string): string {
  return `model_provider = "openai-https"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
developer_instructions = ${toTomlString(policyNote)}

[model_providers.openai-https]
name = "OpenAI"
base_url = "https://api.openai.com/v1"
wire_api = "responses"
requires_openai_auth = true
supports_websockets = false

[projects.${toTomlString(workspace)}]
trust_level = "trusted"

[analytics]
enabled = false

[feedback]
enabled = false

[features]
apps = false
daemon_auto_start = false
in_app_updates = false
plugins = false
remote_plugin = false
`;
}

/** A TOML basic string has JSON's escapes, and DEL must be escaped too. */
function toTomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
