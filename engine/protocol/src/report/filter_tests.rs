use super::super::row::tests::row;
use super::*;
use proptest::prelude::*;

fn rows() -> Vec<ReportRow<'static>> {
    let mut rows = vec![
        row("p", "x", "y y", Verdict::A),
        row("p", "y y", "x", Verdict::B),
        row("p", "x", "y y", Verdict::B),
        row("p", "x", "y y", Verdict::Tie),
        row("p", "same", "same", Verdict::A),
        row("q", "x", "a much longer answer than most", Verdict::B),
        row("q", "x", "z z", Verdict::BothBad),
        row("q", "x", "", Verdict::BothGood),
    ];
    for (row, margin) in rows.iter_mut().zip([2.0, -1.0, 0.5]) {
        row.measured.reference_margin = Some(margin);
    }
    rows
}

#[test]
fn each_filter_leaves_out_what_it_says() {
    let check = |filter: Filter, expected: &[usize]| {
        assert_eq!(apply(&rows(), &[filter], 1), expected, "{filter:?}");
    };
    check(Filter::Duplicates, &[0, 2, 3, 4, 5, 6, 7]);
    check(Filter::Ties, &[0, 1, 2, 4, 5, 6, 7]);
    check(Filter::SameAnswers, &[0, 1, 2, 3, 5, 6, 7]);
    check(Filter::Contradictions, &[3, 4, 5, 6, 7]);
    check(Filter::TooLong { max_length: 7 }, &[0, 1, 2, 3, 4, 6, 7]);
    check(Filter::Undecided, &[0, 1, 2, 5]);
    check(
        Filter::ReferenceMargin {
            low: 0.0,
            high: 2.0,
        },
        &[0, 2],
    );
    check(Filter::Sample { count: 100 }, &[0, 1, 2, 3, 4, 5, 6, 7]);
    check(Filter::Sample { count: 0 }, &[]);
}

#[test]
fn filters_follow_one_another() {
    let filters = [
        Filter::Duplicates,
        Filter::Contradictions,
        Filter::Undecided,
    ];
    assert_eq!(apply(&rows(), &filters, 1), [5]);
    assert!(apply(&[], &filters, 1).is_empty());
}

#[test]
fn a_sample_depends_on_its_seed_and_nothing_else() {
    let rows = [row("p", "x", "y", Verdict::A); 50];
    let sample = |seed| apply(&rows, &[Filter::Sample { count: 10 }], seed);
    assert_eq!(sample(3).len(), 10);
    assert_eq!(sample(3), sample(3));
    assert_ne!(sample(3), sample(4));
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec("[ab]", 0..4).prop_map(|words| words.join(" "))
}

fn any_filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        Just(Filter::Duplicates),
        Just(Filter::NearDuplicates),
        Just(Filter::Ties),
        Just(Filter::SameAnswers),
        Just(Filter::Contradictions),
        Just(Filter::TooLong { max_length: 4 }),
        Just(Filter::Undecided),
        Just(Filter::LengthBias),
        Just(Filter::Sample { count: 7 }),
        Just(Filter::ReferenceMargin {
            low: -0.5,
            high: 1.0
        }),
    ]
}

proptest! {
    #[test]
    fn filters_keep_order_and_have_nothing_left_to_do(
        texts in prop::collection::vec((words(), words(), words(), 0..5_usize, -2.0..2.0_f64), 0..30),
        filter in any_filter(),
        seed in any::<u64>(),
    ) {
        let rows: Vec<ReportRow<'_>> = texts
            .iter()
            .map(|(prompt, a, b, verdict, margin)| {
                let mut row = row(prompt, a, b, Verdict::ALL[*verdict]);
                row.measured.reference_margin = row.is_decisive().then_some(*margin);
                row
            })
            .collect();
        let kept = apply(&rows, &[filter], seed);
        prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(kept.iter().all(|&index| index < rows.len()));
        prop_assert_eq!(&kept, &apply(&rows, &[filter], seed));

        let left: Vec<ReportRow<'_>> = kept.iter().map(|&index| rows[index]).collect();
        prop_assert_eq!(apply(&left, &[filter], seed), (0..left.len()).collect::<Vec<_>>());
        if filter == Filter::LengthBias {
            let sides: Vec<(usize, usize)> =
                left.iter().filter_map(ReportRow::chosen_rejected_tokens).collect();
            let longer = sides.iter().filter(|(c, r)| c > r).count();
            let shorter = sides.iter().filter(|(c, r)| c < r).count();
            prop_assert_eq!(longer, shorter);
        }
    }
}
