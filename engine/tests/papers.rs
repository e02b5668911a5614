//! PAPERS.md has every objective, with a paper and a file that is there.

use std::path::Path;
use tilt_protocol::ObjectiveKind;

#[test]
fn every_objective_has_its_paper_and_its_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("PAPERS.md")).expect("PAPERS.md");
    for kind in ObjectiveKind::ALL {
        let start = format!("| `{}` |", kind.slug());
        let row = text.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("PAPERS.md has no row for {}", kind.slug()));
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, trl, paper, _, file, deviation] = cells[..] else {
            panic!("{row}: expected six cells, found {}", cells.len());
        };
        assert!(!trl.is_empty() && !deviation.is_empty(), "{row}");
        assert!(
            paper.contains("](http") || paper.starts_with("as above"),
            "{row}"
        );
        for file in file.split(", ") {
            let file = root.join(file.trim_matches('`'));
            assert!(
                file.is_file(),
                "{}: {} is not there",
                kind.slug(),
                file.display()
            );
        }
    }
}
