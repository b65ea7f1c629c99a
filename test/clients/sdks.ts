import { javascript } from "./javascript.ts";
import { python } from "./python.ts";
import type { OperationName, Stack } from "./stack.ts";

const names: readonly OperationName[] = ["get", "post", "stream"];

const keyed = (stack: Stack): Stack => ({ ...stack, keyed: true });

/** SDKs of models' APIs, against a stand-in of them, with a credential. */
export const sdkStacks: readonly Stack[] = [
  python(
    "openai",
    `import os, openai
c = openai.OpenAI(api_key=os.environ["MODELS_KEY"], base_url=url, max_retries=0)
asked = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
try:
    if op == "get":
        show(c.models.list().data[0].id)
    elif op == "post":
        show(c.chat.completions.create(**asked).choices[0].message.content)
    else:
        for event in c.chat.completions.create(stream=True, **asked):
            show(event.choices[0].delta.content or "")
except openai.APIError as e:
    show(str(e))
`,
    { packages: { pip: ["openai"] }, names },
  ),
  python(
    "anthropic",
    `import os, anthropic
c = anthropic.Anthropic(auth_token=os.environ["MODELS_KEY"], base_url=url, max_retries=0)
asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
try:
    if op == "get":
        show(c.models.list().data[0].id)
    elif op == "post":
        show(c.messages.create(**asked).content[0].text)
    else:
        with c.messages.stream(**asked) as stream:
            for text in stream.text_stream:
                show(text)
except anthropic.APIError as e:
    show(str(e))
`,
    { packages: { pip: ["anthropic"] }, names },
  ),
  javascript(
    "Node openai",
    `const { default: OpenAI } = await load("openai");
const c = new OpenAI({ apiKey: process.env.MODELS_KEY, baseURL: url, maxRetries: 0 });
const asked = { model: "m", messages: [{ role: "user", content: "hello" }] };
try {
  if (op === "get") show((await c.models.list()).data[0].id);
  else if (op === "post") show((await c.chat.completions.create(asked)).choices[0].message.content);
  else for await (const event of await c.chat.completions.create({ ...asked, stream: true })) show(event.choices[0].delta.content ?? "");
} catch (e) { console.log(e.message); }
`,
    { npm: ["openai"], names },
  ),
  javascript(
    "Node @anthropic-ai/sdk",
    `const { default: Anthropic } = await load("@anthropic-ai/sdk");
const c = new Anthropic({ apiKey: null, authToken: process.env.MODELS_KEY, baseURL: url, maxRetries: 0 });
const asked = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "hello" }] };
try {
  if (op === "get") show((await c.models.list()).data[0].id);
  else if (op === "post") show((await c.messages.create(asked)).content[0].text);
  else for await (const event of c.messages.stream(asked)) if (event.type === "content_block_delta") show(event.delta.text);
} catch (e) { console.log(e.message); }
`,
    { npm: ["@anthropic-ai/sdk"], names },
  ),
].map(keyed);
