import { spawn } from "node:child_process";
import { once } from "node:events";

/** Exchanges two entries of a folder for each other as fast as it can, in a process of its own. */
export interface Swapping extends AsyncDisposable {
  /** How often it did so far: known at the end only */
  readonly stop: () => Promise<number>;
}

/** What it puts in an entry's place: another entry, made beforehand beside it. */
export async function swap(folder: string, name: string, other: string): Promise<Swapping> {
  const program = `
const { renameSync } = require("node:fs");
process.chdir(process.argv[1]);
const [name, other] = process.argv.slice(2);
let count = 0, over = false;
process.on("SIGTERM", () => { over = true; });
console.log("ready");
const turn = () => {
  for (let i = 0; i < 200; i++) {
    try {
      renameSync(name, ".swapped"); renameSync(other, name);
      renameSync(name, other); renameSync(".swapped", name);
      count++;
    } catch { try { renameSync(".swapped", name); } catch {} }
  }
  if (over) console.log(count); else setImmediate(turn);
};
turn();`;
  const child = spawn(process.execPath, ["-e", program, folder, name, other], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child.stdout, "data");
  const stop = async (): Promise<number> => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "close");
    }
    return Number(text.trim().split("\n").at(-1));
  };
  return { stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}
