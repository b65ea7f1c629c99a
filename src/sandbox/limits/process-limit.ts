import { readFileSync, watch, type FSWatcher } from "node:fs";
import type { ContainerCgroup } from "./container-cgroup.ts";

/** How often a kernel is asked that doesn't tell, in milliseconds */
const askMs = 1000;

/** Notices that a container could start no more processes. */
export class ProcessLimit implements Disposable {
  readonly #path: string;
  readonly #watchers: readonly FSWatcher[];
  readonly #timer: NodeJS.Timeout | undefined;
  #isReached = false;

  constructor({ pidsEvents, cgroupEvents, tells }: ContainerCgroup) {
    this.#path = pidsEvents;
    this.#watchers = [pidsEvents, ...cgroupEvents].flatMap((path) => this.#watch(path));
    this.#timer = tells ? undefined : setInterval(() => this.#look(), askMs).unref();
  }

  #watch(path: string): readonly FSWatcher[] {
    try {
      // It goes away with the container, and tells that as a change, too
      return [watch(path, { persistent: false }, () => this.#look()).on("error", () => undefined)];
    } catch {
      // Gone already, or no more watches are to be had
      return [];
    }
  }

  #look(): void {
    try {
      this.#isReached ||= /^max [1-9]/m.test(readFileSync(this.#path, "latin1"));
    } catch {
      // The container has ended
    }
  }

  /** With a last look, while the kernel may still know */
  wasReached(): boolean {
    this.#look();
    return this.#isReached;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }
}
