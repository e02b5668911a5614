//! A whole file at once, as TRL reads its rows: for the terminal.

use super::{ImportOptions, Imported, Importer, RowOutcome};
use crate::dataset::ParsedRows;

/// Reads a file of this name in whatever container it comes in. Each row is read as
/// [`crate::dataset::parse_jsonl`] reads it; of a ranking, which TRL does not read, the
/// best and the worst answer are a pair.
pub fn parse_file(name: &str, bytes: &[u8]) -> ParsedRows {
    let options = ImportOptions {
        row_limit_bytes: usize::MAX,
        labels_only: false,
        as_trl: true,
        ..ImportOptions::default()
    };
    let mut importer = Importer::new(name, options);
    let mut parsed = ParsedRows::default();
    let mut take = |outcome| match outcome {
        RowOutcome::Good { line, examples, .. } => {
            for imported in examples {
                if let Imported::Row(example) | Imported::Tie(example) = imported {
                    parsed.examples.push(example);
                    parsed.lines.push(line);
                }
            }
        }
        RowOutcome::Refused { error, .. } => parsed.errors.push(error),
    };
    importer.push(bytes, &mut take);
    importer.finish(&mut take);
    parsed
}
