//! The same question to policy and reference, side by side.

use super::blind::BlindTest;
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::acts;
use crate::parts::define::Define;
use crate::parts::policy_date::PolicyDate;
use crate::texts::compare as texts;
use crate::texts::glossary::Term;
use leptos::prelude::*;

#[component]
pub fn ComparePanel() -> impl IntoView {
    let lab = use_lab();
    let prompt = lab.evaluate.prompt();
    let comparison = lab.evaluate.comparison();
    let is_busy = lab.evaluate.is_comparing();
    let prompts = move || {
        lab.engine
            .model()
            .get()
            .map(|model| model.held_out_prompts)
            .unwrap_or_default()
            .into_iter()
            .map(|prompt| view! { <option value=prompt></option> })
            .collect_view()
    };
    let cannot = Signal::derive(move || !lab.engine.is_up() || is_busy.get());
    let answer = move |is_policy: bool| {
        move || {
            comparison.get().map(|comparison| {
                if is_policy {
                    comparison.policy
                } else {
                    comparison.reference
                }
            })
        }
    };
    let of = Signal::derive(move || comparison.with(|c| c.as_ref().map(|c| c.of)));
    view! {
        <section class="panel" data-place="samples" aria-labelledby="compare-title">
            <header class="panel-head">
                <h2 id="compare-title">{texts::BEFORE_AND_AFTER}</h2>
                <span class="muted asked">
                    {move || comparison.get().map(|comparison| comparison.prompt)}
                </span>
            </header>
            <form
                class="row ask"
                on:submit=move |event| {
                    event.prevent_default();
                    if !cannot.get_untracked() {
                        acts::compare(lab);
                    }
                }
            >
                <input
                    type="text"
                    list="held-out-prompts"
                    autocomplete="off"
                    aria-label=texts::PROMPT
                    placeholder=texts::PROMPT_EXAMPLE
                    data-testid="sample-prompt"
                    prop:value=move || prompt.get()
                    on:input=move |event| prompt.set(event_target_value(&event))
                />
                <datalist id="held-out-prompts">{prompts}</datalist>
                <Action
                    testid="sample-run"
                    text=Signal::derive(move || {
                        if is_busy.get() { texts::SAMPLING } else { texts::SAMPLE_BOTH }.to_owned()
                    })
                    disabled=cannot
                    on_press=move || acts::compare(lab)
                />
            </form>
            <div class="samples">
                <div class="sample">
                    <span class="sample-head">
                        <Define term=Term::Reference/>
                        <span class="muted">{texts::BEFORE}</span>
                    </span>
                    <p data-testid="sample-reference">{answer(false)}</p>
                </div>
                <div class="sample policy">
                    <span class="sample-head">
                        <Define term=Term::Policy/>
                        <span class="muted"><PolicyDate of=of/></span>
                    </span>
                    <p data-testid="sample-policy">{answer(true)}</p>
                </div>
            </div>
            <BlindTest/>
        </section>
    }
}
