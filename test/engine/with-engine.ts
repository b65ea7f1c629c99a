// node test/engine/with-engine.ts COMMAND [ARG...]: runs the command on a machine that has an engine, and passes its
// exit status on. Starts an engine when none answers and ends it afterwards.
import { runInherited } from "./run-inherited.ts";
import { prepareTestMachine, say } from "./test-machine.ts";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  say("usage: node test/engine/with-engine.ts COMMAND [ARG...]");
  process.exitCode = 2;
} else {
  await using machine = await prepareTestMachine();
  process.exitCode = await runInherited({ file, args, env: machine.env });
}
