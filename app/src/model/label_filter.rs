//! Which labels the table shows: by text, verdict, and by whom or from where they are.

use super::autolabel_form::judge_in_words;
use super::label_history::LabelEntry;
use crate::texts::verdicts as texts;
use std::collections::BTreeSet;
use tilt_protocol::{CuratedSet, Label, Labeller, Origin, Verdict};

/// Whose labels are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    Anyone,
    Person,
    Judge,
    From(Origin),
}

impl Whose {
    /// What there is to choose from with these labels.
    pub fn all(entries: &[LabelEntry]) -> Vec<Whose> {
        let origins = entries.iter().map(|entry| entry.label.origin());
        let elsewhere: BTreeSet<Origin> = origins.filter(|from| *from != Origin::Here).collect();
        [Whose::Anyone, Whose::Person, Whose::Judge]
            .into_iter()
            .chain(elsewhere.into_iter().map(Whose::From))
            .collect()
    }

    /// Tells the choices apart.
    pub fn slug(&self) -> String {
        let origin = match self {
            Whose::Anyone => return "anyone".to_owned(),
            Whose::Person => return "you".to_owned(),
            Whose::Judge => return "judge".to_owned(),
            Whose::From(origin) => origin,
        };
        match origin {
            Origin::Here => "here".to_owned(),
            Origin::PracticeSet { name } => format!("set:{name}"),
            Origin::File { name, author } => {
                format!("file:{}:{name}", author.as_deref().unwrap_or_default())
            }
            Origin::Lab { name } => format!("lab:{name}"),
            Origin::Author { code } => format!("author:{code}"),
        }
    }

    /// As the filter of the table says it.
    pub fn name(&self) -> String {
        match self {
            Whose::Anyone => texts::BY_ANYONE.to_owned(),
            Whose::Person => texts::BY_YOU.to_owned(),
            Whose::Judge => texts::BY_JUDGE.to_owned(),
            Whose::From(origin) => texts::from(&origin_name(origin)),
        }
    }

    fn shows(&self, label: &Label) -> bool {
        match self {
            Whose::Anyone => true,
            Whose::Person => label.is_own(),
            Whose::Judge => label.labeller != Labeller::Person,
            Whose::From(origin) => label.origin() == *origin,
        }
    }
}

/// What is asked of a label to be shown; an empty filter shows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelFilter {
    /// Words that prompt or answers contain, in any case.
    pub text: String,
    pub verdict: Option<Verdict>,
    pub whose: Whose,
}

