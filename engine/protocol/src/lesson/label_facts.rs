//! Who gave labels, how many, and how far two labellers agree.

use super::label_source::LabelledBy;
use crate::label::{Label, Origin, Verdict, VerdictAgreement};
use crate::principle::JudgeSettings;
use serde::{Deserialize, Serialize};

/// Labels of one labeller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelFacts {
    pub by: LabellerFacts,
    /// Verdicts, ties too.
    pub count: usize,
    /// Those of them that say which answer is better.
    pub decisive: usize,
}

/// Who gave labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabellerFacts {
    /// A person, in this lab.
    Hand,
    Judge(JudgeSettings),
    /// A practice set, by its slug.
    Set(String),
    /// A file or another lab, by its name.
    File(String),
}

impl LabelFacts {
    /// Labels by who gave them, in the order in which each gave the first.
    pub fn of_labels<'a>(labels: impl Iterator<Item = &'a Label>) -> Vec<LabelFacts> {
        let mut facts: Vec<LabelFacts> = Vec::new();
        for label in labels {
            let by = LabellerFacts::of(label);
            let decisive = usize::from(label.is_decisive());
            match facts.iter_mut().find(|labels| labels.by == by) {
                Some(labels) => {
                    labels.count += 1;
                    labels.decisive += decisive;
                }
                None => facts.push(LabelFacts {
                    by,
                    count: 1,
                    decisive,
                }),
            }
        }
        facts
    }
}

impl LabellerFacts {
    /// Who gave a label, as seen from the lab that holds it.
    pub fn of(label: &Label) -> LabellerFacts {
        match label.origin() {
            Origin::Here => match label.labeller.judge_settings() {
                Some(judge) => LabellerFacts::Judge(judge),
                None => LabellerFacts::Hand,
            },
            Origin::PracticeSet { name } => LabellerFacts::Set(name),
            Origin::File { name, .. } | Origin::Lab { name } | Origin::Author { code: name } => {
                LabellerFacts::File(name)
            }
        }
    }

    pub fn kind(&self) -> LabelledBy {
        match self {
            LabellerFacts::Hand => LabelledBy::Hand,
            LabellerFacts::Judge(_) => LabelledBy::Judge,
            LabellerFacts::Set(_) => LabelledBy::Set,
            LabellerFacts::File(_) => LabelledBy::File,
        }
    }

    /// Whether these labels are of the file of that name.
    pub fn is_file(&self, name: &str) -> bool {
        matches!(self, LabellerFacts::File(own) if own == name)
    }

    /// Whether these labels are of that judge: the order of principles says nothing.
    pub fn is_judge(&self, judge: &JudgeSettings) -> bool {
        matches!(self, LabellerFacts::Judge(own) if own.noise == judge.noise)
            && self.weighs_as(judge)
    }

    /// Whether this is a judge of the same principles and bias, whatever its noise.
    pub fn weighs_as(&self, judge: &JudgeSettings) -> bool {
        let sorted = |judge: &JudgeSettings| {
            let mut principles = judge.principles.clone();
            principles.sort_by_key(|(principle, _)| principle.slug());
            principles
        };
        match self {
            LabellerFacts::Judge(own) => {
                own.length_bias == judge.length_bias && sorted(own) == sorted(judge)
            }
            LabellerFacts::Hand | LabellerFacts::Set(_) | LabellerFacts::File(_) => false,
        }
    }
}

/// How far two labellers agree on the pairs that both have judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgreementFacts {
    pub between: [LabellerFacts; 2],
    /// Pairs on which both said the same.
    pub same: usize,
    /// Pairs that both have judged.
    pub of: usize,
    /// Cohen's kappa; `None` where chance explains all.
    #[serde(default)]
    pub kappa: Option<f64>,
}

impl AgreementFacts {
    /// Of the verdicts that both have given on the same pairs; `None` where there are none.
    pub fn of_verdicts(
        between: [LabellerFacts; 2],
        verdicts: &[(Verdict, Verdict)],
    ) -> Option<AgreementFacts> {
        let agreement = VerdictAgreement::of(verdicts)?;
        Some(AgreementFacts {
            between,
            same: verdicts.iter().filter(|(one, other)| one == other).count(),
            of: agreement.n,
            kappa: agreement.kappa,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curated::CuratedSet;
    use crate::label::{Labeller, Pair, PairSource, Verdict};
    use crate::principle::Principle;

    fn label(labeller: Labeller, origin: Option<Origin>, verdict: Verdict) -> Label {
        let pair = Pair {
            id: "1".to_owned(),
            prompt: "Hello!".to_owned(),
            answer_a: "Hi.".to_owned(),
            answer_b: "Go away.".to_owned(),
            source: PairSource::Written,
            row: None,
        };
        let mut label = Label::new(pair, verdict, labeller, 0.0);
        label.origin = origin;
        label
    }

    #[test]
    fn labels_are_told_apart_by_who_gave_them() {
        let judge = || Labeller::judge(Principle::Polite, 0.1);
        let set = Origin::of_set(CuratedSet::Noisy);
        let file = Origin::File {
            name: "a.jsonl".to_owned(),
            author: None,
        };
        let labels = [
            label(Labeller::Person, None, Verdict::A),
            label(judge(), None, Verdict::B),
            label(Labeller::Person, None, Verdict::Tie),
            label(Labeller::Person, Some(set), Verdict::A),
            label(judge(), Some(file), Verdict::A),
        ];
        let facts = LabelFacts::of_labels(labels.iter());
        let found: Vec<(LabelledBy, usize, usize)> = facts
            .iter()
            .map(|labels| (labels.by.kind(), labels.count, labels.decisive))
            .collect();
        let expected = [
            (LabelledBy::Hand, 2, 1),
            (LabelledBy::Judge, 1, 1),
            (LabelledBy::Set, 1, 1),
            (LabelledBy::File, 1, 1),
        ];
        assert_eq!(found, expected);
        assert!(
            facts[1]
                .by
                .is_judge(&JudgeSettings::of(Principle::Polite, 0.1))
        );
        assert!(
            !facts[1]
                .by
                .is_judge(&JudgeSettings::of(Principle::Polite, 0.0))
        );
    }
}
