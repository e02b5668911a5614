//! What scores the answers of a run that samples its own.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::model::parameters::Parameter;
use crate::parts::style_sheet::StyleSheet;
use crate::texts::rollouts as texts;
use leptos::prelude::*;
use tilt_protocol::{Principle, Reward};

/// How rewards and fresh answers look.
pub const STYLES: &str = "rollouts.css";

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn reward_source() -> Result<Build, NotLoaded> {
    Ok(|| view! { <RewardSource/> }.into_any())
}

/// The reward of one principle, or a name for what is written in the parameter's own field.
#[component]
fn RewardSource() -> impl IntoView {
    let lab = use_lab();
    let chosen = Memo::new(move |_| principle_of(&lab.form.settings().rewards));
    let samples = move || lab.form.objective().get().samples_answers();
    let options = Principle::ALL
        .map(|principle| {
            let selected = move || chosen.get() == Some(principle);
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
                prop:value=move || chosen.get().map_or("", Principle::slug)
                on:change=move |event| {
                    let slug = event_target_value(&event);
                    if let Some(principle) = Principle::from_slug(&slug) {
                        let reward = Reward::of_principle(principle);
                        lab.form.set_parameter(Parameter::Reward, reward.to_string());
                        lab.form.leave_parameter(Parameter::Reward);
                    }
                }
            >
                {options}
                <Show when=move || chosen.get().is_none()>
                    <option value="" selected=true>{texts::OTHER_REWARD}</option>
                </Show>
            </select>
            <span class="field-note muted">{move || chosen.get().map(Principle::explanation)}</span>
        </div>
    }
}

/// The principle that is the whole reward.
fn principle_of(rewards: &[Reward]) -> Option<Principle> {
    let [Reward::Judge(principles)] = rewards else {
        return None;
    };
    match principles[..] {
        [(principle, 1.0)] => Some(principle),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_of_one_principle_is_that_principle() {
        let of = |spec: &str| principle_of(&[Reward::of_spec(spec).unwrap()]);
        assert_eq!(of("judge:warm"), Some(Principle::Warm));
        assert_eq!(of("judge:warm=2"), None);
        assert_eq!(of("judge:warm,short=0.5"), None);
        assert_eq!(principle_of(&[]), None);
    }
}
