//! Which labels the table shows: by text, verdict and labeller.

use super::autolabel_form::judge_in_words;
use super::label_history::Entry;
use crate::texts::verdicts as texts;
use tilt_protocol::{Label, Labeller, Verdict};

/// Whose labels are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    Anyone,
    Person,
    Judge,
}

impl Whose {
    pub const ALL: [Whose; 3] = [Whose::Anyone, Whose::Person, Whose::Judge];

    pub fn slug(self) -> &'static str {
        match self {
            Whose::Anyone => "anyone",
            Whose::Person => "you",
            Whose::Judge => "judge",
        }
    }

    /// As the filter of the table says it.
    pub fn name(self) -> &'static str {
        match self {
            Whose::Anyone => texts::BY_ANYONE,
            Whose::Person => texts::BY_YOU,
            Whose::Judge => texts::BY_JUDGE,
        }
    }

    pub fn from_slug(slug: &str) -> Whose {
        Whose::ALL
            .into_iter()
            .find(|whose| whose.slug() == slug)
            .unwrap_or_default()
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
    pub fn keys(&self, entries: &[Entry]) -> Vec<u64> {
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
        let is_of_person = label.labeller == Labeller::Person;
        match self.whose {
            Whose::Person if !is_of_person => return false,
            Whose::Judge if is_of_person => return false,
            _ => {}
        }
        if words.is_empty() {
            return true;
        }
        let pair = &label.pair;
        let text = format!("{} {} {}", pair.prompt, pair.answer_a, pair.answer_b).to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

/// Who labelled: "you", or "judge: polite + 0.5 truthful".
pub fn labeller_name(labeller: &Labeller) -> String {
    match labeller.judge_settings() {
        None => texts::YOU.to_owned(),
        Some(judge) => texts::judge(&judge_in_words(&judge)),
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
    use crate::state::label_history::tests::entries;
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
        let whose = Whose::from_slug("you");
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
    fn pages_stay_inside_the_rows() {
        assert_eq!(page_range(0, 3, 8), 0..0);
        assert_eq!(page_range(8, 1, 8), 0..8);
        assert_eq!(page_range(20, 1, 8), 8..16);
        assert_eq!(page_range(20, 9, 8), 16..20);
        assert_eq!(page_range(20, 0, 0), 0..1);
    }
}
