import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { anthropicStandin } from "../../../src/demo/anthropic-standin.ts";
import { openaiStandin } from "../../support/openai-standin.ts";
import { openStandin, type ScriptedTurn } from "../../../src/demo/standin-server.ts";

const script: readonly ScriptedTurn[] = [
  { type: "shell", command: "echo 42" },
  { type: "say", text: "Found: {output}." },
];

function randomKey(): string {
  return randomBytes(20).toString("hex");
}

/** The `data` of each server-sent event, parsed. */
function parseEvents(text: string): readonly Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)) as Record<string, unknown>);
}

async function post(port: number, path: string, headers: object, body: object): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

test("the Messages stand-in streams a scripted tool call, with a ping among the events", async () => {
  const key = randomKey();
  await using standin = await openStandin(anthropicStandin({ script, apiKey: key }));
  const response = await post(
    standin.port,
    "/v1/messages?beta=true",
    { "x-api-key": key },
    {
      model: "m",
      stream: true,
      tools: [{ name: "Bash" }],
      messages: [{ role: "user", content: "go" }],
    },
  );
  const events = parseEvents(await response.text());
  expect(events.map((event) => event["type"])).toContain("ping");
  const json = events
    .map((event) => (event["delta"] as { partial_json?: string } | undefined)?.partial_json ?? "")
    .join("");
  expect(JSON.parse(json)).toMatchObject({ command: "echo 42" });
  expect(standin.requests).toMatchObject([
    { method: "POST", path: "/v1/messages", authorised: true },
  ]);
});

test("the Messages stand-in puts the tool's output into its last words", async () => {
  const key = randomKey();
  await using standin = await openStandin(anthropicStandin({ script, oauthToken: key }));
  const response = await post(
    standin.port,
    "/v1/messages",
    { authorization: `Bearer ${key}` },
    {
      model: "m",
      tools: [{ name: "Bash" }],
      messages: [
        { role: "user", content: "go" },
        { role: "assistant", content: [{ type: "tool_use", id: "t", name: "Bash", input: {} }] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "t", content: "$&42\n" }],
        },
      ],
    },
  );
  expect(await response.json()).toMatchObject({
    stop_reason: "end_turn",
    content: [{ type: "text", text: "Found: $&42." }],
  });
});

test("each stand-in answers a wrong key with 401 and an unknown path with 404, in the vendor's shape", async () => {
  const key = randomKey();
  await using anthropic = await openStandin(anthropicStandin({ script, apiKey: key }));
  await using openai = await openStandin(openaiStandin({ script, apiKey: key }));
  const wrong = await post(anthropic.port, "/v1/messages", { "x-api-key": "other" }, {});
  expect(wrong.status).toBe(401);
  expect(await wrong.json()).toMatchObject({ error: { type: "authentication_error" } });
  expect((await post(openai.port, "/v1/responses", {}, {})).status).toBe(401);
  expect((await post(anthropic.port, "/v1/files", { "x-api-key": key }, {})).status).toBe(404);
  expect(
    (await post(openai.port, "/v1/files", { authorization: `Bearer ${key}` }, {})).status,
  ).toBe(404);
  expect(anthropic.requests.map((request) => request.authorised)).toEqual([false, true]);
});

test.each([
  { tools: [{ type: "function", name: "exec_command" }], call: "function_call" },
  { tools: [{ type: "function", name: "shell" }], call: "function_call" },
  {
    tools: [{ type: "namespace", name: "functions", tools: [{ type: "custom", name: "exec" }] }],
    call: "custom_tool_call",
  },
])(
  "the Responses stand-in calls the shell by the tool that the client offers: $call",
  async (offer) => {
    const key = randomKey();
    await using standin = await openStandin(openaiStandin({ script, apiKey: key }));
    const response = await post(
      standin.port,
      "/v1/responses",
      { authorization: `Bearer ${key}` },
      {
        model: "m",
        stream: true,
        input: [
          { type: "additional_tools", tools: offer.tools },
          { type: "message", role: "user" },
        ],
      },
    );
    const events = parseEvents(await response.text());
    const done = events.find((event) => event["type"] === "response.output_item.done");
    expect(done).toMatchObject({ item: { type: offer.call, status: "completed" } });
    expect(JSON.stringify(done)).toContain("echo 42");
    expect(events.at(-1)).toMatchObject({ type: "response.completed" });
  },
);

test("the Responses stand-in speaks its last words with the command's output, without the client's own note", async () => {
  const key = randomKey();
  await using standin = await openStandin(openaiStandin({ script, apiKey: key }));
  const response = await post(
    standin.port,
    "/v1/responses",
    { authorization: `Bearer ${key}` },
    {
      model: "m",
      input: [
        { type: "custom_tool_call", name: "exec" },
        {
          type: "custom_tool_call_output",
          output: [
            { type: "input_text", text: "Script completed" },
            { type: "input_text", text: "42\n" },
          ],
        },
      ],
    },
  );
  expect(JSON.stringify(await response.json())).toContain("Found: 42.");
});
