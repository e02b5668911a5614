//! How far the labels go: towards a useful number, how many decide, and whether the
//! person agrees with themselves.

use crate::lab::use_lab;
use crate::model::recheck::{self, Consistency};
use crate::stores::labels::LabelEntry;
use crate::texts::label as texts;
use crate::texts::numbers::percent;
use leptos::prelude::*;
use tilt_protocol::Verdict;
use web_sys::HtmlInputElement;

/// Decisive labels worth having, and for what.
const GOALS: [(usize, &str); 2] = [
    (12, texts::FOR_A_FIRST_RUN),
    (64, texts::AS_MANY_AS_THE_JUDGE_GIVES),
];

/// Labels by what they say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct LabelTally {
    labels: usize,
    decisive: usize,
    ties: usize,
    both_good: usize,
    both_bad: usize,
    /// One answer alone, good or bad.
    single: usize,
    /// A preference between answers that are the same, or one of which is empty.
    undecidable: usize,
}

impl LabelTally {
    fn of(entries: &[LabelEntry]) -> LabelTally {
        let mut counts = LabelTally::default();
        for entry in entries {
            counts.labels += 1;
            match entry.label.verdict {
                Verdict::A | Verdict::B if entry.label.is_decisive() => counts.decisive += 1,
                Verdict::A | Verdict::B if entry.label.pair.is_single() => counts.single += 1,
                Verdict::A | Verdict::B => counts.undecidable += 1,
                Verdict::BothGood | Verdict::BothBad if entry.label.pair.is_single() => {
                    counts.single += 1;
                }
                Verdict::Tie => counts.ties += 1,
                Verdict::BothGood => counts.both_good += 1,
                Verdict::BothBad => counts.both_bad += 1,
            }
        }
        counts
    }

    /// The next number of decisive labels worth having.
    fn goal(self) -> Option<(usize, &'static str)> {
        GOALS.into_iter().find(|(goal, _)| self.decisive < *goal)
    }

    /// Towards the goal: "5 of 12 decisive, for a first run".
    fn progress(self) -> String {
        texts::progress(self.decisive, self.goal())
    }

    /// What the labels say: "63% decide, 2 ties, 1 both good".
    fn shares(self) -> String {
        if self.labels == 0 {
            return texts::PRESS_TO_BEGIN.to_owned();
        }
        let decide = percent(self.decisive as f64 / self.labels as f64);
        let others = [
            self.ties,
            self.both_good,
            self.both_bad,
            self.single,
            self.undecidable,
        ];
        texts::shares(&decide, others)
    }
}

#[component]
pub fn LabelProgress() -> impl IntoView {
    let lab = use_lab();
    let counts = Memo::new(move |_| {
        lab.labels
            .entries()
            .with(|entries| LabelTally::of(entries.as_slice()))
    });
    let share = move || {
        let counts = counts.get();
        let goal = counts.goal().map_or(counts.decisive, |(goal, _)| goal);
        counts.decisive as f64 / goal.max(1) as f64
    };
    view! {
        <div class="label-progress" data-testid="label-progress" data-value=move || counts.get().decisive.to_string()>
            <progress aria-label=texts::DECISIVE_LABELS max="1" value=share></progress>
            <p class="number muted">
                {move || counts.get().progress()} {texts::PROGRESS_DOT} {move || counts.get().shares()}
            </p>
        </div>
        <SelfAgreement/>
    }
}

/// The share of pairs that come again, and what the second verdicts said.
#[component]
fn SelfAgreement() -> impl IntoView {
    let lab = use_lab();
    let entries = lab.labels.entries();
    let own = Memo::new(move |_| entries.with(|entries| recheck::own_decisive_count(entries)));
    let seen = Memo::new(move |_| entries.with(|entries| recheck::consistency(entries)));
    let sentence = move || match seen.get() {
        Consistency { checked: 0, .. } => texts::COME_AGAIN.to_owned(),
        Consistency { agreed, checked } => texts::come_again(agreed, checked),
    };
    view! {
        <div class="self-agreement muted" hidden=move || own.get() < recheck::FROM>
            <input
                type="text"
                inputmode="numeric"
                autocomplete="off"
                aria-label=texts::RECHECK_SHARE
                data-testid="recheck-share"
                prop:value=move || in_percent(lab.labels.recheck_share().get())
                on:change=move |event| {
                    let typed = event_target_value(&event);
                    let typed = typed.trim().trim_end_matches('%').trim().parse::<f64>();
                    let share = typed.ok().filter(|share| (0.0..=100.0).contains(share));
                    // What is no percentage leaves the share as it was, and the field shows that.
                    let share = share.map_or_else(
                        || lab.labels.recheck_share().get_untracked(),
                        |share| share / 100.0,
                    );
                    event_target::<HtmlInputElement>(&event).set_value(&in_percent(share));
                    lab.labels.set_recheck_share(share);
                    lab.settings.remember(|saved| saved.recheck_share = Some(share));
                }
            />
            <p
                class="number"
                data-testid="self-agreement"
                data-value=move || {
                    let Consistency { agreed, checked } = seen.get();
                    format!(r#"{{"agreed":{agreed},"checked":{checked}}}"#)
                }
            >
                {texts::RECHECK_PERCENT} {sentence}
            </p>
        </div>
    }
}

fn in_percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::label_history::tests::entries;

    #[test]
    fn progress_goes_from_goal_to_goal() {
        let none = LabelTally::of(&[]);
        assert_eq!(none.progress(), "0 of 12 decisive, for a first run");
        assert_eq!(none.shares(), "press 1 or 2 to begin");

        let mut labels = entries(15);
        labels[0].label.verdict = Verdict::Tie;
        labels[1].label.verdict = Verdict::BothBad;
        labels[2].label.pair.answer_b = labels[2].label.pair.answer_a.clone();
        let some = LabelTally::of(&labels);
        assert_eq!(some.goal().map(|(goal, _)| goal), Some(64));
        assert_eq!(
            some.shares(),
            "80% decide, 1 tie, 1 both bad, 1 without a difference"
        );
        assert_eq!(LabelTally::of(&entries(64)).goal(), None);
    }
}
