//! Which policy something was drawn from, or measured of.

use super::counts::counted;

pub const UNTRAINED: &str = "before training";
/// A run that is no longer listed.
pub const REMOVED_RUN: &str = "a removed run";

/// "after 23 steps of DPO β 0.1".
pub fn after(step: usize, run: &str) -> String {
    format!("after {} of {run}", counted(step, "step"))
}

/// `now` is the date of the policy as it stands.
pub fn is_old(now: &str) -> String {
    format!("old: the policy is now the one {now}")
}
