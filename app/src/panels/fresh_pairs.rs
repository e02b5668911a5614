//! The learner as the reward: which of two fresh answers is better.

use super::reward::STYLES;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::parts::action::Action;
use crate::parts::answer_card::AnswerCard;
use crate::parts::style_sheet::StyleSheet;
use crate::texts::fresh_pairs as texts;
use crate::texts::label as label_texts;
use leptos::prelude::*;
use tilt_protocol::{Pair, Verdict};

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn fresh_pairs() -> Result<Build, NotLoaded> {
    Ok(|| view! { <FreshPairs/> }.into_any())
}

#[component]
fn FreshPairs() -> impl IntoView {
    let lab = use_lab();
    let waiting = Memo::new(move |_| lab.fresh_pairs.current());
    let of_pair = move |text: fn(&Pair) -> String| {
        Signal::derive(move || {
            waiting.with(|waiting| {
                let pair = waiting.as_ref().map(|waiting| &waiting.pair);
                pair.map(text).unwrap_or_default()
            })
        })
    };
    let place = move || {
        let waiting = waiting.get()?;
        Some(texts::place(waiting.place, waiting.of))
    };
    let is_same = move || {
        waiting.with(|waiting| {
            let pair = waiting.as_ref().map(|waiting| &waiting.pair);
            pair.is_some_and(|pair| !pair.tells_apart())
        })
    };
    let is_empty = Signal::derive(move || waiting.with(Option::is_none));
    let prompt = of_pair(|pair| pair.prompt.clone());
    let prefer = move |verdict: Verdict| move || perform(lab, Act::Prefer(verdict));
    view! {
        <StyleSheet file=STYLES/>
        <div class="fresh-pairs" data-testid="fresh-pairs" hidden=move || is_empty.get()>
            <div class="panel-head">
                <h3>{texts::TITLE}</h3>
                <span class="muted number" data-testid="fresh-pair-place">{place}</span>
            </div>
            <p class="muted">{texts::EXPLAINED}</p>
            <p class="prompt" data-testid="fresh-pair-prompt">{move || prompt.get()}</p>
            <div class="answers">
                <AnswerCard
                    letter=label_texts::A testid="fresh-pair-a" text_testid="fresh-answer-a" key="1"
                    text=of_pair(|pair| pair.answer_a.clone()) disabled=is_empty
                    on_press=prefer(Verdict::A)
                />
                <AnswerCard
                    letter=label_texts::B testid="fresh-pair-b" text_testid="fresh-answer-b" key="2"
                    text=of_pair(|pair| pair.answer_b.clone()) disabled=is_empty
                    on_press=prefer(Verdict::B)
                />
            </div>
            <div class="row">
                <Action
                    testid="fresh-pair-neither" text=texts::LEAVE_OUT key="3" disabled=is_empty
                    on_press=prefer(Verdict::Tie)
                />
                <span class="muted">{move || is_same().then_some(texts::SAME)}</span>
            </div>
        </div>
    }
}
