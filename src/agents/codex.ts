import type { AgentProfile, HomeContext, HomeFile } from "./agent-profile.ts";
import { codexLogin } from "./codex-login.ts";
import { startsAgent } from "./detect-command.ts";
import { policyNote } from "./policy-note.ts";

const packageName = "@openai/codex";
const executable = "codex";

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
};

function homeFiles(context: HomeContext): readonly HomeFile[] {
  const key = context.placeholders["OPENAI_API_KEY"];
  const files: HomeFile[] = [
    {
      path: ".codex/config.toml",
      mode: 0o600,
      content: configText(context.workspace),
      existing: "keep",
    },
    { path: ".codex/AGENTS.md", mode: 0o644, content: policyNote, existing: "keep" },
  ];
  if (key !== undefined) {
    // Codex reads a key from here and not from the environment
    const content = `${JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: key })}\n`;
    files.push({ path: ".codex/auth.json", mode: 0o600, content, existing: "replace" });
  }
  return files;
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
