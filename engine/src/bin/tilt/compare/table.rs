//! The table of the roads.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use tilt_protocol::roads::{Road, RoadOutcome, RoadRow};

#[derive(Serialize, Deserialize)]
pub struct Table {
    pub principle: String,
    pub model: String,
    pub labels: usize,
    pub rows: Vec<RoadRow>,
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
                "| {} | {} | {} | {} | {:.1} | {:.0} | {} | {} | {} | {} |",
                row.road,
                row.stages.join(" → "),
                row.models,
                number(row.peak_bytes.map(|bytes| bytes as f64 / 1e6), 1),
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
            peak_bytes: (seed == 1).then_some(80_000),
            reward_accuracy: None,
            report: None,
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn a_road_that_broke_off_has_no_win_rate() {
        let road = Road::Labels(ObjectiveKind::Dpo);
        let broken = vec![outcome(1, Some("diverged")), outcome(3, Some("diverged"))];
        let row = RoadRow::new(road, broken, vec![outcome(1, Some("diverged"))]);
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
        let line = "| dpo | labels → dpo | 2 | 0.1 | 2.0 | 10 | – | – | – | 0.00 |";
        assert!(table.markdown().contains(line), "{}", table.markdown());
    }
}
