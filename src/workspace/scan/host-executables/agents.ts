/** Coding agents: instructions that they obey, and hooks, commands and servers that they start. */
export const agentFiles = `
agent instructions
  AGENTS.md | agents.md agent.md agents.*.md agent.*.md .agents.md | agents.md
  Claude Code | claude.md claude.*.md .claude.md | docs.claude.com/en/docs/claude-code/memory
  Gemini CLI | gemini.md gemini.*.md | github.com/google-gemini/gemini-cli/blob/main/docs/cli/gemini-md.md
  GitHub Copilot | copilot-instructions.md *.instructions.md *.prompt.md *.chatmode.md *.agent.md .copilot/ .github/instructions/
      .github/prompts/ .github/chatmodes/ .github/agents/ .github/skills/ .github/hooks/ .github/copilot/ .copilotignore
      copilot-setup-steps.yml git-commit-instructions.md |
      docs.github.com/en/copilot/how-tos/configure-custom-instructions/add-repository-instructions
  Codex, Qwen Code, Crush | codex.md codex.*.md qwen.md qwen.*.md crush.md crush.*.md | github.com/openai/codex/blob/main/docs/agents_md.md
  Cursor | .cursorrules *.mdc | cursor.com/docs/context/rules
  Windsurf | .windsurfrules | docs.windsurf.com/windsurf/cascade/memories
  Cline, Roo, Kilo | .clinerules .clinerules-* .roorules .roorules-* .roomodes .zoomodes .kilocoderules .kilocodemodes .rooignore
      .clineignore | docs.cline.bot/features/cline-rules
  goose | .goosehints .goosehints.* .gooseignore | block.github.io/goose/docs/guides/context-engineering/using-goosehints
  Warp, Replit, Jules, Letta | warp.md replit.md jules.md letta.md .letta/ | docs.warp.dev/agent-platform/capabilities/rules
  aider | conventions.md | aider.chat/docs/usage/conventions.html
  Zed, Ruler, rulesync | .rules .ruler/ .rulesync/ rulesync.jsonc rulesync.json | zed.dev/docs/ai/rules
  Bolt, Lovable, v0 | .bolt/ lovable.md .lovable/ .v0/ | support.bolt.new/building/using-bolt/prompts
  skills | skill.md | agentskills.io/specification
  llms.txt | llms.txt llms-full.txt llms-*.txt | llmstxt.org
  specifications that agents follow | .specify/ .spec-workflow/ .openspec/ openspec/agents.md openspec/project.md .taskmaster/ .bmad-core/
      .bmad/ _bmad/ memory-bank/ .memory-bank/ .prompts/ .promptx/ | github.com/github/spec-kit#-what-is-spec-driven-development
  Devin, Sweep, CodeRabbit, Greptile | .devin/ sweep.yaml .sweep/ .coderabbit.yaml .coderabbit.yml greptile.json .greptile/ ellipsis.yaml
      .bito/ .bito.yaml .sourcery.yaml .pr_agent.toml .cubic.yaml | docs.coderabbit.ai/reference/configuration
MCP servers
  Model Context Protocol | .mcp.json .vscode/mcp.json mcp.json mcp_config.json .mcp.yaml mcp.yaml mcp.toml .mcp/ mcp-servers.json
      mcp_servers.json mcp_settings.json mcp_agent.config.yaml mcp-config.json .mcp-config.json *.mcpb *.dxt smithery.yaml |
      modelcontextprotocol.io/docs/develop/connect-local-servers
  A2A, ACP | .well-known/agent.json .well-known/agent-card.json acp.json | a2a-protocol.org/latest/topics/agent-discovery
Claude Code settings
  Claude Code | .claude/ .claude-plugin/ .claude.json .claudeignore claude_desktop_config.json |
      docs.claude.com/en/docs/claude-code/settings
  Claude Code plugins | hooks/hooks.json .lsp.json | docs.claude.com/en/docs/claude-code/plugins-reference
  Claude Flow, SuperClaude | .claude-flow/ .swarm/ .hive-mind/ .superclaude/ | github.com/ruvnet/claude-flow
Cursor settings
  Cursor | .cursor/ .cursor-plugin/ .cursorignore .cursorindexingignore | cursor.com/docs/agent/hooks
Codex settings
  Codex | .codex/ .agents/ .agent/ .codex-plugin/ | developers.openai.com/codex/config-reference
Gemini settings
  Gemini CLI, Antigravity | .gemini/ .geminiignore gemini-extension.json .antigravity/ .idx/ |
      github.com/google-gemini/gemini-cli/blob/main/docs/get-started/configuration.md
  Qwen Code, iFlow | .qwen/ .iflow/ qwen-extension.json iflow.md | github.com/QwenLM/qwen-code/blob/main/docs/cli/configuration.md
other agents' settings
  Takt | .takt/ | github.com/nrslib/takt
  Reasonix | .reasonix/ reasonix.toml reasonix.md reasonix.local.md |
      github.com/esengine/DeepSeek-Reasonix/blob/main-v2/docs/SUBAGENT_PROFILES.md
  ZCode | .zcode/ | zcode.z.ai/en/docs/mcp-services
  Muse Code | .muse/ | dev.meta.ai/docs/muse-code/configuration.md
  deepagents | .deepagents/ | docs.langchain.com/oss/deepagents/code/memory-and-skills
  IBM Bob | .bob/ .bobrules .bobrules-* .bobignore | bob.ibm.com/docs/ide/configuration/lifecycle-hooks
  Codewhale | .codewhale/ | github.com/Hmbown/Codewhale/blob/main/docs/HOOKS.md
  Command Code | .commandcode/ | commandcode.ai/docs/hooks
  Hermes Agent | .hermes.md | hermes-agent.nousresearch.com/docs/user-guide/features/context-files
  aider | .aider.conf.yml .aider.conf.yaml .aider.model.settings.yml .aider.model.metadata.json .aiderignore .aider/ .aider.input.history |
      aider.chat/docs/config/aider_conf.html
  OpenCode | opencode.json opencode.jsonc .opencode.json .opencode/ | opencode.ai/docs/config
  Crush | crush.json .crush.json .crush/ .crushignore | github.com/charmbracelet/crush#configuration
  Continue | .continue/ .continuerc.json .continuerules .continueignore | docs.continue.dev/reference
  Windsurf, Codeium | .windsurf/ .codeium/ .codeiumignore | docs.windsurf.com/windsurf/cascade/hooks
  Roo, Cline, Kilo | .roo/ .cline/ .clinerules/ .kilocode/ .kilo/ kilo.jsonc kilo.json | kilocode.ai/docs/customize/custom-rules
  Kiro, Amazon Q | .kiro/ .amazonq/ .aws/amazonq/ | kiro.dev/docs/hooks
  Junie, JetBrains AI | .junie/ .aiassistant/ .aiignore .noai | www.jetbrains.com/help/junie/customize-guidelines.html
  goose | .goose/ goose.yaml recipe.yaml | block.github.io/goose/docs/guides/recipes
  Augment | .augment/ .augment-guidelines .augmentignore | docs.augmentcode.com/cli/rules
  Trae, Qoder, Lingma | .trae/ .qoder/ .lingma/ .marscode/ | docs.trae.ai/ide/rules
  Factory, Amp, Sourcegraph | .factory/ .amp/ .ampcode/ amp.json .sourcegraph/ .cody/ .cody.json |
      docs.factory.ai/cli/configuration/hooks-guide
  OpenHands, SWE-agent, Devika | .openhands/ .openhands_instructions .swe-agent/ |
      docs.openhands.dev/openhands/usage/customization/repository
  Tabnine, Zencoder, Firebender, Refact | .tabnine/ .tabnine_commands .zencoder/ firebender.json .firebender/ .refact/ .codebuddy/ .comate/
      .tongyi/ | docs.firebender.com/context/rules
  Plandex, gptme, Mentat, Codebuff | .plandex/ plandex.json gptme.toml .mentat/ .mentat_config.json codebuff.json knowledge.md .codebuff/
      .manicode/ | gptme.org/docs/config.html#project-config
  Mistral Vibe, pi, OpenClaw, Hermes | .vibe/ .pi/ .openclaw/ openclaw.json soul.md heartbeat.md .hermes/ .nanobot/ |
      github.com/mistralai/mistral-vibe#configuration
  Copilot CLI, ForgeCode, Mux, Conductor | .forge/ forge.yaml .mux/ conductor.json .conductor/ .superset/ .sculptor/ .worktreeinclude |
      forgecode.dev/docs/forge-yaml-config
  DeepSeek, Kimi, Grok, Droid, Warp | .kimi/ .grok/ .droid/ .warp/ .deepseek/ .neovate/ .rovodev/ .codemod/ |
      docs.warp.dev/knowledge-and-collaboration/mcp
  PearAI, Void, Zed, Melty, Aide | .pearai/ .pearai-agent-rules .melty/ .aide/ | trypear.ai/docs
  Dagger, container-use, E2B | .container-use/ .e2b/ e2b.toml | container-use.com/environment-configuration
  agent hooks | .agent-hooks/ agent-hooks.json .ai/ .ai-rules/ ai-rules/ .llm-rules/ .llmrules .llmignore .aiexclude |
      cloud.google.com/gemini/docs/codeassist/create-aiexclude-file
`;
