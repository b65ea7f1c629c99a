import { render } from "ink-testing-library";
import { expect, test } from "vitest";
import { BuildProgress } from "../../../src/ui/BuildProgress.tsx";

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
