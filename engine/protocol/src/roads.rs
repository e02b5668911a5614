//! The roads from what is wanted to a policy that does it, and what came of each.

use crate::objective_kind::ObjectiveKind;
use crate::statistics::{OverSeeds, Proportion, mean, median};
use crate::view::WinRateReport;
use serde::{Deserialize, Serialize};

/// A run that ends well wins so often...
const WELL_WIN_RATE: f64 = 0.8;
/// ...at no more than so many nats an answer.
const WELL_KL: f64 = 15.0;

/// What is done with the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Road {
    /// An objective on the labels.
    Labels(ObjectiveKind),
    /// An objective on the policy's own answers, which the judge scores. Uses no label.
    Judge(ObjectiveKind),
    /// A reward model trained on the labels, and an objective on answers which that scores.
    RewardModel(ObjectiveKind),
    /// An objective on the labels, and once more on as many labels of the new policy's answers,
    /// with that policy as the reference: a second round of iterative DPO (Xu et al. 2023, arXiv
    /// 2312.16682).
    SecondRound(ObjectiveKind),
}

impl Road {
    /// `dpo`, `grpo`, `reward_model+grpo`, `dpo+dpo`.
    pub fn slug(self) -> String {
        match self {
            Road::Labels(kind) | Road::Judge(kind) => kind.slug().to_owned(),
            Road::RewardModel(kind) => format!("reward_model+{}", kind.slug()),
            Road::SecondRound(kind) => format!("{0}+{0}", kind.slug()),
        }
    }

    /// As people read it: the objective, and what comes before it.
    pub fn title(self) -> String {
        let title = self.objective().title();
        match self {
            Road::Labels(_) => title.to_owned(),
            Road::Judge(_) => format!("{title}, judge"),
            Road::RewardModel(_) => format!("RLHF: reward model, {title}"),
            Road::SecondRound(_) => format!("{title}, two rounds"),
        }
    }

    /// The road of this name.
    pub fn from_slug(slug: &str) -> Option<Road> {
        if let Some(second) = slug.strip_prefix("reward_model+") {
            let kind = ObjectiveKind::from_slug(second)?;
            return kind.samples_answers().then_some(Road::RewardModel(kind));
        }
        if let Some((first, second)) = slug.split_once('+') {
            let kind = ObjectiveKind::from_slug(first).filter(|_| first == second)?;
            let trains_on_labels = kind.trains_policy() && !kind.samples_answers();
            return trains_on_labels.then_some(Road::SecondRound(kind));
        }
        let kind = ObjectiveKind::from_slug(slug).filter(|kind| kind.trains_policy())?;
        Some(match kind.samples_answers() {
            true => Road::Judge(kind),
            false => Road::Labels(kind),
        })
    }

    pub fn objective(self) -> ObjectiveKind {
        match self {
            Road::Labels(kind)
            | Road::Judge(kind)
            | Road::RewardModel(kind)
            | Road::SecondRound(kind) => kind,
        }
    }

