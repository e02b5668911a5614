//! Counting what passed and failed, out of what the test programs print.

use std::ops::AddAssign;
use std::path::Path;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Count {
    pub const ONE_PASSED: Count = Count {
        passed: 1,
        failed: 0,
        skipped: 0,
    };
    pub const ONE_FAILED: Count = Count {
        passed: 0,
        failed: 1,
        skipped: 0,
    };
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Reads a line such as
/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; ...`.
pub fn count_from_cargo_line(line: &str) -> Option<Count> {
    let (_, results) = line.split_once("test result:")?;
    Some(Count {
        passed: number_before(results, "passed")?,
        failed: number_before(results, "failed;")?,
        skipped: number_before(results, "ignored")?,
    })
}

fn number_before(text: &str, word: &str) -> Option<usize> {
    let (before, _) = text.split_once(word)?;
    before.split_whitespace().last()?.parse().ok()
}

/// Reads the file that `tests/count_reporter.mjs` leaves: `passed N`, `failed N`,
/// `skipped N`, a line each.
pub fn count_from_browser_file(path: &Path) -> Option<Count> {
    let text = std::fs::read_to_string(path).ok()?;
    let number = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    };
    Some(Count {
        passed: number("passed")?,
        failed: number("failed")?,
        skipped: number("skipped")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(
            count_from_cargo_line(ok),
            Some(Count {
                passed: 12,
                failed: 0,
                skipped: 1
            })
        );
        let bad = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            count_from_cargo_line(bad),
            Some(Count {
                passed: 3,
                failed: 2,
                skipped: 0
            })
        );
        assert_eq!(count_from_cargo_line("test loss::dpo ... ok"), None);
        assert_eq!(count_from_cargo_line("test result: nonsense"), None);
    }

    #[test]
    fn browser_file() {
        let path = std::env::temp_dir().join(format!("tilt-count-{}", std::process::id()));
        std::fs::write(&path, "passed 9\nfailed 2\nskipped 0\n").unwrap();
        let count = count_from_browser_file(&path);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(
            count,
            Some(Count {
                passed: 9,
                failed: 2,
                skipped: 0
            })
        );
        assert_eq!(count_from_browser_file(&path), None);
    }
}
