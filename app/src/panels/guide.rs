//! The first minute: what this is; label three comparisons, train on them, see what changed,
//! and go on from there.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::rule::Rule;
use crate::panels::intro::Intro;
use crate::parts::action::Action;
use crate::parts::acts;
use crate::parts::focus::focus_after;
use crate::parts::tabs::Tabs;
use crate::stores::run_result::ResultState;
use crate::texts::guide as texts;
use crate::texts::training::TRAIN;
use leptos::prelude::*;

/// Labels after which the first step is done.
const FEW: usize = 3;
/// Labels that a first run is worth.
const ENOUGH: usize = 12;

#[component]
pub fn Guide() -> impl IntoView {
    let lab = use_lab();
    let tabs = use_context::<Tabs>();
    let count = Memo::new(move |_| lab.labels.entries().with(|entries| entries.len()));
    let is_trained = Memo::new(move |_| lab.run.run().with(|run| run.step > 0));
    let is_guessed = Memo::new(move |_| lab.blind.score().get().total > 0);
    let is_labelling = move || {
        let progress = lab.evaluate.autolabel();
        progress.with(|progress| progress.as_ref().is_some_and(|progress| !progress.is_done))
    };
    let active = lab.run.phase();
    let cannot_train = Signal::derive(move || {
        !lab.engine.is_up() || count.get() < FEW || active.get().is_active()
    });
    let cannot_help = Signal::derive(move || !lab.engine.is_up() || is_labelling());
    let result = lab.run_result.state();
    let is_measured = Memo::new(move |_| matches!(result.get(), ResultState::Measured(_)));
    let has_learnt = lab.run_result.has_learnt();
    let cannot_see = Signal::derive(move || !is_measured.get());
    let cannot_guess =
        Signal::derive(move || !lab.engine.is_up() || !is_trained.get() || lab.blind.is_waiting());
    let is_short = move || count.get() >= FEW && count.get() < ENOUGH && !is_trained.get();
    let is_own = move || lab.evaluate.rule().get() == Some(Rule::Own);
    view! {
        <Show when=move || !lab.settings.is_guide_dismissed()>
            <section class="guide" data-testid="guide" aria-label=texts::FIRST_STEPS>
                <Intro/>
                <ol>
                    <li class=state(move || count.get() >= FEW)>
                        <b>{texts::LABEL_THREE}</b>
                        <span class="number muted">{move || texts::labelled(count.get().min(FEW), FEW)}</span>
                    </li>
                    <li class=state(move || is_trained.get())>
                        <b>{texts::TRAIN_ON_THEM}</b>
                        <Show when=move || is_short() && !is_own()>
                            <Action
                                testid="guide-judge"
                                text=Signal::derive(move || {
                                    texts::judge_adds(ENOUGH.saturating_sub(count.get()))
                                })
                                disabled=cannot_help
                                on_press=move || {
                                    acts::autolabel(lab, Some(ENOUGH.saturating_sub(count.get_untracked())));
                                }
                            />
                        </Show>
                        <Action
                            testid="guide-train"
                            text=TRAIN
                            disabled=cannot_train
                            on_press=move || acts::play(lab)
                        />
                    </li>
                    <li class=state(move || is_measured.get())>
                        <b>{texts::SEE_WHAT_CHANGED}</b>
                        <Action
                            testid="guide-result"
                            text=texts::SHOW
                            disabled=cannot_see
                            on_press=move || show_part(tabs, "result-card")
                        />
                    </li>
                    // Nobody tells two models apart of which one has learnt nothing yet.
                    <Show when=move || is_measured.get()>
                        <li class=state(move || is_guessed.get())>
                            <b>{texts::GO_ON}</b>
                            <span class="muted">
                                {move || if has_learnt.get() { texts::GO_ON_BLIND } else { texts::GO_ON_LABELLING }}
                            </span>
                            <Show when=move || has_learnt.get()>
                                <Action
                                    testid="guide-blind"
                                    text=texts::GUESS
                                    disabled=cannot_guess
                                    on_press=move || {
                                        perform(lab, Act::Test);
                                        show_part(tabs, "blind");
                                    }
                                />
                            </Show>
                        </li>
                    </Show>
                </ol>
                <Show when=is_short>
                    <p class="muted">
                        {move || if is_own() {
                            texts::GO_ON_BY_HAND.to_owned()
                        } else {
                            texts::why_the_judge(
                                &lab.evaluate.autolabel_form().with(|form| form.principle.name())
                            )
                        }}
                    </p>
                </Show>
                <button
                    type="button"
                    class="button icon small guide-close"
                    aria-label=texts::PUT_AWAY
                    on:click=move |_| {
                        lab.settings.dismiss_guide();
                        focus_after(&["[data-testid=\"label-a\"]"]);
                    }
                >
                    {texts::PUT_AWAY_SIGN}
                </button>
            </section>
        </Show>
    }
}

fn state(is_done: impl Fn() -> bool + Send + Sync + 'static) -> impl Fn() -> &'static str {
    move || {
        if is_done() {
            "guide-step done"
        } else {
            "guide-step"
        }
    }
}

/// What is meant may be far below, or in another column of a narrow window.
fn show_part(tabs: Option<Tabs>, id: &'static str) {
    if let Some(tabs) = tabs {
        tabs.show("model");
    }
    // Once the column is there.
    request_animation_frame(move || {
        let part = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id(id));
        if let Some(part) = part {
            part.scroll_into_view();
        }
    });
}
