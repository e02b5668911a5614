//! What scores the answers of a run that samples its own.

use super::reward_model::RewardModelPanel;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::fresh_pairs;
use crate::flows::reward_model::{choose, set_rewards};
use crate::lab::use_lab;
use crate::parts::style_sheet::StyleSheet;
use crate::texts::fresh_pairs as fresh_texts;
use crate::texts::rollouts as texts;
use leptos::prelude::*;
use tilt_protocol::{ObjectiveKind, Principle, Reward};

/// How rewards and fresh answers look.
pub const STYLES: &str = "rollouts.css";

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn reward_source() -> Result<Build, NotLoaded> {
    Ok(|| view! { <RewardSource/> }.into_any())
}

/// The reward that is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The judge under one principle.
    Judge(Principle),
    /// The reward model of these labels, under the eyes of the judge.
    Model,
    /// The person, asked for each pair.
    Learner,
    /// As the parameter's own field has it.
    Other,
}

/// The values of the choices that are no principle.
const MODEL: &str = "model";
const LEARNER: &str = "learner";

impl Source {
    fn of(rewards: &[Reward]) -> Source {
        match rewards {
            [Reward::Judge(principles)] => match principles[..] {
                [(principle, 1.0)] => Source::Judge(principle),
                _ => Source::Other,
            },
            [Reward::Model] | [Reward::Model, Reward::Watched(_)] => Source::Model,
            [Reward::Learner] => Source::Learner,
            _ => Source::Other,
        }
    }

    fn slug(self) -> &'static str {
        match self {
            Source::Judge(principle) => principle.slug(),
            Source::Model => MODEL,
            Source::Learner => LEARNER,
            Source::Other => "",
        }
    }

    fn explanation(self) -> Option<&'static str> {
        match self {
            Source::Judge(principle) => Some(principle.explanation()),
            Source::Model => Some(texts::MODEL_EXPLAINED),
            Source::Learner => Some(fresh_texts::LEARNER_EXPLAINED),
            Source::Other => None,
        }
    }
}

/// The judge under one principle, the reward model of the labels, or a name for what is written
/// in the parameter's own field.
#[component]
fn RewardSource() -> impl IntoView {
    let lab = use_lab();
    let chosen = Memo::new(move |_| Source::of(&lab.form.settings().rewards));
    // Others weigh whole groups of answers.
    let is_in_pairs = move || lab.form.objective().get() == ObjectiveKind::OnlineDpo;
    let samples = move || lab.form.objective().get().samples_answers();
    let options = Principle::ALL
        .map(|principle| {
            let selected = move || chosen.get() == Source::Judge(principle);
            view! { <option value=principle.slug() selected=selected>{principle.name()}</option> }
        })
        .into_iter()
        .collect_view();
    view! {
        <StyleSheet file=STYLES/>
        <div class="row reward-source" hidden=move || !samples()>
            <label for="reward-source">{texts::REWARD_SOURCE}</label>
            <select
                id="reward-source"
                data-testid="reward-source"
                prop:value=move || chosen.get().slug()
                on:change=move |event| {
                    let slug = event_target_value(&event);
                    if let Some(principle) = Principle::from_slug(&slug) {
                        set_rewards(lab, &[Reward::of_principle(principle)]);
                    } else if slug == MODEL {
                        choose(lab);
                    } else if slug == LEARNER {
                        fresh_pairs::choose(lab);
                    }
                }
            >
                {options}
                <option value=MODEL selected=move || chosen.get() == Source::Model>
                    {texts::REWARD_MODEL}
                </option>
                <option
                    value=LEARNER
                    selected=move || chosen.get() == Source::Learner
                    hidden=move || !is_in_pairs()
                >
                    {fresh_texts::LEARNER}
                </option>
                <Show when=move || chosen.get() == Source::Other>
                    <option value="" selected=true>{texts::OTHER_REWARD}</option>
                </Show>
            </select>
            <span class="field-note muted">{move || chosen.get().explanation()}</span>
        </div>
        <Show when=move || samples() && chosen.get() == Source::Model>
            <RewardModelPanel/>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_is_named_by_where_it_comes_from() {
        let of = |specs: &str| Source::of(&Reward::all_of_specs(specs).unwrap());
        assert_eq!(of("judge:warm"), Source::Judge(Principle::Warm));
        assert_eq!(of("judge:warm=2"), Source::Other);
        assert_eq!(of("judge:warm,short=0.5"), Source::Other);
        assert_eq!(of("model watched:warm=1"), Source::Model);
        assert_eq!(of("model length:0.01"), Source::Other);
        assert_eq!(of("learner"), Source::Learner);
        assert_eq!(of(""), Source::Other);
    }
}
