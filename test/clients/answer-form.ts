// What APIs answer, as far as their clients read it: OpenAI's chat completions, Anthropic's messages, an engine's version.

const text = "text/plain";
const json = "application/json";
const events = "text/event-stream";

/** How an answer is written: for an SDK, by the end of the path that it asks for; else as text. */
export interface AnswerForm {
  readonly whole: (said: string) => { readonly type: string; readonly body: string };
  readonly streamType: string;
  readonly begin: string;
  readonly piece: (said: string) => string;
  readonly end: string;
}

const plain: AnswerForm = {
  whole: (said) => ({ type: text, body: `${said}\n` }),
  streamType: text,
  begin: "",
  piece: (said) => `${said}\n`,
  end: "",
};

const models: AnswerForm = {
  ...plain,
  whole: (said) => toJson({ object: "list", data: [{ id: said, object: "model", type: "model" }] }),
};

const completions: AnswerForm = {
  whole: (content) =>
    toJson({ id: "1", choices: [{ index: 0, message: { role: "assistant", content } }] }),
  streamType: events,
  begin: "",
  piece: (said) => toEvent({ id: "1", choices: [{ index: 0, delta: { content: `${said}\n` } }] }),
  end: "data: [DONE]\n\n",
};

const version: AnswerForm = {
  ...plain,
  whole: (said) => toJson({ Version: said, ApiVersion: "1.41", Components: [] }),
};

const message = { id: "1", type: "message", role: "assistant", model: "m" };
const usage = { input_tokens: 1, output_tokens: 1 };

const messages: AnswerForm = {
  whole: (said) => toJson({ ...message, content: [{ type: "text", text: said }], usage }),
  streamType: events,
  begin: [
    toEvent({ type: "message_start", message: { ...message, content: [], usage } }),
    toEvent({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  ].join(""),
  piece: (said) =>
    toEvent({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: `${said}\n` },
    }),
  end: [
    toEvent({ type: "content_block_stop", index: 0 }),
    toEvent({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage }),
    toEvent({ type: "message_stop" }),
  ].join(""),
};

export function toAnswerForm(path: string): AnswerForm {
  if (path.endsWith("/chat/completions")) return completions;
  if (path.endsWith("/messages")) return messages;
  if (path.endsWith("/version")) return version;
  return path.endsWith("/models") ? models : plain;
}

function toJson(value: unknown): { readonly type: string; readonly body: string } {
  return { type: json, body: JSON.stringify(value) };
}

function toEvent(value: Readonly<Record<string, unknown>>): string {
  const { type } = value;
  const name = typeof type === "string" ? `event: ${type}\n` : "";
  return `${name}data: ${JSON.stringify(value)}\n\n`;
}
