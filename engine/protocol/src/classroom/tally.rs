//! What a class predicted, step by step, and what most got wrong.

use super::recheck::facts_at;
use super::report::LearnerReport;
use super::way::quiz_right;
use crate::lesson::{Lesson, Measure, Predict, Prediction, Standing, outcome};
use crate::report::Histogram;

/// Bins of a spread of numbers.
const MOST_BINS: usize = 8;

/// What was predicted at a step, by how many.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Choice {
        /// Options with who chose each, by learner.
        options: Vec<(String, Vec<usize>)>,
        /// The one that comes about, where the lesson knows it.
        answer: Option<usize>,
    },
    Numbers {
        /// What was said, by learner.
        said: Vec<(usize, f64)>,
        /// What was measured in each learner's own run, where it was.
        came: Vec<(usize, f64)>,
        /// Two series of the same bins: what was said, what was measured.
        spread: Histogram,
        unit: Option<String>,
    },
    /// Orders with who said each, the most frequent first.
    Orders(Vec<(Vec<String>, Vec<usize>)>),
}

/// A step's predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPredictions {
    /// Learners who predicted something, those of whom it is known whether it came about,
    /// and those who were right.
    pub count: usize,
    pub known: usize,
    pub right: usize,
    pub said: Said,
}

/// Predictions of a step; `None` where it asks for none.
pub fn predictions_of(
    lesson: &Lesson,
    step: usize,
    reports: &[&LearnerReport],
) -> Option<StepPredictions> {
    let predict = lesson.steps.get(step)?.predict.as_ref()?;
    let told: Vec<_> = reports
        .iter()
        .enumerate()
        .filter_map(|(learner, report)| {
            let told = report.predictions.get(step)?.as_ref()?;
            Some((learner, told))
        })
        .collect();
    let said: Vec<(usize, &Prediction)> =
        told.iter().map(|(who, told)| (*who, &told.said)).collect();
    let is_right = |wanted: bool| {
        let all = told.iter();
        all.filter(|(_, told)| told.is_right == Some(wanted))
            .count()
    };
    Some(StepPredictions {
        count: told.len(),
        known: is_right(true) + is_right(false),
        right: is_right(true),
        said: match predict {
            Predict::Choice { options, answer } => choices(options, *answer, &said),
            Predict::Number { unit, measure } | Predict::Slider { unit, measure, .. } => {
                let came = measure
                    .as_ref()
                    .map(|measure| measured(measure, step, reports));
                numbers(&said, came.unwrap_or_default(), unit.clone())
            }
            Predict::Order { items } => orders(items, &said),
        },
    })
}

fn choices(options: &[String], answer: Option<usize>, said: &[(usize, &Prediction)]) -> Said {
    let who = |option: usize| {
        let chosen = said
            .iter()
            .filter(move |(_, said)| **said == Prediction::Choice(option));
        chosen.map(|(who, _)| *who).collect()
    };
    let options = options.iter().enumerate();
    Said::Choice {
        options: options
            .map(|(index, option)| (option.clone(), who(index)))
            .collect(),
        answer,
    }
}

fn measured(measure: &Measure, step: usize, reports: &[&LearnerReport]) -> Vec<(usize, f64)> {
    let came = reports.iter().enumerate().filter_map(|(who, report)| {
        let facts = facts_at(report, step);
        Some((who, outcome(measure, &facts).ok()?.value))
    });
    came.filter(|(_, value)| value.is_finite()).collect()
}

fn numbers(said: &[(usize, &Prediction)], came: Vec<(usize, f64)>, unit: Option<String>) -> Said {
    let said: Vec<(usize, f64)> = said
        .iter()
        .filter_map(|(who, said)| match said {
            Prediction::Number(number) if number.is_finite() => Some((*who, *number)),
            Prediction::Number(_) | Prediction::Choice(_) | Prediction::Order(_) => None,
        })
        .collect();
    let values = |of: &[(usize, f64)]| of.iter().map(|(_, value)| *value).collect();
    Said::Numbers {
        spread: Histogram::of(&[values(&said), values(&came)], MOST_BINS),
        said,
        came,
        unit,
    }
}

fn orders(items: &[String], said: &[(usize, &Prediction)]) -> Said {
    let mut found: Vec<(&[usize], Vec<usize>)> = Vec::new();
    for (who, said) in said {
        let Prediction::Order(places) = said else {
            continue;
        };
        match found.iter_mut().find(|(known, _)| *known == places) {
            Some((_, all)) => all.push(*who),
            None => found.push((places, vec![*who])),
        }
    }
    found.sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
    let in_words = |places: &[usize]| {
        let named = places.iter().filter_map(|place| items.get(*place).cloned());
        named.collect()
    };
    let orders = found.into_iter();
    Said::Orders(
        orders
            .map(|(places, who)| (in_words(places), who))
            .collect(),
    )
}

/// The verdicts of a step's check: how many hold, are not known yet, do not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    pub holds: usize,
    pub not_yet: usize,
    pub does_not_hold: usize,
}

impl Verdicts {
    pub fn of(step: usize, reports: &[&LearnerReport]) -> Verdicts {
        let count = |wanted: Standing| {
            let told = reports
                .iter()
                .filter_map(|report| report.verdicts.get(step)?.as_ref());
            told.filter(|told| told.verdict == wanted).count()
        };
        Verdicts {
            holds: count(Standing::Holds),
            not_yet: count(Standing::NotYet),
            does_not_hold: count(Standing::DoesNotHold),
        }
    }

    pub fn all(self) -> usize {
        self.holds + self.not_yet + self.does_not_hold
    }
}

/// What learners were asked that could go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Check,
    Quiz,
    Prediction,
}

/// Something that learners got wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub step: usize,
    pub asked: Asked,
    /// So many, of those who came to it.
    pub wrong: usize,
    pub of: usize,
}

impl Wrong {
    pub fn share(&self) -> f64 {
        self.wrong as f64 / self.of.max(1) as f64
    }
}

/// What somebody got wrong, by the share of those who did: checks that do not hold or are
/// not known yet, wrong answers, predictions that did not come about.
pub fn wrong_of(lesson: Option<&Lesson>, steps: usize, reports: &[&LearnerReport]) -> Vec<Wrong> {
    let mut found = Vec::new();
    for step in 0..steps {
        let verdicts = Verdicts::of(step, reports);
        let told = |read: &dyn Fn(&LearnerReport) -> Option<bool>| {
            let all: Vec<bool> = reports.iter().filter_map(|report| read(report)).collect();
            (all.iter().filter(|is_right| !**is_right).count(), all.len())
        };
        let quiz = told(&|report| quiz_right(report, lesson, step));
        let predicted = told(&|report| report.predictions.get(step)?.as_ref()?.is_right);
        let check = (verdicts.all() - verdicts.holds, verdicts.all());
        for (asked, (wrong, of)) in [
            (Asked::Check, check),
            (Asked::Quiz, quiz),
            (Asked::Prediction, predicted),
        ] {
            found.push(Wrong {
                step,
                asked,
                wrong,
                of,
            });
        }
    }
    found.retain(|one| one.wrong > 0);
    found.sort_by(|one, other| {
        let by_share = other.share().total_cmp(&one.share());
        by_share.then_with(|| other.wrong.cmp(&one.wrong))
    });
    found
}
