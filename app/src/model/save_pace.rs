//! How often a run is saved.

/// A checkpoint is due after so much time, or so many steps, whichever comes first...
const EVERY_MS: f64 = 2_000.0;
const EVERY_STEPS: usize = 10;
/// ...as long as checkpoints take no more than this share of the time.
const SHARE_OF_TIME: f64 = 0.05;

/// When the live run was saved, and when it is to be saved again. Times are in ms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SavePace {
    /// The last checkpoint came at this time; 0 before the first.
    last_ms: f64,
    /// Steps since then.
    steps: usize,
    /// What it took beside the step that was under way.
    took_ms: f64,
    /// Since when one has been asked for.
    asked: Option<f64>,
    /// The one that was asked for will be too old: another is wanted after it.
    is_another_wanted: bool,
}

impl SavePace {
    /// What there is of the run without its policy was stored now.
    pub fn saved_without_policy(now: f64) -> SavePace {
        SavePace {
            last_ms: now,
            ..SavePace::default()
        }
    }

    /// A step was taken: true where the run is to be saved.
    pub fn stepped(&mut self, now: f64) -> bool {
        self.steps += 1;
        self.is_due(now) && self.asked.is_none()
    }

    fn is_due(&self, now: f64) -> bool {
        let since = now - self.last_ms;
        let is_time = since >= EVERY_MS || self.steps >= EVERY_STEPS;
        is_time && since >= self.took_ms / SHARE_OF_TIME
    }

    /// Whether a checkpoint may be asked for; where one is on its way already, another is
    /// noted as wanted after it: what comes may be older than now.
    pub fn may_ask(&mut self) -> bool {
        self.is_another_wanted |= self.asked.is_some();
        self.asked.is_none()
    }

    /// A checkpoint was asked for at this time, or could not be.
    pub fn asked(&mut self, at: Option<f64>) {
        self.asked = at;
    }

    /// One has come, while a step takes `step_ms`.
    pub fn came(&mut self, now: f64, step_ms: f64, is_asked: bool) {
        self.last_ms = now;
        self.steps = 0;
        if let Some(asked) = self.asked.filter(|_| is_asked) {
            self.took_ms = (now - asked - step_ms).max(0.0);
        }
    }

    /// Nothing more comes of what was asked for: true where another is wanted.
    pub fn answered(&mut self) -> bool {
        self.asked = None;
        std::mem::take(&mut self.is_another_wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_due_by_time_or_by_steps_and_takes_a_share_of_the_time() {
        let saves = |steps, took_ms| SavePace {
            last_ms: 1_000_000.0,
            steps,
            took_ms,
            ..SavePace::default()
        };
        let is_due = |pace: SavePace, since: f64| pace.is_due(1_000_000.0 + since);
        assert!(is_due(SavePace::default(), 0.0), "the first step");
        assert!(!is_due(saves(3, 20.0), 1_900.0));
        assert!(is_due(saves(3, 20.0), 2_000.0), "by time");
        assert!(is_due(saves(EVERY_STEPS, 20.0), 500.0), "by steps");
        assert!(!is_due(saves(EVERY_STEPS, 20.0), 300.0), "too dear");
        assert!(!is_due(saves(1, 1_000.0), 19_000.0), "too dear");
        assert!(is_due(saves(1, 1_000.0), 20_000.0));
    }

    #[test]
    fn what_is_wanted_while_one_is_on_its_way_is_asked_for_after_it() {
        let mut pace = SavePace::default();
        assert!(pace.may_ask());
        pace.asked(Some(10.0));
        assert!(!pace.may_ask());
        pace.came(400.0, 100.0, true);
        assert_eq!(pace.took_ms, 290.0);
        assert!(pace.answered(), "another is wanted");
        assert!(pace.may_ask());
        assert!(!pace.answered());
    }
}
