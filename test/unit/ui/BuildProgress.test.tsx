import { PassThrough } from "node:stream";
import { render } from "ink-testing-library";
import { expect, test, vi } from "vitest";
import { BuildProgress, openBuildDisplay } from "../../../src/ui/BuildProgress.tsx";

// Where CI is set, ink draws only once, at the end; it looks when it is loaded
vi.hoisted(() => vi.stubEnv("CI", "false"));

test("The display shows the step, how long it takes, and the last lines", () => {
  const { lastFrame, unmount } = render(
    <BuildProgress
      step="installing packages"
      lines={["Setting up git", "Setting up jq"]}
      seconds={7}
    />,
  );
  expect(lastFrame()).toBe(
    "vaultbox: installing packages (7 s)\n  Setting up git\n  Setting up jq",
  );
  unmount();
});

test("The display leaves nothing on the screen when it ends", async () => {
  const terminal = new PassThrough();
  Object.assign(terminal, { isTTY: true, columns: 80, rows: 24 });
  const display = openBuildDisplay(terminal as unknown as NodeJS.WriteStream);
  display.show({ step: "building", lines: ["Step 1/2", "Step 2/2"], seconds: 3 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const shown = String(terminal.read());
  expect(shown).toContain("Step 2/2");
  display.show({ step: "building", lines: ["Step 2/2", "Step done"], seconds: 3 });
  display.close();
  const afterwards = String(terminal.read() ?? "");
  // What it still had to draw may come, and is erased
  expect(afterwards).toContain("\u001b[1A");
  expect(afterwards.slice(afterwards.lastIndexOf("\u001b[2K"))).not.toContain("Step");
});
