//! The labels of several learners together: where they agree, where they do not, and what
//! most of them say.

use super::alpha::krippendorff_alpha;
use super::report::{LabelReport, LearnerReport};
use crate::dataset::{Content, Example};
use crate::label::{Label, Labeller, Pair, PairSource, SamePair, Verdict, VerdictAgreement};
use std::collections::HashMap;

/// One pair with what each learner said of it, by index; the answers stand in the order of
/// their letters, and verdicts mean that order.
#[derive(Clone, Debug, PartialEq)]
pub struct PooledPair {
    pub prompt: String,
    pub answers: [String; 2],
    /// Learner and verdict, one a learner: the last.
    pub votes: Vec<(usize, Verdict)>,
}

/// What a pair's votes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Majority {
    /// The first answer, in the order of the letters, or the second.
    First,
    Second,
    /// As many say something else.
    Tie,
}

/// All learners' labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// In the order in which they were first labelled.
    pub pairs: Vec<PooledPair>,
    /// Learners with at least one label.
    pub raters: usize,
    /// Of all pairs of verdicts that two learners gave on one pair, the share that is equal.
    pub agreement: Option<f64>,
    /// Such pairs of verdicts.
    pub compared: usize,
    /// Where there are two raters alone.
    pub kappa: Option<f64>,
    /// Krippendorff's, over all pairs with two verdicts or more.
    pub alpha: Option<f64>,
}

impl PooledPair {
    fn count(&self, verdict: Verdict) -> usize {
        self.votes.iter().filter(|(_, own)| *own == verdict).count()
    }

    /// Votes for the first answer, for the second, and for neither.
    pub fn counts(&self) -> [usize; 3] {
        let [first, second] = [self.count(Verdict::A), self.count(Verdict::B)];
        [first, second, self.votes.len() - first - second]
    }

    pub fn majority(&self) -> Majority {
        let [first, second, neither] = self.counts();
        if first > second.max(neither) {
            Majority::First
        } else if second > first.max(neither) {
            Majority::Second
        } else {
            Majority::Tie
        }
    }

    /// Pairs of learners who said the same, and all pairs of learners.
    fn compared(&self) -> (usize, usize) {
        let pairs = |count: usize| count * count.saturating_sub(1) / 2;
        let same = Verdict::ALL.map(|verdict| pairs(self.count(verdict)));
        (same.iter().sum(), pairs(self.votes.len()))
    }

    /// The share of pairs of learners who do not agree; `None` for a single learner.
    pub fn dispute(&self) -> Option<f64> {
        let (same, of) = self.compared();
        (of > 0).then(|| (of - same) as f64 / of as f64)
    }
}

impl Pooled {
    pub fn of<'a>(reports: impl Iterator<Item = &'a LearnerReport>) -> Pooled {
        let of_learners: Vec<Vec<Label>> = reports
            .map(|report| report.labels.iter().map(label).collect())
            .collect();
        let raters = of_learners.iter().filter(|own| !own.is_empty()).count();
        let pairs = pool(&of_learners);
        let (mut same, mut compared) = (0, 0);
        for pair in &pairs {
            let (of_pair, all) = pair.compared();
            same += of_pair;
            compared += all;
        }
        let units: Vec<Vec<&str>> = pairs
            .iter()
            .map(|pair| pair.votes.iter().map(|(_, own)| own.slug()).collect())
            .collect();
        Pooled {
            raters,
            agreement: (compared > 0).then(|| same as f64 / compared as f64),
            compared,
            kappa: kappa(&pairs, raters),
            alpha: krippendorff_alpha(&units),
            pairs,
        }
    }

    /// Pairs that two learners or more have labelled.
    pub fn shared(&self) -> usize {
        self.pairs
            .iter()
            .filter(|pair| pair.votes.len() > 1)
            .count()
    }

    /// The pairs on which learners disagree, those with the most disagreement first, and of
    /// these the ones that most have labelled.
    pub fn disputed(&self) -> Vec<&PooledPair> {
        let mut disputed: Vec<(&PooledPair, f64)> = self
            .pairs
            .iter()
            .filter_map(|pair| Some((pair, pair.dispute()?)))
            .filter(|(_, dispute)| *dispute > 0.0)
            .collect();
        disputed.sort_by(|(one, first), (other, second)| {
            let by_dispute = second.total_cmp(first);
            by_dispute.then_with(|| other.votes.len().cmp(&one.votes.len()))
        });
        disputed.into_iter().map(|(pair, _)| pair).collect()
    }

    /// What most say, as rows to train on, and how many pairs were left out because as many
    /// say something else.
    pub fn majority_rows(&self) -> (Vec<Example>, usize) {
        let rows: Vec<Example> = self
            .pairs
            .iter()
            .filter_map(|pair| {
                let [first, second] = &pair.answers;
                let (chosen, rejected) = match pair.majority() {
                    Majority::First => (first, second),
                    Majority::Second => (second, first),
                    Majority::Tie => return None,
                };
                Some(Example::Pair {
                    prompt: Content::user(&pair.prompt),
                    chosen: Content::assistant(chosen),
                    rejected: Content::assistant(rejected),
                    margin: None,
                })
            })
            .collect();
        let left_out = self.pairs.len() - rows.len();
        (rows, left_out)
    }
}

fn label(told: &LabelReport) -> Label {
    let pair = Pair {
        id: String::new(),
        prompt: told.prompt.clone(),
        answer_a: told.a.clone(),
        answer_b: told.b.clone(),
        source: PairSource::Written,
        row: None,
    };
    Label::new(pair, told.verdict, Labeller::Person, 0.0)
}

fn pool(of_learners: &[Vec<Label>]) -> Vec<PooledPair> {
    let mut places: HashMap<SamePair<'_>, usize> = HashMap::new();
    let mut pairs: Vec<PooledPair> = Vec::new();
    for (learner, labels) in of_learners.iter().enumerate() {
        for label in labels {
            let same = SamePair::of(&label.pair);
            let place = *places.entry(same).or_insert_with(|| {
                pairs.push(PooledPair {
                    prompt: label.pair.prompt.trim().to_owned(),
                    answers: same.answers().map(str::to_owned),
                    votes: Vec::new(),
                });
                pairs.len() - 1
            });
            let vote = (learner, label.verdict_in_order());
            let votes = &mut pairs[place].votes;
            // Learner by learner, so an earlier verdict of the same one stands last.
            match votes.last_mut().filter(|(last, _)| *last == learner) {
                Some(last) => *last = vote,
                None => votes.push(vote),
            }
        }
    }
    pairs
}

/// Of the two raters, on what both have labelled.
fn kappa(pairs: &[PooledPair], raters: usize) -> Option<f64> {
    if raters != 2 {
        return None;
    }
    let both: Vec<(Verdict, Verdict)> = pairs
        .iter()
        .filter_map(|pair| match pair.votes.as_slice() {
            [(_, one), (_, other)] => Some((*one, *other)),
            _ => None,
        })
        .collect();
    VerdictAgreement::of(&both)?.kappa
}
