use super::row::tests::row;
use super::*;

const OPTIONS: ReportOptions = ReportOptions {
    max_length: 8,
    held_out: HeldOut {
        share: 0.0,
        seed: 0,
    },
};

fn severity(report: &DataReport, kind: FindingKind) -> Option<(Severity, usize)> {
    let finding = report.finding(kind)?;
    Some((finding.severity, finding.count))
}

#[test]
fn a_small_dataset_is_counted_by_hand() {
    let mut rows = vec![
        row("p", "good", "bad bad", Verdict::A),
        row("p", "bad bad", "good", Verdict::B),
        row("p", "good", "bad bad", Verdict::B),
        row("p", "good", "bad bad", Verdict::Tie),
        row("q", "one", "two", Verdict::BothGood),
        row("q", "one", "two", Verdict::BothBad),
        row("q", "one", "", Verdict::BothGood),
        row("a b c d e f g h", "one", "two", Verdict::A),
        row("a b c d e f", "one", "two", Verdict::A),
        row("a b c d e f", "one two three", "two", Verdict::A),
    ];
    rows[0].measured.reference_margin = Some(1.5);
    rows[1].measured.reference_margin = Some(-0.5);
    rows[0].measured.judge_margin = Some(1.0);
    let report = DataReport::of(&rows, OPTIONS);
    let expected = RowCounts {
        rows: 10,
        decisive: 6,
        ties: 1,
        both_good: 1,
        both_bad: 1,
        single: 1,
        dropped: 1,
        cut: 1,
        ..RowCounts::default()
    };
    assert_eq!(report.counts, expected);
    assert_eq!((report.ties.count, report.ties.of), (1, 9));
    assert_eq!(
        severity(&report, FindingKind::Pairs),
        Some((Severity::Note, 6))
    );
    assert_eq!(
        severity(&report, FindingKind::Duplicates),
        Some((Severity::Note, 1))
    );
    assert_eq!(
        severity(&report, FindingKind::NearDuplicates),
        Some((Severity::Fine, 0))
    );
    assert_eq!(
        severity(&report, FindingKind::Contradictions),
        Some((Severity::Warn, 3))
    );
    assert_eq!(
        severity(&report, FindingKind::TooLong),
        Some((Severity::Warn, 2))
    );
    let contradictions = report.finding(FindingKind::Contradictions).expect("found");
    assert_eq!(contradictions.affected, [0, 1, 2]);

    let reference = report.reference.expect("margins");
    assert_eq!(
        (reference.mean, reference.right.count, reference.right.of),
        (0.5, 1, 2)
    );
    assert_eq!(report.judge.expect("margins").right.of, 1);
    let kinds: Vec<FindingKind> = report.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, FindingKind::ALL);
}

#[test]
fn nothing_is_a_report_too() {
    let report = DataReport::of(&[], OPTIONS);
    assert_eq!(report.counts, RowCounts::default());
    assert_eq!(report.lengths, None);
    assert_eq!(
        severity(&report, FindingKind::Pairs),
        Some((Severity::Warn, 0))
    );
    assert_eq!(report.finding(FindingKind::Length), None);
    let json = serde_json::to_string(&report).expect("plain data");
    assert_eq!(
        serde_json::from_str::<DataReport>(&json).expect("a report"),
        report
    );
}

#[test]
fn length_is_a_bias_only_where_the_test_says_so() {
    let longer = row("p", "one two", "one", Verdict::A);
    let shorter = row("p", "one", "one two", Verdict::A);
    let report = |long: usize, short: usize| {
        let rows = [vec![longer; long], vec![shorter; short]].concat();
        severity(&DataReport::of(&rows, OPTIONS), FindingKind::Length)
    };
    assert_eq!(report(5, 0), Some((Severity::Fine, 5)));
    assert_eq!(report(6, 0), Some((Severity::Warn, 6)));
    assert_eq!(report(2, 11), Some((Severity::Warn, 9)));
    assert_eq!(report(60, 45), Some((Severity::Fine, 15)));
    assert_eq!(report(560, 440), Some((Severity::Note, 120)));
}

