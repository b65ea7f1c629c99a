import { expect, test } from "vitest";
import { runProgram, type ProgramCall } from "../../../src/base/run-program.ts";

const node = process.execPath;

function script(text: string, more: Partial<ProgramCall> = {}): ProgramCall {
  return { file: node, args: ["-e", text], timeoutMs: 20_000, ...more };
}

// With `onLine` another way is taken, which must mean the same
for (const [way, more] of [
  ["a question", {}],
  ["progress", { onLine: () => undefined }],
] as const) {
  test(`${way}: a program's output comes without its last line break`, async () => {
    expect(await runProgram(script('console.log("a\\n")', more))).toBe("a\n");
  });

  test(`${way}: it gets its input, and an end where there is none`, async () => {
    const echo = "process.stdin.pipe(process.stdout)";
    expect(await runProgram(script(echo, { ...more, input: "hello" }))).toBe("hello");
    expect(await runProgram(script(echo, more))).toBe("");
  });

  test(`${way}: it runs at the root, with the variables that it is given`, async () => {
    const ask = "console.log(process.cwd(), process.env.VBX_TEST)";
    expect(await runProgram(script(ask, { ...more, env: { VBX_TEST: "1" } }))).toBe("/ 1");
  });

  test(`${way}: what failed is said, and nothing that it printed`, async () => {
    const run = (command: ProgramCall): Promise<string> =>
      runProgram(command).then(
        () => "no failure",
        (error: unknown) => (error as Error).message,
      );
    const secret = 'console.log("s3cret"); console.error("s3cret"); process.exit(3)';
    expect(await run(script(secret, more))).toBe(`cannot run "${node}": exit status 3`);
    const late = script("setTimeout(() => {}, 60000)", { ...more, timeoutMs: 300 });
    expect(await run(late)).toBe(`cannot run "${node}": it took longer than 300ms`);
    const flood =
      "process.stdout.write('x'.repeat(11 * 1024 * 1024), () => setTimeout(() => {}, 60000))";
    expect(await run(script(flood, more))).toBe(
      `cannot run "${node}": it printed more than 10 MiB`,
    );
    const missing = { ...script("", more), file: "/nowhere/program" };
    expect(await run(missing)).toBe('cannot run "/nowhere/program": ENOENT');
  });
}
