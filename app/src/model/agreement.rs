//! How far two sets of labels agree: the share of equal verdicts, and Cohen's kappa
//! (Cohen 1960), which takes off what chance alone would give. Plain functions.

use crate::model::label_filter::labeller_name;
use crate::texts::verdicts::YOU;
use std::collections::{BTreeMap, HashMap};
use tilt_protocol::label::SamePair;
use tilt_protocol::{Label, Verdict};

pub use tilt_protocol::label::VerdictAgreement;

/// The last verdict on each pair.
fn by_pair<'a>(labels: impl Iterator<Item = &'a Label>) -> HashMap<SamePair<'a>, Verdict> {
    labels
        .map(|label| (SamePair::of(&label.pair), label.verdict_in_order()))
        .collect()
}

/// The last verdicts of both sets on the same prompt and answers. A and B mean the
/// answers in the order of their letters: a set in which the better answer always stands
/// first (an imported one) would otherwise seem to say the same thing of every pair.
pub fn matched<'a>(
    labels: impl Iterator<Item = &'a Label>,
    others: impl Iterator<Item = &'a Label>,
) -> Vec<(Verdict, Verdict)> {
    let others = by_pair(others);
    by_pair(labels)
        .into_iter()
        .filter_map(|(pair, own)| Some((own, *others.get(&pair)?)))
        .collect()
}

/// Labels by who gave them, or where they are from: in the order of the names.
fn groups<'a>(labels: impl Iterator<Item = &'a Label>) -> BTreeMap<String, Vec<&'a Label>> {
    let mut groups: BTreeMap<String, Vec<&Label>> = BTreeMap::new();
    for label in labels {
        groups.entry(labeller_name(label)).or_default().push(label);
    }
    groups
}

/// Two labellers of the same pairs, by name, with how far they agree; the person of this
/// lab stands first.
pub fn between_labellers(labels: &[Label]) -> Vec<(String, String, VerdictAgreement)> {
    let mut groups: Vec<(String, Vec<&Label>)> = groups(labels.iter()).into_iter().collect();
    groups.sort_by_key(|(name, _)| name != YOU);
    let mut found = Vec::new();
    for (index, (one, ones)) in groups.iter().enumerate() {
        for (other, others) in &groups[index + 1..] {
            let both = matched(ones.iter().copied(), others.iter().copied());
            if let Some(agreement) = VerdictAgreement::of(&both) {
                found.push((one.clone(), other.clone(), agreement));
            }
        }
    }
    found
}