    /// What is trained or asked, in order.
    pub fn stages(self) -> Vec<&'static str> {
        match self {
            Road::Labels(kind) => vec!["labels", kind.slug()],
            Road::Judge(kind) => vec!["judge", kind.slug()],
            Road::RewardModel(kind) => vec!["labels", "reward", kind.slug()],
            Road::SecondRound(kind) => vec!["labels", kind.slug(), "labels", kind.slug()],
        }
    }

    /// Models in memory while the policy is trained: itself, its reference, a reward model,
    /// PPO's value model.
    pub fn models(self) -> usize {
        let objective = self.objective();
        let with = objective.with_beta(objective.default_beta());
        let reference = usize::from(with.needs_reference());
        let reward = usize::from(matches!(self, Road::RewardModel(_)));
        1 + reference + reward + usize::from(objective == ObjectiveKind::Ppo)
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoadOutcome {
    pub seed: u64,
    pub learning_rate: f64,
    pub steps: usize,
    /// Of training, its samplings included; labels and measurements are not.
    pub seconds: f64,
    /// Sequences that were read forward or backward by any model, or sampled, in training.
    pub passes: usize,
    /// Held at most at a time in labelling, training and measuring, the reference included, by
    /// all workers together, with whatever else is asked of the engine meanwhile; `None` where it
    /// is not counted, as on a GPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<usize>,
    /// Pairs of held-out prompts that a reward model orders as the judge does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward_accuracy: Option<Proportion>,
    /// Policy against reference on held-out prompts; none where the run broke off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<WinRateReport>,
    /// What broke it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One road over its seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoadRow {
    pub road: String,
    pub stages: Vec<String>,
    /// In memory while the policy is trained.
    pub models: usize,
    /// The most of any seed; `None` where it was not counted.
    pub peak_bytes: Option<usize>,
    /// Means over the seeds.
    pub seconds: f64,
    pub passes: f64,
    /// Mean and Student's 95% interval over the seeds; `None` where every run broke off.
    pub win_rate: Option<f64>,
    pub interval: Option<[f64; 2]>,
    pub median_win_rate: Option<f64>,
    pub kl: Option<f64>,
    pub median_kl: Option<f64>,
    /// Share of other learning rates that end well; `None` where none was tried.
    pub lr_share: Option<f64>,
    pub reward_accuracy: Option<f64>,
    pub seeds: Vec<RoadOutcome>,
    pub rates: Vec<RoadOutcome>,
}

impl RoadRow {
    pub fn new(road: Road, seeds: Vec<RoadOutcome>, rates: Vec<RoadOutcome>) -> RoadRow {
        let of_each = |value: fn(&RoadOutcome) -> Option<f64>| -> Vec<f64> {
            seeds.iter().filter_map(value).collect()
        };
        // No decisive comparison says nothing either way.
        let wins = of_each(|one| Some(one.report.as_ref()?.win_rate.unwrap_or(0.5)));
        let kls = of_each(|one| Some(one.report.as_ref()?.kl));
        let over = OverSeeds::of(&wins).map(|over| over.within(0.0, 1.0));
        let well = rates.iter().filter(|one| is_well(one)).count();
        let lr_share = (!rates.is_empty()).then(|| well as f64 / rates.len() as f64);
        let accuracies = of_each(|one| one.reward_accuracy?.value());
        RoadRow {
            road: road.slug(),
            stages: road.stages().into_iter().map(str::to_owned).collect(),
            models: road.models(),
            peak_bytes: seeds.iter().filter_map(|one| one.peak_bytes).max(),
            seconds: mean(&of_each(|one| Some(one.seconds))).unwrap_or(0.0),
            passes: mean(&of_each(|one| Some(one.passes as f64))).unwrap_or(0.0),
            win_rate: over.map(|over| over.mean),
            interval: over.and_then(|over| over.interval),
            median_win_rate: median(&wins),
            kl: mean(&kls),
            median_kl: median(&kls),
            lr_share,
            reward_accuracy: mean(&accuracies),
            seeds,
            rates,
        }
    }
}

/// Whether a run ended well: it does what is wanted and has not gone too far for it.
fn is_well(outcome: &RoadOutcome) -> bool {
    outcome.report.as_ref().is_some_and(|report| {
        report.win_rate.is_some_and(|rate| rate >= WELL_WIN_RATE) && report.kl <= WELL_KL
    })
}

/// What a comparison in the page says of each run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoadNews {
    pub road: Road,
    pub outcome: RoadOutcome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_is_known_by_its_name() {
        for (slug, models) in [
            ("dpo", 2),
            ("simpo", 1),
            ("grpo", 2),
            ("online_dpo", 2),
            ("reward_model+rloo", 3),
            ("reward_model+ppo", 4),
            ("dpo+dpo", 2),
        ] {
            let road = Road::from_slug(slug).expect(slug);
            assert_eq!((road.slug().as_str(), road.models()), (slug, models));
        }
        for wrong in [
            "reward",
            "reward_model+dpo",
            "trpo",
            "",
            "dpo+ipo",
            "grpo+grpo",
            "reward+reward",
            "+",
        ] {
            assert_eq!(Road::from_slug(wrong), None, "{wrong}");
        }
    }
}
