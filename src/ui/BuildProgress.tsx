import { Box, Text, render } from "ink";

/** What is going on: the step, and the last lines of its output. */
export interface BuildState {
  readonly step: string;
  /** Printable, newest last */
  readonly lines: readonly string[];
  readonly seconds: number;
}

export function BuildProgress({ step, lines, seconds }: BuildState) {
  return (
    <Box flexDirection="column">
      <Text>
        vaultbox: {step} <Text dimColor>({seconds} s)</Text>
      </Text>
      {lines.map((line, index) => (
        <Text key={index} dimColor wrap="truncate">
          {"  "}
          {line}
        </Text>
      ))}
    </Box>
  );
}

/** A progress display on a terminal; the caller feeds it and ends it. */
export interface BuildDisplay {
  readonly show: (state: BuildState) => void;
  readonly close: () => void;
}

/** Draws on the given terminal stream; Ctrl-C stays the program's own. */
export function openBuildDisplay(terminal: NodeJS.WriteStream): BuildDisplay {
  const options = { stdout: terminal, exitOnCtrlC: false, patchConsole: false };
  const ink = render(<BuildProgress step="starting" lines={[]} seconds={0} />, options);
  return {
    show: (state) => ink.rerender(<BuildProgress {...state} />),
    close: () => {
      // Unmounting writes the last frame once more: an empty one leaves nothing on the screen
      ink.rerender(<></>);
      ink.clear();
      ink.unmount();
    },
  };
}