impl LabelFilter {
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.verdict.is_none() && self.whose == Whose::Anyone
    }

    /// The keys of the labels to show, the latest first.
    pub fn keys(&self, entries: &[LabelEntry]) -> Vec<u64> {
        let text = self.text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        entries
            .iter()
            .rev()
            .filter(|entry| self.shows(&entry.label, &words))
            .map(|entry| entry.key)
            .collect()
    }

    fn shows(&self, label: &Label, words: &[&str]) -> bool {
        if self.verdict.is_some_and(|verdict| verdict != label.verdict) {
            return false;
        }
        if !self.whose.shows(label) {
            return false;
        }
        if words.is_empty() {
            return true;
        }
        let pair = &label.pair;
        let text = format!("{} {} {}", pair.prompt, pair.answer_a, pair.answer_b).to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

/// Who labelled, or where the label is from: "you", "judge: polite + 0.5 truthful",
/// "pairs.csv", "lab Anna, judge: polite".
pub fn labeller_name(label: &Label) -> String {
    let judge = label.labeller.judge_settings();
    let judge = judge.map(|judge| texts::judge(&judge_in_words(&judge)));
    match (label.origin(), judge) {
        (Origin::Here, None) => texts::YOU.to_owned(),
        (Origin::Here, Some(judge)) => judge,
        (origin, None) => origin_name(&origin),
        (origin, Some(judge)) => texts::from_and_by(&origin_name(&origin), &judge),
    }
}

/// Where labels are from, for people.
pub fn origin_name(origin: &Origin) -> String {
    match origin {
        Origin::Here => texts::THIS_LAB.to_owned(),
        Origin::PracticeSet { name } => {
            let set = CuratedSet::from_slug(name);
            texts::practice_set(&set.map_or_else(|| name.clone(), CuratedSet::name))
        }
        Origin::File { name, author: None } => name.clone(),
        Origin::File {
            name,
            author: Some(code),
        } => texts::file_of(name, code),
        Origin::Lab { name } => texts::lab(name),
        Origin::Author { code } => texts::lab(code),
    }
}

/// The part of `count` rows that page `page` (from 0) of `size` rows shows; a page
/// beyond the last is the last.
pub fn page_range(count: usize, page: usize, size: usize) -> std::ops::Range<usize> {
    let size = size.max(1);
    let last = count.saturating_sub(1) / size;
    let start = page.min(last) * size;
    start..(start + size).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::label_history::tests::entries;
    use tilt_protocol::Principle;

    #[test]
    fn labels_are_found_by_words_verdict_and_labeller() {
        let mut labels = entries(12);
        labels[1].label.verdict = Verdict::Tie;
        labels[4].label.labeller = Labeller::judge(Principle::Warm, 0.0);
        labels[4].label.pair.answer_b = "I am so Sorry to hear that".to_owned();
        let keys = |filter: LabelFilter| filter.keys(&labels);

        assert_eq!(keys(LabelFilter::default()).len(), 12);
        assert_eq!(keys(LabelFilter::default())[0], 12, "the latest first");
        let text = "sorry  HEAR".to_owned();
        let by_text = LabelFilter {
            text,
            ..LabelFilter::default()
        };
        assert!(!by_text.is_empty());
        assert_eq!(keys(by_text), [5]);
        let verdict = Some(Verdict::Tie);
        assert_eq!(
            keys(LabelFilter {
                verdict,
                ..LabelFilter::default()
            }),
            [2]
        );
        let whose = Whose::Judge;
        assert_eq!(
            keys(LabelFilter {
                whose,
                ..LabelFilter::default()
            }),
            [5]
        );
        let whose = Whose::Person;
        assert_eq!(
            keys(LabelFilter {
                whose,
                ..LabelFilter::default()
            })
            .len(),
            11
        );
    }

    #[test]
    fn labels_are_found_by_where_they_are_from() {
        let mut labels = entries(5);
        let file = |author: Option<&str>| Origin::File {
            name: "labels.tilt.jsonl".to_owned(),
            author: author.map(str::to_owned),
        };
        let anna = "Anna".to_owned();
        labels[0].label.origin = Some(file(Some("7f3a2c")));
        labels[1].label.origin = Some(file(Some("00beef")));
        labels[2].label.origin = Some(Origin::of_set(CuratedSet::Noisy));
        labels[3].label.origin = Some(Origin::Lab { name: anna });
        labels[3].label.labeller = Labeller::judge(Principle::Warm, 0.0);

        let choices = Whose::all(&labels);
        assert_eq!(choices.len(), 3 + 4, "{choices:?}");
        let slugs: BTreeSet<String> = choices.iter().map(Whose::slug).collect();
        assert_eq!(slugs.len(), choices.len());
        let names: BTreeSet<String> = choices.iter().map(Whose::name).collect();
        assert_eq!(names.len(), choices.len());
        for whose in choices {
            let count = match whose {
                Whose::Anyone => 5,
                Whose::Person | Whose::Judge | Whose::From(_) => 1,
            };
            let filter = LabelFilter {
                whose,
                ..LabelFilter::default()
            };
            assert_eq!(filter.keys(&labels).len(), count, "{filter:?}");
        }

        let said: Vec<String> = labels
            .iter()
            .map(|entry| labeller_name(&entry.label))
            .collect();
        assert_eq!(
            said,
            [
                "labels.tilt.jsonl (lab 7f3a2c)",
                "labels.tilt.jsonl (lab 00beef)",
                "practice set: polite, noisy",
                "lab Anna, judge: warm",
                "you",
            ]
        );
    }

    #[test]
    fn pages_stay_inside_the_rows() {
        assert_eq!(page_range(0, 3, 8), 0..0);
        assert_eq!(page_range(8, 1, 8), 0..8);
        assert_eq!(page_range(20, 1, 8), 8..16);
        assert_eq!(page_range(20, 9, 8), 16..20);
        assert_eq!(page_range(20, 0, 0), 0..1);
    }
}
