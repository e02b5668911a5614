//! The answers that a run has just sampled and trains on: what each was given, and how far it
//! lies from the reference.

use super::reward::STYLES;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::model::json;
use crate::model::shown_rollouts::{PromptRollouts, by_prompt};
use crate::parts::policy_date::date_of;
use crate::parts::style_sheet::StyleSheet;
use crate::stores::rollouts::LastRollouts;
use crate::texts::numbers::{fixed, signed};
use crate::texts::rollouts as texts;
use leptos::prelude::*;
use tilt_protocol::rollouts::{RolloutBatch, RolloutView, TokenView};

/// Answers that are shown before more are asked for: those of as many prompts as that takes.
const FIRST_ANSWERS: usize = 6;

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn rollouts() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Rollouts/> }.into_any())
}

#[component]
fn Rollouts() -> impl IntoView {
    let lab = use_lab();
    let last = lab.rollouts.last();
    let date = move || {
        let of = last.with(|last| last.as_ref().map(|last| last.of));
        of.map(|of| date_of(lab, of))
    };
    let batch = Memo::new(move |_| last.with(|last| last.as_ref().map(read)));
    let shows_all = RwSignal::new(false);
    let groups = move || match batch.get() {
        None => ().into_any(),
        Some(Err(why)) => view! { <p class="muted">{texts::unreadable(&why)}</p> }.into_any(),
        Some(Ok(batch)) => {
            let groups = by_prompt(&batch.rollouts);
            let count = groups.len();
            let of_first = groups.first().map_or(1, |group| group.rollouts.len());
            let first = FIRST_ANSWERS.div_ceil(of_first.max(1));
            let most = if shows_all.get() { count } else { first };
            let scale = reward_scale(&batch);
            let shown: Vec<_> = groups
                .into_iter()
                .take(most)
                .map(|of_prompt| group(of_prompt, scale))
                .collect();
            let more = (count > first).then(|| {
                let text = if shows_all.get() {
                    texts::FEWER.to_owned()
                } else {
                    texts::all(count)
                };
                view! {
                    <button
                        type="button"
                        class="button slim"
                        data-testid="rollouts-all"
                        aria-expanded=shows_all.get().to_string()
                        on:click=move |_| shows_all.update(|all| *all = !*all)
                    >
                        {text}
                    </button>
                }
            });
            view! {
                <p class="muted number" data-testid="rollouts-summary">{summary(&batch)}</p>
                {shown}
                {more}
            }
            .into_any()
        }
    };
    view! {
        <StyleSheet file=STYLES/>
        <section class="panel rollouts" data-place="rollouts" data-testid="rollouts" aria-labelledby="rollouts-title">
            <header class="panel-head">
                <h2 id="rollouts-title">{texts::TITLE}</h2>
                <span class="muted">{date}</span>
            </header>
            <p class="muted">{texts::EXPLAINED}</p>
            {groups}
        </section>
    }
}

/// # Errors
/// What is wrong with it, in words.
fn read(last: &LastRollouts) -> Result<RolloutBatch, String> {
    let text = std::str::from_utf8(&last.json).map_err(|error| error.to_string())?;
    json::from_str(text).map_err(|error| error.to_string())
}

/// The smallest and the largest reward of the batch.
fn reward_scale(batch: &RolloutBatch) -> (f64, f64) {
    let rewards = batch.rollouts.iter().filter_map(|one| one.reward);
    rewards.fold((0.0, 1.0), |(low, high): (f64, f64), reward| {
        (low.min(reward), high.max(reward))
    })
}

fn summary(batch: &RolloutBatch) -> String {
    let count = batch.rollouts.len();
    let cut = batch.rollouts.iter().filter(|one| !one.is_finished).count();
    let mean = |value: fn(&RolloutView) -> Option<f64>| {
        let values: Vec<f64> = batch.rollouts.iter().filter_map(value).collect();
        tilt_protocol::statistics::mean(&values)
    };
    let reward = mean(|one| one.reward).map(|reward| fixed(reward, 2));
    let tokens = mean(|one| Some(one.tokens as f64)).map(|tokens| fixed(tokens, 0));
    let kl = mean(|one| one.kl).map(|kl| fixed(kl, 2));
    texts::summary(
        count,
        &batch.functions,
        reward.as_deref(),
        tokens.as_deref(),
        kl.as_deref(),
        cut,
    )
}

fn group(of_prompt: PromptRollouts, scale: (f64, f64)) -> impl IntoView + use<> {
    let rows: Vec<_> = of_prompt
        .rollouts
        .into_iter()
        .map(|(one, is_chosen)| answer(one, is_chosen, scale))
        .collect();
    view! {
        <div class="rollout-group">
            <p class="rollout-prompt">{of_prompt.prompt}</p>
            <ul class="rollout-answers">{rows}</ul>
        </div>
    }
}

/// The answer as it is, or PPO's tokens by their advantages.
fn answer_text(answer: String, tokens: Vec<TokenView>) -> AnyView {
    if tokens.is_empty() {
        return answer.into_any();
    }
    let most = tokens.iter().map(|token| token.advantage.abs());
    let most = most.fold(1e-9, f64::max);
    let pieces = tokens.into_iter().map(|token| {
        let share = 100.0 * token.advantage.abs() / most;
        let class = if token.advantage < 0.0 { "less" } else { "more" };
        let told = texts::token_told(&signed(token.advantage, 2), &signed(token.value, 2));
        view! {
            <span class=format!("advantage {class}") style=("--share", format!("{share:.0}%")) title=told>
                {token.text}
            </span>
        }
    });
    view! { <span data-testid="rollout-tokens">{pieces.collect_view()}</span> }.into_any()
}

fn answer(
    one: RolloutView,
    is_chosen: Option<bool>,
    (low, high): (f64, f64),
) -> impl IntoView + use<> {
    let share = one
        .reward
        .map_or(0.0, |reward| (reward - low) / (high - low).max(1e-9));
    let mark = is_chosen.map(|is_chosen| match is_chosen {
        true => (texts::CHOSEN, "chosen"),
        false => (texts::REJECTED, "rejected"),
    });
    let numbers = texts::numbers(
        one.reward.map(|reward| fixed(reward, 2)).as_deref(),
        one.advantage
            .map(|advantage| signed(advantage, 2))
            .as_deref(),
        one.kl.map(|kl| fixed(kl, 1)).as_deref(),
        one.tokens,
        one.is_finished,
    );
    view! {
        <li class="rollout" data-testid="rollout" data-value=one.reward.map(|reward| reward.to_string())>
            <span class="rollout-bar" aria-hidden="true">
                <span style=("--share", format!("{:.1}%", 100.0 * share))></span>
            </span>
            <p>
                {mark.map(|(text, class)| view! { <b class=class>{text}</b> " " })}
                {answer_text(one.answer, one.of_tokens)}
            </p>
            <span class="muted number">{numbers}</span>
        </li>
    }
}
