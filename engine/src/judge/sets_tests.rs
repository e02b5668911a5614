//! The curated sets, read by the judge and by the grammar.

use super::*;
use crate::world::{Attributes, SET_ROWS, curated_set, find_prompt, parse_answer};
use tilt_protocol::{CuratedSet, Example, Principle};

const SEED: u64 = 1;

/// Prompt, chosen, rejected.
fn pairs(set: CuratedSet) -> Vec<[String; 3]> {
    curated_set(set, SEED)
        .iter()
        .map(|row| match row {
            Example::Pair {
                prompt,
                chosen,
                rejected,
                ..
            } => [prompt, chosen, rejected].map(|content| {
                content
                    .last_text()
                    .expect("a conversational pair")
                    .to_owned()
            }),
            other => panic!("{other:?} is no pair"),
        })
        .collect()
}

fn drawn(prompt: &str, answer: &str) -> Attributes {
    let prompt = find_prompt(prompt).expect("a prompt of the world");
    parse_answer(&prompt, answer).unwrap_or_else(|| panic!("no answer of the world: {answer}"))
}

/// How often a judge prefers the chosen answer, and how often the rejected one.
fn verdicts(set: CuratedSet, principle: Principle) -> (usize, usize) {
    let weighted = Weighted::single(principle);
    let verdicts: Vec<JudgeVerdict> = pairs(set)
        .iter()
        .map(|[prompt, chosen, rejected]| compare(&weighted, prompt, chosen, rejected).verdict)
        .collect();
    let count = |wanted| verdicts.iter().filter(|&&found| found == wanted).count();
    (count(JudgeVerdict::First), count(JudgeVerdict::Second))
}

#[test]
fn in_a_clean_set_the_judge_prefers_every_chosen_answer() {
    for principle in Principle::ALL {
        let (first, second) = verdicts(CuratedSet::Clean(principle), principle);
        assert_eq!((first, second), (SET_ROWS, 0), "{principle:?}");
    }
}

#[test]
fn in_a_clean_set_nothing_else_differs() {
    for principle in Principle::ALL {
        for [prompt, chosen, rejected] in pairs(CuratedSet::Clean(principle)) {
            let (a, mut b) = (drawn(&prompt, &chosen), drawn(&prompt, &rejected));
            match principle {
                Principle::Truthful => b.truthful = a.truthful,
                Principle::Polite => b.polite = a.polite,
                Principle::Short | Principle::Long => b.length = a.length,
                Principle::Warm => b.warm = a.warm,
                Principle::Direct => b.direct = a.direct,
                // A refusal states nothing and counts as on topic.
                Principle::Safe => {
                    b.refuses = a.refuses;
                    b.on_topic = a.on_topic;
                    b.truthful = a.truthful;
                }
                // Another thing may state what this one cannot.
                Principle::OnTopic => {
                    b.on_topic = a.on_topic;
                    b.truthful = a.truthful;
                }
            }
            assert_eq!(a, b, "{principle:?}: {chosen} / {rejected}");
        }
    }
}

#[test]
fn the_other_sets_are_what_they_say() {
    let all = (SET_ROWS, 0);
    assert_eq!(verdicts(CuratedSet::Confounded, Principle::Polite), all);
    assert_eq!(verdicts(CuratedSet::Confounded, Principle::Long), all);
    let noisy = verdicts(CuratedSet::Noisy, Principle::Polite);
    assert_eq!(noisy, (SET_ROWS * 3 / 4, SET_ROWS / 4));
    let half = (SET_ROWS / 2, SET_ROWS / 2);
    assert_eq!(verdicts(CuratedSet::Contradictory, Principle::Polite), half);
    assert_eq!(verdicts(CuratedSet::Borderline, Principle::Truthful), all);
    let none = (0, SET_ROWS);
    assert_eq!(verdicts(CuratedSet::Borderline, Principle::Warm), none);
    assert_eq!(verdicts(CuratedSet::NearDuplicates, Principle::Polite), all);
    let mut prompts: Vec<String> = pairs(CuratedSet::NearDuplicates)
        .into_iter()
        .map(|[prompt, ..]| prompt)
        .collect();
    prompts.sort();
    prompts.dedup();
    assert_eq!(prompts.len(), 4);
}

#[test]
fn the_shipped_files_are_what_the_world_writes() {
    for set in CuratedSet::all() {
        let file = format!(
            "{}/../public/datasets/{}.jsonl",
            env!("CARGO_MANIFEST_DIR"),
            set.slug()
        );
        let shipped = std::fs::read_to_string(&file).expect("a shipped set");
        let written = tilt_protocol::dataset::write_jsonl(&curated_set(set, SEED));
        assert!(shipped == written, "{file} is not what the world writes");
    }
}
