//! Labels as a lesson has them given: by a judge, from a practice set, or by whoever stands
//! in for the learner.

use burn::tensor::Tensor;
use std::ops::Range;
use tilt_engine::evaluate::{DrawnPair, PairDrawer};
use tilt_engine::judge;
use tilt_engine::model::Model;
use tilt_engine::world::curated_set;
use tilt_protocol::lesson::{AgreementFacts, LabelRows, LabellerFacts};
use tilt_protocol::{
    CuratedSet, Error, JudgeSettings, Label, Labeller, Origin, Pair, PairSource, Result, Sampling,
    Verdict,
};

/// The seed that the shipped practice sets are of (`public/datasets/README.md`).
const SHIPPED_SEED: u64 = 1;

/// Decisive pairs of the model's own answers, labelled by a judge, and said to be labelled
/// by `labeller`.
///
/// # Errors
/// Those of [`PairDrawer::advance`].
pub async fn draw(
    model: &Model,
    reference: &Tensor<1>,
    judge: &JudgeSettings,
    labeller: &Labeller,
    pairs: usize,
    seed: u64,
) -> Result<Vec<Label>> {
    let sampling = Sampling {
        seed,
        ..Sampling::default()
    };
    let mut drawer = PairDrawer::new(Vec::new(), Some(judge.clone()), pairs, sampling)?;
    let mut labels = Vec::new();
    while !drawer.is_done() {
        for pair in drawer.advance(model, reference).await? {
            let id = format!("verify-{seed}-{}", labels.len());
            labels.push(judged(pair, id, labeller, seed));
        }
    }
    Ok(labels)
}

fn judged(drawn: DrawnPair, id: String, labeller: &Labeller, seed: u64) -> Label {
    let [answer_a, answer_b] = drawn.answers;
    let pair = Pair {
        id,
        prompt: drawn.prompt,
        answer_a,
        answer_b,
        source: PairSource::Sampled {
            model: "reference".to_owned(),
            seed,
        },
        row: None,
    };
    let verdict = match drawn.preferred {
        Some(0) => Verdict::A,
        Some(_) => Verdict::B,
        None => Verdict::Tie,
    };
    Label::new(pair, verdict, labeller.clone(), 0.0)
}

/// Rows of a practice set as labels, those of this range.
///
/// # Errors
/// [`Error::NothingToUse`] where the set has fewer.
pub fn of_set(set: CuratedSet, range: Range<usize>) -> Result<Vec<Label>> {
    let rows = curated_set(set, SHIPPED_SEED);
    let wanted = rows.get(range.clone()).ok_or_else(|| Error::NothingToUse {
        what: format!("row {} in the practice set {}", range.end, set.slug()),
        purpose: "label with".to_owned(),
        advice: format!("it has {}; ask for fewer labels", rows.len()),
    })?;
    let source = PairSource::Imported {
        file: format!("{}.jsonl", set.slug()),
    };
    let label = |(index, row)| {
        let id = format!("{}-{index}", set.slug());
        let mut label = Label::from_row(row, index + 1, source.clone(), id, 0.0)?;
        label.origin = Some(Origin::of_set(set));
        Ok(label)
    };
    wanted.iter().enumerate().map(label).collect()
}

/// All rows of a practice set.
///
/// # Errors
/// None but of a set that is broken.
pub fn of_whole_set(set: CuratedSet) -> Result<Vec<Label>> {
    of_set(set, 0..curated_set(set, SHIPPED_SEED).len())
}

/// Rows that a lesson brings with it as labels, those of this range.
///
/// # Errors
/// [`Error::NothingToUse`] where it has fewer.
pub fn of_rows(rows: &LabelRows, range: Range<usize>) -> Result<Vec<Label>> {
    let labels = rows.labels();
    let wanted = labels.get(range.clone());
    let wanted = wanted.ok_or_else(|| Error::NothingToUse {
        what: format!("row {} in verify.labels.rows", range.end),
        purpose: "label with".to_owned(),
        advice: format!("it has {}; ask for fewer labels", labels.len()),
    })?;
    Ok(wanted.to_vec())
}

/// How far the labels by hand agree with what a judge without noise says of the same pairs;
/// `None` where there are none.
pub fn agreement(labels: &[Label], judge: &JudgeSettings) -> Option<AgreementFacts> {
    let by_hand = labels.iter().filter(|label| label.is_own());
    let verdicts: Vec<(Verdict, Verdict)> = by_hand
        .map(|label| (label.verdict, judge::verdict_on(judge, &label.pair)))
        .collect();
    let between = [LabellerFacts::Hand, LabellerFacts::Judge(judge.clone())];
    AgreementFacts::of_verdicts(between, &verdicts)
}
