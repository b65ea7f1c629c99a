/** What a vitest project's run came to. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** Full names of what failed */
  readonly failures: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * Counts a run from vitest's JSON report and exit status. What fails outside a test (a file that doesn't load, an
 * unhandled rejection, no report at all) counts as one failure.
 */
export function readReport(run: {
  readonly project: string;
  readonly status: number;
  readonly json: string | undefined;
}): TestReport {
  if (run.json === undefined) {
    const failures = [`${run.project}: vitest wrote no report, exit status ${run.status}`];
    return { passed: 0, failed: 1, failures };
  }
  const report = JSON.parse(run.json) as VitestReport;
  const failures = report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    if (failed.length > 0) return failed.map(({ fullName }) => `${file.name}: ${fullName}`);
    return file.status === "failed" ? [`${file.name}: ${file.message}`] : [];
  });
  if (run.status !== 0 && failures.length === 0) {
    failures.push(`${run.project}: an error outside the tests, exit status ${run.status}`);
  }
  return { passed: report.numPassedTests, failed: failures.length, failures };
}
