//! Runs as a table of numbers, for programs: a row a step and metric.

use super::run_record::RunRecord;
use std::sync::Arc;
use tilt_protocol::export::text_cell;

const HEAD: &str = "run,uid,objective,model,seed,step,metric,value";

/// All that was measured of these runs, in long form (a row a number), as RFC 4180 has it.
pub fn long_csv(runs: &[Arc<RunRecord>]) -> String {
    let mut text = format!("{HEAD}\r\n");
    for run in runs {
        let first = [
            text_cell(&run.name),
            run.uid.to_string(),
            run.kind.slug().to_owned(),
            text_cell(&run.model),
            run.settings.seed.to_string(),
        ];
        let first = first.join(",");
        let mut row = |step: usize, metric: &str, value: f64| {
            text.push_str(&format!("{first},{step},{},{value}\r\n", text_cell(metric)));
        };
        for point in run.curve.iter() {
            for (name, value) in point.metrics.iter() {
                row(point.step, name, value);
            }
        }
        for point in &run.kls {
            row(point.step, "eval/kl", point.kl);
        }
        for point in &run.win_rates {
            let name = format!("eval/win_rate/{}", point.principle.slug());
            row(point.step, &name, point.rate);
        }
    }
    text
}

/// The order of a list of runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunOrder {
    #[default]
    Latest,
    Name,
    Loss,
    Kl,
    WinRate,
}

impl RunOrder {
    pub const ALL: [RunOrder; 5] = [
        RunOrder::Latest,
        RunOrder::Name,
        RunOrder::Loss,
        RunOrder::Kl,
        RunOrder::WinRate,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            RunOrder::Latest => "latest",
            RunOrder::Name => "name",
            RunOrder::Loss => "loss",
            RunOrder::Kl => "kl",
            RunOrder::WinRate => "win-rate",
        }
    }

    pub fn from_slug(slug: &str) -> Option<RunOrder> {
        RunOrder::ALL.into_iter().find(|order| order.slug() == slug)
    }

    /// The runs in this order: losses and KLs from the smallest, win rates from the largest;
    /// what was not measured stands last, and equal ones from the latest.
    pub fn sorted(self, runs: &[Arc<RunRecord>]) -> Vec<Arc<RunRecord>> {
        let mut runs: Vec<Arc<RunRecord>> = runs.iter().rev().cloned().collect();
        let number = |run: &RunRecord| match self {
            RunOrder::Latest | RunOrder::Name => None,
            RunOrder::Loss => run.curve.last().and_then(|point| point.metrics.get("loss")),
            RunOrder::Kl => run.kls.last().map(|point| point.kl),
            RunOrder::WinRate => run.win_rates.last().map(|point| -point.rate),
        };
        match self {
            RunOrder::Latest => {}
            RunOrder::Name => runs.sort_by(|one, other| one.name.cmp(&other.name)),
            _ => runs.sort_by(|one, other| {
                let key = |run: &RunRecord| number(run).unwrap_or(f64::INFINITY);
                key(one).total_cmp(&key(other))
            }),
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::run_for_tests as record;

    fn named(uid: u64, name: &str, losses: &[f64]) -> Arc<RunRecord> {
        let mut run = record(uid, losses);
        Arc::make_mut(&mut run).name = name.to_owned();
        run
    }

    #[test]
    fn a_row_a_number() {
        let csv = long_csv(&[
            named(7, "a, \"b\"", &[0.5, 0.25]),
            named(8, "=1+1", &[1e-9]),
        ]);
        let rows: Vec<&str> = csv.trim_end().split("\r\n").collect();
        assert_eq!(rows[0], HEAD);
        assert_eq!(rows[1], "\"a, \"\"b\"\"\",7,dpo,nano,42,1,loss,0.5");
        assert_eq!(rows.len(), 4);
        assert!(rows[3].starts_with("'=1+1,8,"));
    }

    #[test]
    fn runs_are_sorted_and_what_is_missing_stands_last() {
        let runs = [
            named(1, "b", &[0.5]),
            named(2, "c", &[]),
            named(3, "a", &[0.1]),
            named(4, "d", &[0.5]),
        ];
        let order = |order: RunOrder| -> Vec<u64> {
            order.sorted(&runs).iter().map(|run| run.uid).collect()
        };
        assert_eq!(order(RunOrder::Latest), [4, 3, 2, 1]);
        assert_eq!(order(RunOrder::Name), [3, 1, 2, 4]);
        assert_eq!(order(RunOrder::Loss), [3, 4, 1, 2]);
        assert_eq!(order(RunOrder::Kl), [4, 3, 2, 1]);
        for order in RunOrder::ALL {
            assert_eq!(RunOrder::from_slug(order.slug()), Some(order));
        }
    }
}
