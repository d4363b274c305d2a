/** Prints "passed failed skipped" for the JSON report of a vitest run. A file that could not even be loaded counts as one failed test. */
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const broken = report.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
);
const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
process.stdout.write(`${report.numPassedTests} ${report.numFailedTests + broken.length} ${skipped}\n`);
