//! The table of the roads.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use tilt_engine::evaluate::{Road, RoadOutcome};
use tilt_protocol::statistics::{OverSeeds, mean, median};

/// A run that ends well wins so often...
const WELL_WIN_RATE: f64 = 0.8;
/// ...at no more than so many nats an answer.
const WELL_KL: f64 = 15.0;

#[derive(Serialize, Deserialize)]
pub struct Table {
    pub principle: String,
    pub model: String,
    pub labels: usize,
    pub rows: Vec<Row>,
}

/// One road over its seeds.
#[derive(Serialize, Deserialize)]
pub struct Row {
    pub road: String,
    pub stages: Vec<String>,
    /// In memory while the policy is trained.
    pub models: usize,
    /// Held at most by a program that does nothing but this, measurements included.
    pub peak_bytes: usize,
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

impl Row {
    pub fn new(
        road: Road,
        peak_bytes: usize,
        seeds: Vec<RoadOutcome>,
        rates: Vec<RoadOutcome>,
    ) -> Row {
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
        Row {
            road: road.slug(),
            stages: road.stages().into_iter().map(str::to_owned).collect(),
            models: road.models(),
            peak_bytes,
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

/// One line of progress.
pub fn sentence(road: Road, outcome: &RoadOutcome) -> String {
    let (slug, seed, seconds) = (road.slug(), outcome.seed, outcome.seconds);
    let start = format!("{slug}, seed {seed}, lr {}", outcome.learning_rate);
    let accuracy = outcome.reward_accuracy.and_then(|share| share.value());
    let accuracy = accuracy.map(|share| format!(", reward accuracy {share:.3}"));
    let ended = match (&outcome.report, &outcome.error) {
        (Some(report), _) => format!(
            "win rate {} ({:.3} to {:.3}), KL {:.2}",
            report
                .win_rate
                .map_or("none".to_owned(), |rate| format!("{rate:.3}")),
            report.low,
            report.high,
            report.kl
        ),
        (None, Some(error)) => error.clone(),
        (None, None) => String::new(),
    };
    let accuracy = accuracy.unwrap_or_default();
    format!("{start}: {ended}{accuracy}, {seconds:.1} s")
}

impl Table {
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}, {}, {} labels\n",
            self.model, self.principle, self.labels
        );
        let _ = writeln!(
            text,
            "| road | stages | models | peak MB | seconds | passes | win rate | 95% interval | KL | rates that end well |"
        );
        let _ = writeln!(text, "|---|---|---|---|---|---|---|---|---|---|");
        let number = |value: Option<f64>, digits: usize| match value {
            Some(value) => format!("{value:.digits$}"),
            None => "–".to_owned(),
        };
        for row in &self.rows {
            let interval = row.interval;
            let interval = interval.map(|[low, high]| format!("{low:.2} to {high:.2}"));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {:.1} | {:.1} | {:.0} | {} | {} | {} | {} |",
                row.road,
                row.stages.join(" → "),
                row.models,
                row.peak_bytes as f64 / 1e6,
                row.seconds,
                row.passes,
                number(row.win_rate, 3),
                interval.unwrap_or_else(|| "–".to_owned()),
                number(row.kl, 2),
                number(row.lr_share, 2),
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::ObjectiveKind;

    fn outcome(seed: u64, error: Option<&str>) -> RoadOutcome {
        RoadOutcome {
            seed,
            learning_rate: 1e-3,
            steps: 2,
            seconds: seed as f64,
            passes: 10,
            reward_accuracy: None,
            report: None,
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn a_road_that_broke_off_has_no_win_rate() {
        let road = Road::Labels(ObjectiveKind::Dpo);
        let broken = vec![outcome(1, Some("diverged")), outcome(3, Some("diverged"))];
        let row = Row::new(road, 8, broken, vec![outcome(1, Some("diverged"))]);
        assert_eq!(
            (row.win_rate, row.seconds, row.lr_share),
            (None, 2.0, Some(0.0))
        );
        let table = Table {
            principle: "polite".to_owned(),
            model: "nano".to_owned(),
            labels: 64,
            rows: vec![row],
        };
        let line = "| dpo | labels → dpo | 2 | 0.0 | 2.0 | 10 | – | – | – | 0.00 |";
        assert!(table.markdown().contains(line), "{}", table.markdown());
    }
}
