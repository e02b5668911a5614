//! Which policy something was drawn from, and whether that one has moved on since.

use crate::lab::{Lab, use_lab};
use crate::texts::policies as texts;
use leptos::prelude::*;
use tilt_protocol::PolicyAt;

/// "after 23 steps of DPO", in the runs' present names.
pub fn date_of(lab: Lab, policy: PolicyAt) -> String {
    match policy.run.filter(|_| policy.step > 0) {
        None => texts::UNTRAINED.to_owned(),
        Some(run) => {
            let name = lab.runs.name(run);
            texts::after(policy.step, name.as_deref().unwrap_or(texts::REMOVED_RUN))
        }
    }
}

/// The date of a policy, marked where it is not the one that stands now.
#[component]
pub fn PolicyDate(#[prop(into)] of: Signal<Option<PolicyAt>>) -> impl IntoView {
    let lab = use_lab();
    let now = lab.run.policy_at();
    let is_old = Memo::new(move |_| of.get().is_some_and(|of| !is_same(of, now.get())));
    view! {
        <span
            class="policy-date"
            data-testid="policy-date"
            data-step=move || of.get().map(|of| of.step.to_string())
            data-old=move || of.get().map(|_| is_old.get().to_string())
        >
            {move || of.get().map(|of| date_of(lab, of))}
            {move || {
                is_old.get().then(|| {
                    let text = texts::is_old(&date_of(lab, now.get()));
                    view! { " " <em class="old-mark">"("{text}")"</em> }
                })
            }}
        </span>
    }
}

/// Whoever has taken no step is the reference, whatever the run.
fn is_same(one: PolicyAt, other: PolicyAt) -> bool {
    (one.step == 0 && other.step == 0) || one == other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_old_once_a_step_was_taken() {
        let at = |run, step| PolicyAt { run, step };
        assert!(is_same(at(Some(1), 23), at(Some(1), 23)));
        assert!(!is_same(at(Some(1), 23), at(Some(1), 120)));
        assert!(!is_same(at(Some(1), 23), at(Some(2), 23)));
        assert!(!is_same(at(Some(1), 23), at(None, 0)));
        assert!(is_same(at(Some(2), 0), at(None, 0)));
    }
}
