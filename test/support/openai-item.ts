import { randomBytes } from "node:crypto";
import { elements, field, type ScriptedTurn } from "../../src/demo/standin-server.ts";

/** What the model adds to the conversation, and how it's streamed. */
export interface OutputItem {
  /** The finished item */
  readonly json: object;
  /** The item as it's announced, before its content */
  readonly announced: object;
  readonly deltaType: string;
  /** What the deltas spell */
  readonly content: string;
}

/** Codex has offered its shell in several ways; the request says which one this version and model use. */
const shellTools: readonly {
  readonly type: "function" | "custom";
  readonly name: string;
  readonly toInput: (command: string) => string;
}[] = [
  { type: "function", name: "exec_command", toInput: (cmd) => JSON.stringify({ cmd }) },
  { type: "function", name: "shell_command", toInput: (command) => JSON.stringify({ command }) },
  {
    type: "function",
    name: "shell",
    toInput: (command) => JSON.stringify({ command: ["bash", "-lc", command] }),
  },
  {
    // A program that calls the shell; its last expression is dropped, so the output is handed over with text()
    type: "custom",
    name: "exec",
    toInput: (cmd) => `text((await tools.exec_command(${JSON.stringify({ cmd })})).output);`,
  },
];

/** The item for a turn, or undefined where the client offers no shell that we know. */
export function toOutputItem(turn: ScriptedTurn, request: unknown): OutputItem | undefined {
  const id = randomBytes(16).toString("hex");
  if (turn.type === "say") return toMessage(turn.text, id);
  const offered = offeredTools(request);
  const tool = shellTools.find(({ type, name }) => offered.has(`${type} ${name}`));
  if (tool === undefined) return undefined;
  const input = tool.toInput(turn.command);
  const isCustom = tool.type === "custom";
  const announced = {
    id: `${isCustom ? "ctc" : "fc"}_${id}`,
    type: isCustom ? "custom_tool_call" : "function_call",
    status: "in_progress",
    call_id: `call_${id}`,
    name: tool.name,
    ...(isCustom ? { input: "" } : { arguments: "" }),
  };
  return {
    announced,
    json: { ...announced, status: "completed", [isCustom ? "input" : "arguments"]: input },
    deltaType: isCustom
      ? "response.custom_tool_call_input.delta"
      : "response.function_call_arguments.delta",
    content: input,
  };
}

function toMessage(text: string, id: string): OutputItem {
  const announced = {
    id: `msg_${id}`,
    type: "message",
    status: "in_progress",
    role: "assistant",
    content: [],
  };
  const content = [{ type: "output_text", text, annotations: [] }];
  return {
    announced,
    json: { ...announced, status: "completed", content },
    deltaType: "response.output_text.delta",
    content: text,
  };
}

/** `type name` of every tool: at the top, in an `additional_tools` item, or inside a namespace of either. */
function offeredTools(request: unknown): ReadonlySet<string> {
  const lists = [field(request, "tools")];
  for (const item of elements(field(request, "input"))) {
    if (field(item, "type") === "additional_tools") lists.push(field(item, "tools"));
  }
  const tools = lists
    .flatMap(elements)
    .flatMap((tool) => [tool, ...elements(field(tool, "tools"))]);
  return new Set(
    tools.map((tool) => `${String(field(tool, "type"))} ${String(field(tool, "name"))}`),
  );
}
