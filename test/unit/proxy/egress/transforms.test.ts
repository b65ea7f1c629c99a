import { expect, test } from "vitest";
import { bufferedBody, noBody } from "../../../../src/http/body.ts";
import type { ResponseTransform } from "../../../../src/http/handler.ts";
import { HeldBytes } from "../../../../src/proxy/egress/held-bytes.ts";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import {
  toTransforms,
  transformAnswer,
  type UnreadAnswer,
} from "../../../../src/proxy/egress/transforms.ts";

const hold = new HeldBytes().open();
const head = { status: 200, phrase: "Fine", headers: [["X-A", "1"]] } as const;

function suffixing(text: string): ResponseTransform {
  return {
    begin: ({ headers }) => ({
      headers: [...headers, ["X-Step", text]],
      push: (piece) => Buffer.concat([piece, Buffer.from(text)]),
      end: () => Buffer.from("."),
    }),
  };
}

async function readAll({ body }: UnreadAnswer): Promise<string> {
  let text = "";
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) {
    text += piece.toString();
  }
  return text;
}

test("steps change head and body one after the other, and the length is then unknown", async () => {
  const answer = { head, body: bufferedBody("body") };
  const changed = transformAnswer(answer, [suffixing("a"), suffixing("b")], hold);
  expect(changed.head).toEqual({
    ...head,
    headers: [
      ["X-A", "1"],
      ["X-Step", "a"],
      ["X-Step", "b"],
    ],
  });
  expect(changed.body.length).toBe("unknown");
  expect(await readAll(changed)).toBe("bodyab.b.");
});

test("without a step that changes it a body is passed on as it is, and one that isn't there stays so", () => {
  const answer = { head, body: bufferedBody("body") };
  const looking: ResponseTransform = { begin: () => undefined };
  expect(transformAnswer(answer, [looking], hold).body).toBe(answer.body);
  const empty = transformAnswer({ head, body: noBody }, [suffixing("a")], hold);
  expect(empty.body).toBe(noBody);
});

test("what a handler makes of an answer is searched for secrets too, and only what goes on is learnt", () => {
  const echoes = new SecretEchoes();
  const secret = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
  echoes.add(secret, []);
  const learnt: unknown[] = [];
  const learn = (headers: unknown) => void learnt.push(headers);
  const search = { echoes, secrets: [secret] };
  const answer = { head, body: noBody };
  transformAnswer(answer, toTransforms({ handler: undefined, learn, search }), hold);
  expect(learnt).toEqual([head.headers]);
  const leaking = toTransforms({ handler: suffixing(secret), learn, search });
  expect(() => transformAnswer(answer, leaking, hold)).toThrow("repeats the credential");
  expect(learnt).toHaveLength(1);
});
