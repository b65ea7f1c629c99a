import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import {
  elements,
  field,
  parseJson,
  resolveTurn,
  sendEvents,
  sendJson,
  toDeltas,
} from "../../src/demo/standin-server.ts";
import type {
  RecordedRequest,
  ScriptedTurn,
  StandinHandler,
} from "../../src/demo/standin-server.ts";
import { type OutputItem, toOutputItem } from "./openai-item.ts";

export interface OpenaiStandinOptions {
  readonly script: readonly ScriptedTurn[];
  readonly apiKey: string;
}

/**
 * The part of the Responses API that Codex needs for a tool-using turn; any other path is a 404 in the vendor's
 * shape, a wrong key a 401. Source: platform.openai.com/docs/api-reference/responses-streaming.
 */
export function openaiStandin(options: OpenaiStandinOptions): StandinHandler {
  return async (request, response) => {
    request.authorised = request.headers["authorization"] === `Bearer ${options.apiKey}`;
    if (!request.authorised) {
      sendError(response, 401, "invalid_api_key", "Incorrect API key provided.");
      return;
    }
    switch (`${request.method} ${request.path}`) {
      case "POST /v1/responses":
        return answerResponse(request, response, options.script);
      case "GET /v1/models":
        return sendJson(response, 200, { object: "list", data: [] });
      default:
        return sendError(response, 404, "not_found", "Invalid URL");
    }
  };
}

async function answerResponse(
  request: RecordedRequest,
  response: ServerResponse,
  script: readonly ScriptedTurn[],
): Promise<void> {
  const body = parseJson(request.body);
  const item = toOutputItem(nextTurn(elements(field(body, "input")), script), body);
  if (item === undefined) {
    sendError(response, 400, "invalid_request_error", "the client offers no shell tool");
    return;
  }
  const result = toResponse(item, String(field(body, "model")), request.body.length);
  if (field(body, "stream") === true) await sendEvents(response, toEvents(result, item));
  else sendJson(response, 200, result);
}

/** The model spoke once for each of its messages and calls in the input. */
function nextTurn(input: readonly unknown[], script: readonly ScriptedTurn[]): ScriptedTurn {
  const spoken = input.filter((item) => {
    const type = field(item, "type");
    if (type === "function_call" || type === "custom_tool_call") return true;
    return type === "message" && field(item, "role") === "assistant";
  }).length;
  const outputs = input.filter((item) => {
    const type = field(item, "type");
    return type === "function_call_output" || type === "custom_tool_call_output";
  });
  return resolveTurn(script, spoken, toText(field(outputs.at(-1), "output")));
}

/** Output is a string, or parts: the client's own note comes first, what the command printed last. */
function toText(output: unknown): string {
  if (typeof output === "string") return output;
  const text = field(elements(output).at(-1), "text");
  return typeof text === "string" ? text : "";
}

function toResponse(item: OutputItem, model: string, bodyLength: number) {
  // About four bytes to a token; only a display depends on it
  const inputTokens = Math.ceil(bodyLength / 4);
  const outputTokens = 16;
  return {
    id: `resp_${randomBytes(16).toString("hex")}`,
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    status: "completed",
    model,
    output: [item.json],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  };
}

/** The events of a streamed response, numbered as the vendor does. */
function toEvents(
  result: ReturnType<typeof toResponse>,
  item: OutputItem,
): readonly { type: string; [key: string]: unknown }[] {
  const started = { ...result, status: "in_progress", output: [], usage: null };
  const place = { output_index: 0 };
  return [
    { type: "response.created", response: started },
    { type: "response.in_progress", response: started },
    { type: "response.output_item.added", ...place, item: item.announced },
    ...toDeltas(item.content).map((delta) => ({
      type: item.deltaType,
      ...place,
      content_index: 0,
      delta,
    })),
    { type: "response.output_item.done", ...place, item: item.json },
    { type: "response.completed", response: result },
  ].map((event, index) => ({ ...event, sequence_number: index }));
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, {
    error: { message, type: "invalid_request_error", param: null, code },
  });
}
