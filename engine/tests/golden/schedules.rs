//! `schedules.json`: learning-rate multipliers.

use crate::checks::Checks;
use crate::set::{GoldenSet, number, numbers};
use tilt_protocol::LrSchedule;

pub fn schedules(set: &GoldenSet, checks: &mut Checks) {
    for case in set.json("schedules.json")["cases"]
        .as_array()
        .expect("cases")
    {
        let name = case["type"].as_str().expect("a schedule");
        let schedule = LrSchedule::ALL
            .into_iter()
            .find(|schedule| schedule.name() == name)
            .unwrap_or_else(|| panic!("no schedule {name}"));
        let (warmup, steps) = (number(&case["warmup_steps"]), number(&case["total_steps"]));
        for (step, expected) in numbers(&case["multipliers"]).into_iter().enumerate() {
            let found = schedule.multiplier(step, steps as usize, warmup as usize, 1.0);
            checks.absolute(
                &format!("{schedule:?} {warmup}/{steps} {step}"),
                found,
                expected,
                1e-9,
            );
        }
    }
}