/// How far a file's labels agree with those here: the labeller here, whose they are in the
/// file, and the agreement. Beside it how many of the file's labels are of somebody who has
/// labels here too: a set is not compared with itself.
pub fn with_file(
    labels: &[Label],
    file: &[Label],
) -> (Vec<(String, String, VerdictAgreement)>, usize) {
    let (here, of_file) = (groups(labels.iter()), groups(file.iter()));
    let mut found = Vec::new();
    for (other, others) in &of_file {
        for (one, ones) in here.iter().filter(|(one, _)| *one != other) {
            let both = matched(ones.iter().copied(), others.iter().copied());
            if let Some(agreement) = VerdictAgreement::of(&both) {
                found.push((one.clone(), other.clone(), agreement));
            }
        }
    }
    let in_both = of_file.iter().filter(|(name, _)| here.contains_key(*name));
    (found, in_both.map(|(_, labels)| labels.len()).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::label_history::tests::label;
    use tilt_protocol::{Labeller, Origin, Principle};

    fn verdicts(counts: [(Verdict, Verdict, usize); 4]) -> Vec<(Verdict, Verdict)> {
        counts
            .into_iter()
            .flat_map(|(one, other, count)| std::iter::repeat_n((one, other), count))
            .collect()
    }

    #[test]
    fn kappa_has_its_known_values() {
        use Verdict::{A, B};
        // The worked example of Cohen's kappa: 20, 5, 10 and 15 of 50.
        let both = verdicts([(A, A, 20), (A, B, 5), (B, A, 10), (B, B, 15)]);
        let agreement = VerdictAgreement::of(&both).expect("50 pairs");
        assert_eq!(agreement.n, 50);
        assert!((agreement.share - 0.7).abs() < 1e-12);
        assert!((agreement.kappa.unwrap_or(0.0) - 0.4).abs() < 1e-12);

        let all = verdicts([(A, A, 3), (B, B, 3), (A, A, 0), (B, B, 0)]);
        let kappa = VerdictAgreement::of(&all).and_then(|agreement| agreement.kappa);
        assert_eq!(kappa, Some(1.0));
        let none = verdicts([(A, B, 5), (B, A, 5), (A, B, 0), (B, A, 0)]);
        let kappa = VerdictAgreement::of(&none).and_then(|agreement| agreement.kappa);
        assert_eq!(kappa, Some(-1.0));
    }

    #[test]
    fn kappa_is_undefined_where_both_always_say_the_same() {
        let agreement = VerdictAgreement::of(&[(Verdict::A, Verdict::A); 4]).expect("4 pairs");
        assert_eq!(agreement.share, 1.0);
        assert_eq!(agreement.kappa, None);
        let json: serde_json::Value = serde_json::from_str(&agreement.json()).expect("JSON");
        assert_eq!(
            json,
            serde_json::json!({ "n": 4, "agreement": 1.0, "kappa": null })
        );
        assert_eq!(VerdictAgreement::of(&[]), None);
    }

    #[test]
    fn pairs_are_matched_whichever_way_round_they_stand() {
        for own in Verdict::ALL {
            for verdict in Verdict::ALL {
                for (own_turned, other_turned) in
                    [(false, false), (false, true), (true, false), (true, true)]
                {
                    let turned = |mut label: Label, is_turned: bool| {
                        if is_turned {
                            std::mem::swap(&mut label.pair.answer_a, &mut label.pair.answer_b);
                            label.verdict = label.verdict.swapped();
                        }
                        label
                    };
                    let one = turned(label("x", own), own_turned);
                    let other = turned(label("x", verdict), other_turned);
                    assert_eq!(
                        matched([&one].into_iter(), [&other].into_iter()),
                        [(own, verdict)]
                    );
                }
            }
        }
        let (one, other) = (label("x", Verdict::A), label("y", Verdict::A));
        assert!(matched([&one].into_iter(), [&other].into_iter()).is_empty());
    }

    #[test]
    fn sets_with_the_better_answer_first_have_the_kappa_of_their_content() {
        let better_first = |mut label: Label| {
            if label.verdict == Verdict::B {
                std::mem::swap(&mut label.pair.answer_a, &mut label.pair.answer_b);
                label.verdict = Verdict::A;
            }
            label
        };
        use Verdict::{A, B};
        let verdicts = [(A, A), (A, B), (B, B), (B, B)];
        let set = |read: fn(&(Verdict, Verdict)) -> Verdict| -> Vec<Label> {
            let labels = verdicts.iter().enumerate();
            labels
                .map(|(index, both)| label(&format!("prompt {index}"), read(both)))
                .collect()
        };
        let (ones, others) = (set(|both| both.0), set(|both| both.1));
        let plain = VerdictAgreement::of(&matched(ones.iter(), others.iter()));
        assert!(plain.is_some_and(|agreement| agreement.kappa == Some(0.5)));
        let ones: Vec<Label> = ones.into_iter().map(better_first).collect();
        let others: Vec<Label> = others.into_iter().map(better_first).collect();
        assert_eq!(
            VerdictAgreement::of(&matched(ones.iter(), others.iter())),
            plain
        );

        // A pair that was judged twice counts once, by the last verdict.
        let twice: Vec<Label> = [label("prompt 0", B)].into_iter().chain(ones).collect();
        assert_eq!(
            VerdictAgreement::of(&matched(twice.iter(), others.iter())),
            plain
        );
    }

    #[test]
    fn labellers_of_the_same_pairs_are_compared() {
        let mut judged = label("x", Verdict::B);
        judged.labeller = Labeller::judge(Principle::Short, 0.0);
        let labels = [label("x", Verdict::A), judged, label("y", Verdict::A)];
        let found = between_labellers(&labels);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].0.as_str(), found[0].1.as_str()),
            ("you", "judge: short")
        );
        assert_eq!((found[0].2.n, found[0].2.share), (1, 0.0));
        assert!(between_labellers(&labels[2..]).is_empty());
    }

    #[test]
    fn a_file_that_came_in_is_not_compared_with_itself() {
        use Verdict::{A, B};
        let of_file = |id: &str, verdict, name: &str| Label {
            origin: Some(Origin::File {
                name: name.to_owned(),
                author: None,
            }),
            at_ms: 7.0,
            ..label(id, verdict)
        };
        let own = [label("x", A), label("y", A), label("z", B)];
        let file = [
            of_file("x", A, "b.jsonl"),
            of_file("y", B, "b.jsonl"),
            of_file("z", B, "b.jsonl"),
        ];
        let (before, in_both) = with_file(&own, &file);
        assert_eq!(in_both, 0);
        assert_eq!(before.len(), 1);
        let (one, other, agreement) = &before[0];
        assert_eq!((one.as_str(), other.as_str()), ("you", "b.jsonl"));
        assert_eq!(agreement.n, 3);
        assert!((agreement.share - 2.0 / 3.0).abs() < 1e-12);

        // Once it came in, also under a later time, nothing of that changes.
        let mut both = own.to_vec();
        let later = |label: Label| Label {
            at_ms: 9.0,
            ..label
        };
        both.extend(file.iter().cloned().map(later));
        assert_eq!(with_file(&both, &file), (before.clone(), 3));
        // And here it stands beside one's own, by its name.
        let here = between_labellers(&both);
        assert_eq!(here.len(), 1);
        assert_eq!((here[0].0.as_str(), here[0].1.as_str()), ("you", "b.jsonl"));
        assert_eq!(here[0].2, *agreement);

        // One's own export says nothing about agreement.
        assert_eq!(with_file(&own, &own), (vec![], 3));
    }
}
