//! The same lesson from another seed.

use super::act::Act;
use super::check::Check;
use super::document::Lesson;
use super::run_settings::RunSettings;
use crate::error::Result;

impl Lesson {
    /// The lesson as it goes from this seed: the set-up has it, and a run that names a seed
    /// of its own keeps its distance from the set-up's.
    ///
    /// # Errors
    /// None for a lesson that was read from a file.
    pub fn with_seed(&self, seed: u64) -> Result<Lesson> {
        let own = self.setup.train_settings()?.seed;
        let shift = |settings: &RunSettings| match settings.seed() {
            Some(given) => settings.with_seed(given.wrapping_sub(own).wrapping_add(seed)),
            None => settings.clone(),
        };
        let mut lesson = self.clone();
        lesson.setup.settings = lesson.setup.settings.with_seed(seed);
        for step in &mut lesson.steps {
            for act in &mut step.acts {
                if let Act::Run(settings) = act {
                    *settings = shift(settings);
                }
            }
            if let Some(check) = &mut step.check {
                shift_check(check, &shift);
            }
        }
        Ok(lesson)
    }
}

fn shift_check(check: &mut Check, shift: &impl Fn(&RunSettings) -> RunSettings) {
    match check {
        Check::Run { settings, .. } => *settings = shift(settings),
        Check::All(of) | Check::Any(of) => of.iter_mut().for_each(|one| shift_check(one, shift)),
        Check::Not(of) => shift_check(of, shift),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::fixtures::changed;
    use serde_json::json;

    #[test]
    fn seeds_keep_their_distances() {
        let acts = json!([{"run": {"seed": 3}}, {"run": {"beta": 0.05}}]);
        let text = changed("/steps/2/act", acts);
        let lesson = Lesson::from_json(&text).expect("a sound lesson");
        let moved = lesson.with_seed(11).expect("sound settings");
        assert_eq!(moved.setup.train_settings().expect("sound").seed, 11);
        let seeds: Vec<u64> = moved.steps[2]
            .acts
            .iter()
            .filter_map(|act| match act {
                Act::Run(run) => Some(moved.setup.run_settings(run).expect("sound").1.seed),
                _ => None,
            })
            .collect();
        // The set-up has seed 1.
        assert_eq!(seeds, [13, 11]);
        let same = lesson.with_seed(1).expect("sound settings");
        assert_eq!(same, lesson);
    }
}
