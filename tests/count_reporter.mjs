// Leaves the counts of a run where `cargo xtask test` reads them.
import fs from 'node:fs';

export default class CountReporter {
  #suite;
  #errors = 0;

  onBegin(_config, suite) {
    this.#suite = suite;
  }

  /** What belongs to no test: a file that does not load, a global timeout. */
  onError() {
    this.#errors += 1;
  }

  onEnd(result) {
    const count = { passed: 0, failed: this.#errors, skipped: 0 };
    for (const test of this.#suite?.allTests() ?? []) {
      const outcome = test.outcome();
      // A test that a global timeout kept from running is no success.
      const wasRun = test.results.length > 0 && test.results.at(-1).status !== 'interrupted';
      if (outcome === 'skipped' && wasRun) count.skipped += 1;
      else if (outcome === 'expected' && wasRun) count.passed += 1;
      else count.failed += 1;
    }
    console.log(`browser: ${count.passed} passed, ${count.failed} failed (${result.status})`);
    const file = process.env.TILT_COUNT_FILE;
    if (file) {
      fs.writeFileSync(file, Object.entries(count).map(([name, n]) => `${name} ${n}\n`).join(''));
    }
  }

  printsToStdio() {
    return false;
  }
}