#[test]
fn what_a_filter_takes_away_is_what_the_finding_counts() {
    let rows = [
        row("p", "x", "y y", Verdict::A),
        row("p", "y y", "x", Verdict::B),
        row("p", "x", "y y", Verdict::B),
        row("p", "same", "same", Verdict::A),
        row("p", "x", "z z z", Verdict::B),
        row("p", "x", "z z z z z z z", Verdict::Tie),
        row("P.", "y Y", "x", Verdict::B),
    ];
    let report = DataReport::of(&rows, OPTIONS);
    let mut filters = 0;
    for finding in &report.findings {
        if let Some(filter) = finding.kind.filter(report.max_length) {
            filters += 1;
            let left = apply(&rows, &[filter], 1).len();
            assert_eq!(rows.len() - left, finding.count, "{:?}", finding.kind);
        }
    }
    assert!(filters > 1, "{filters} filters were tried");
}

#[test]
fn held_out_rows_are_counted() {
    let prompts: Vec<String> = (0..200).map(|number| format!("prompt {number}")).collect();
    let rows: Vec<ReportRow<'_>> = prompts
        .iter()
        .flat_map(|prompt| [row(prompt, "a", "b", Verdict::A); 2])
        .collect();
    let held_out = HeldOut {
        share: 0.25,
        seed: 3,
    };
    let options = ReportOptions {
        held_out,
        ..OPTIONS
    };
    let counts = DataReport::of(&rows, options).counts;
    let (_, held) = split_by_prompt(&rows, held_out);
    assert_eq!(counts.held_out, held.len());
    assert_eq!(counts.held_out, 2 * counts.held_out_prompts);
    assert!((30..70).contains(&counts.held_out_prompts));
}

#[test]
fn slugs_are_what_serde_writes() {
    for kind in FindingKind::ALL {
        let json = serde_json::to_value(kind).expect("plain data");
        assert_eq!(json, kind.slug());
    }
    for severity in [Severity::Fine, Severity::Note, Severity::Warn] {
        assert_eq!(
            serde_json::to_value(severity).expect("plain data"),
            severity.slug()
        );
    }
}

/// A shipped practice set as rows, with words for tokens; read by `look`.
fn practice_set(name: &str, look: impl Fn(DataReport)) {
    let path = format!(
        "{}/../../public/datasets/{name}.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("a practice set");
    let parsed = crate::dataset::parse_jsonl(&text);
    let rows: Vec<ReportRow<'_>> = parsed
        .examples
        .iter()
        .filter_map(|example| match example {
            crate::Example::Pair {
                prompt,
                chosen,
                rejected,
                ..
            } => Some(row(
                prompt.last_text()?,
                chosen.last_text()?,
                rejected.last_text()?,
                Verdict::A,
            )),
            _ => None,
        })
        .collect();
    assert_eq!(rows.len(), 64);
    let max_length = 1024;
    look(DataReport::of(
        &rows,
        ReportOptions {
            max_length,
            ..OPTIONS
        },
    ));
}

#[test]
fn the_practice_sets_are_found_to_be_what_they_are() {
    practice_set("polite-contradictory", |report| {
        let found = severity(&report, FindingKind::Contradictions);
        assert_eq!(found, Some((Severity::Warn, 64)));
        let repeated = severity(&report, FindingKind::Duplicates);
        assert_eq!(repeated, Some((Severity::Fine, 0)));
    });
    practice_set("polite-and-longer", |report| {
        let found = severity(&report, FindingKind::Length);
        assert!(matches!(found, Some((Severity::Warn, 60..))), "{found:?}");
    });
    practice_set("polite-near-duplicates", |report| {
        // Four prompts; the answers are put in other words than 80% alike.
        let near = severity(&report, FindingKind::NearDuplicates);
        assert_eq!(near, Some((Severity::Fine, 0)));
        assert_eq!(report.diversity.prompts, 4);
        assert_eq!(
            severity(&report, FindingKind::Prompts),
            Some((Severity::Note, 16))
        );
    });
    practice_set("truthful", |report| {
        let found = severity(&report, FindingKind::Contradictions);
        assert_eq!(found, Some((Severity::Fine, 0)));
    });
}
