//! What came of runs that were trained again, in words.

use super::replaying::{RunReplayed, UnderWay};
use crate::texts::board_replay as texts;

/// One run's line; `run` is what it is called.
pub fn replayed(run: &str, came: &RunReplayed) -> String {
    match came {
        RunReplayed::Exactly => texts::exactly(run),
        RunReplayed::Nearly {
            largest,
            is_same_build,
        } => texts::nearly(run, *largest, *is_same_build),
        RunReplayed::Differs(differs) => texts::differs(run, differs),
        RunReplayed::Not(why) => texts::not(run, why),
        RunReplayed::Refused(why) => texts::refused(run, why),
    }
}

pub fn under_way(at: &UnderWay) -> String {
    texts::under_way(at.run, at.of, at.step, at.steps)
}

/// What a report's runs come to, as `data-value` has it.
pub fn verdict_of(runs: &[RunReplayed]) -> &'static str {
    let any = |is: fn(&RunReplayed) -> bool| runs.iter().any(is);
    if any(|run| matches!(run, RunReplayed::Differs(_))) {
        "differs"
    } else if any(|run| matches!(run, RunReplayed::Refused(_))) {
        "failed"
    } else if any(|run| matches!(run, RunReplayed::Exactly | RunReplayed::Nearly { .. })) {
        match any(|run| matches!(run, RunReplayed::Not(_))) {
            true => "agrees in part",
            false => "agrees",
        }
    } else {
        "not replayable"
    }
}
