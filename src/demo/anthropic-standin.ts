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
} from "./standin-server.ts";
import type { RecordedRequest, ScriptedTurn, StandinHandler } from "./standin-server.ts";

/** What the stand-in accepts: a key in `x-api-key`, or an OAuth token as a bearer. */
export interface AnthropicStandinOptions {
  readonly script: readonly ScriptedTurn[];
  readonly apiKey?: string;
  readonly oauthToken?: string;
}

/**
 * The part of the Messages API that Claude Code needs for a tool-using turn: streamed and whole messages, token
 * counts, the model list. Any other path is a 404 in the vendor's shape, a wrong credential a 401.
 * Source: docs.claude.com/en/api/messages-streaming, /en/api/errors.
 */
export function anthropicStandin(options: AnthropicStandinOptions): StandinHandler {
  return async (request, response) => {
    if (request.method === "HEAD" && request.path === "/") {
      // A connection warm-up, sent without a credential
      response.writeHead(200).end();
      return;
    }
    request.authorised = isAuthorised(request, options);
    if (!request.authorised) {
      sendError(response, 401, "authentication_error", "invalid x-api-key");
      return;
    }
    const route = `${request.method} ${request.path}`;
    switch (route) {
      case "POST /v1/messages":
        return answerMessage(request, response, options.script);
      case "POST /v1/messages/count_tokens":
        return sendJson(response, 200, { input_tokens: countTokens(request.body) });
      case "GET /v1/models":
        return sendJson(response, 200, {
          data: [],
          has_more: false,
          first_id: null,
          last_id: null,
        });
      default:
        return sendError(response, 404, "not_found_error", "Not Found");
    }
  };
}

function isAuthorised(request: RecordedRequest, options: AnthropicStandinOptions): boolean {
  const { apiKey, oauthToken } = options;
  if (apiKey !== undefined && request.headers["x-api-key"] === apiKey) return true;
  return oauthToken !== undefined && request.headers["authorization"] === `Bearer ${oauthToken}`;
}

async function answerMessage(
  request: RecordedRequest,
  response: ServerResponse,
  script: readonly ScriptedTurn[],
): Promise<void> {
  const body = parseJson(request.body);
  const messages = elements(field(body, "messages"));
  if (messages.length === 0) {
    sendError(response, 400, "invalid_request_error", "messages: Field required");
    return;
  }
  const turn = hasShellTool(body) ? nextTurn(messages, script) : aside;
  const message = toMessage(turn, String(field(body, "model")), countTokens(request.body));
  if (field(body, "stream") === true) await sendEvents(response, toEvents(message));
  else sendJson(response, 200, message);
}

/** The answer to requests beside the conversation (titles, topic checks): those offer no shell. */
const aside: ScriptedTurn = { type: "say", text: "Stand-in" };

function hasShellTool(body: unknown): boolean {
  return elements(field(body, "tools")).some((tool) => field(tool, "name") === "Bash");
}

function nextTurn(messages: readonly unknown[], script: readonly ScriptedTurn[]): ScriptedTurn {
  const spoken = messages.filter((message) => field(message, "role") === "assistant").length;
  const results = messages
    .flatMap((message) => elements(field(message, "content")))
    .filter((block) => field(block, "type") === "tool_result");
  return resolveTurn(script, spoken, toText(field(results.at(-1), "content")));
}

/** Content is a string, or blocks of which the text ones count. */
function toText(content: unknown): string {
  if (typeof content === "string") return content;
  return elements(content)
    .map((block) => field(block, "text"))
    .filter((text) => typeof text === "string")
    .join("\n");
}

type ContentBlock =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: "Bash";
      readonly input: { readonly command: string; readonly description: string };
    };

function toMessage(turn: ScriptedTurn, model: string, inputTokens: number) {
  const id = (prefix: string): string => `${prefix}_01${randomBytes(11).toString("hex")}`;
  const block: ContentBlock =
    turn.type === "say"
      ? { type: "text", text: turn.text }
      : {
          type: "tool_use",
          id: id("toolu"),
          name: "Bash",
          input: { command: turn.command, description: "Scripted command" },
        };
  return {
    id: id("msg"),
    type: "message",
    role: "assistant",
    model,
    content: [block],
    stop_reason: turn.type === "say" ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: {
      input_tokens: inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 16,
    },
  };
}

/** The events of a streamed message, a `ping` among them. */
function toEvents(
  message: ReturnType<typeof toMessage>,
): readonly { type: string; [key: string]: unknown }[] {
  const [block] = message.content;
  if (block === undefined) throw new Error("a message has one block");
  const start =
    block.type === "text" ? { type: "text", text: "" } : { ...block, input: {} as object };
  const deltas =
    block.type === "text"
      ? toDeltas(block.text).map((text) => ({ type: "text_delta", text }))
      : toDeltas(JSON.stringify(block.input)).map((text) => ({
          type: "input_json_delta",
          partial_json: text,
        }));
  return [
    {
      type: "message_start",
      message: { ...message, content: [], stop_reason: null },
    },
    { type: "content_block_start", index: 0, content_block: start },
    { type: "ping" },
    ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: message.stop_reason, stop_sequence: null },
      usage: { output_tokens: message.usage.output_tokens },
    },
    { type: "message_stop" },
  ];
}

/** About four bytes to a token; only a display depends on it. */
function countTokens(body: string): number {
  return Math.ceil(body.length / 4);
}

function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, {
    type: "error",
    error: { type, message },
    request_id: `req_01${randomBytes(11).toString("hex")}`,
  });
}
