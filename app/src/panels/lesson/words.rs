//! What a learner writes: an explanation beside a model answer, and a practice question with
//! its worked answer.

use super::fold::Fold;
use crate::flows::act::perform;
use crate::flows::lesson::{arrange_form, may_label, missing_labels, take_labels};
use crate::lab::{Lab, use_lab};
use crate::model::act::Act;
use crate::parts::action::Action;
use crate::parts::markdown::Markdown;
use crate::parts::tabs::Tabs;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use tilt_protocol::lesson::{Explain, Place, Quiz, Setup};

#[component]
pub fn ExplainView(index: usize, explain: Explain) -> impl IntoView {
    let store = expect_context::<LessonStore>();
    let written = store.of_step(index, |step| step.explanation.clone());
    let is_shown = store.of_step(index, |step| step.is_explained);
    let ticked = store.of_step(index, |step| step.ticked.clone());
    let Explain { model, points } = explain;
    view! {
        <section class="lesson-words">
            <label>
                <h3>{texts::IN_YOUR_WORDS}</h3>
                {own_words("lesson-explain", written.get_untracked(), move |text| {
                    store.change_step(|step| step.explanation = text);
                })}
            </label>
            <Show
                when=move || is_shown.get()
                fallback=move || view! {
                    <Action
                        testid="lesson-compare"
                        text=texts::COMPARE
                        on_press=move || store.change_step(|step| step.is_explained = true)
                    />
                }
            >
                <div class="lesson-model" data-testid="lesson-model">
                    <h3>{texts::AN_ANSWER}</h3>
                    <Markdown text=model.clone()/>
                    <fieldset>
                        <legend>{texts::WHICH_POINTS}</legend>
                        {points
                            .iter()
                            .cloned()
                            .enumerate()
                            .map(|(point, text)| view! {
                                <label class="lesson-option">
                                    <input
                                        type="checkbox"
                                        prop:checked=move || ticked.with(|ticked| ticked.contains(&point))
                                        on:change=move |event| tick(store, point, event_target_checked(&event))
                                    />
                                    <span>{text}</span>
                                </label>
                            })
                            .collect_view()}
                    </fieldset>
                </div>
            </Show>
        </section>
    }
}

/// A field for the learner's own words, which begins with those that were kept.
fn own_words(testid: &'static str, kept: String, keep: impl Fn(String) + 'static) -> impl IntoView {
    view! {
        <textarea
            rows="4"
            data-testid=testid
            prop:value=kept
            on:input=move |event| keep(event_target_value(&event))
        ></textarea>
    }
}

fn tick(store: LessonStore, point: usize, is_ticked: bool) {
    store.change_step(|step| {
        step.ticked.retain(|ticked| *ticked != point);
        if is_ticked {
            step.ticked.push(point);
        }
    });
}

#[component]
pub fn QuizView(index: usize, quiz: Quiz) -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<LessonStore>();
    let tabs = use_context::<Tabs>();
    let written = store.of_step(index, |step| step.answer.clone());
    let chosen = store.of_step(index, |step| step.chosen);
    let is_shown = store.of_step(index, |step| step.is_answered);
    let Quiz {
        question,
        options,
        right,
        answer,
        show,
    } = quiz;
    let is_open = options.is_empty();
    // Answered first, then looked up.
    let is_unanswered = Signal::derive(move || {
        if is_open {
            written.with(|text| text.trim().is_empty())
        } else {
            chosen.get().is_none()
        }
    });
    let told = {
        let options = options.clone();
        move || {
            let right = right?;
            let told = if chosen.get()? == right {
                texts::RIGHT.to_owned()
            } else {
                texts::the_right_one(options.get(right)?)
            };
            Some(view! { <p><b>{told}</b></p> })
        }
    };
    let fields = options.into_iter().enumerate().map(|(option, text)| {
        view! {
            <label class="lesson-option">
                <input
                    type="radio"
                    name=format!("lesson-quiz-{index}")
                    prop:checked=move || chosen.get() == Some(option)
                    disabled=move || is_shown.get()
                    on:change=move |_| store.change_step(|step| step.chosen = Some(option))
                />
                <span>{text}</span>
            </label>
        }
    });
    let fields = fields.collect_view();
    view! {
        <section class="lesson-words" data-testid="lesson-quiz">
            <h3>{texts::QUESTION}</h3>
            <Markdown text=question/>
            {fields}
            {is_open.then(|| view! {
                <label>
                    <span class="muted">{texts::YOUR_ANSWER}</span>
                    {own_words("lesson-answer", written.get_untracked(), move |text| {
                        store.change_step(|step| step.answer = text);
                    })}
                </label>
            })}
            <Show
                when=move || is_shown.get()
                fallback=move || view! {
                    <Action
                        testid="lesson-see-answer"
                        text=texts::SEE_ANSWER
                        disabled=is_unanswered
                        on_press=move || store.change_step(|step| step.is_answered = true)
                    />
                }
            >
                <div class="lesson-model" data-testid="lesson-worked">
                    <h3>{texts::WORKED}</h3>
                    {told.clone()}
                    <Markdown text=answer.clone()/>
                    {show.clone().map(|show| view! { <ShowMe lab=lab tabs=tabs show=show/> })}
                </div>
            </Show>
        </section>
    }
}

/// Sets the Lab up so that it shows the point.
#[component]
fn ShowMe(lab: Lab, tabs: Option<Tabs>, show: Setup) -> impl IntoView {
    let fold = expect_context::<Fold>();
    // Asked for, and the labels not given yet.
    let is_wanted = RwSignal::new(false);
    let is_shown = RwSignal::new(false);
    let setup = StoredValue::new(show);
    Effect::new(move |_| {
        if is_wanted.get() && setup.with_value(|setup| may_label(lab, setup)) {
            is_wanted.set(false);
            setup.with_value(|setup| give_missing(lab, setup));
            is_shown.set(true);
        }
    });
    view! {
        <Action
            testid="lesson-show-me"
            class="slim"
            text=texts::SHOW_ME
            on_press=move || {
                is_shown.set(false);
                setup.with_value(|setup| demonstrate(lab, setup));
                is_wanted.set(true);
                fold.go_to(lab, tabs, Place::Train);
            }
        />
        <Show when=move || is_shown.get()>
            <p class="muted" role="status">{texts::SHOWN}</p>
        </Show>
    }
}

fn demonstrate(lab: Lab, setup: &Setup) {
    let name = setup.model.slug();
    let loaded = lab.engine.model().get_untracked();
    if loaded.is_none_or(|model| model.name != name) {
        let name = name.to_owned();
        perform(lab, Act::ChooseModel { name });
    }
    arrange_form(lab, setup);
}

fn give_missing(lab: Lab, setup: &Setup) {
    let missing = untrack(|| missing_labels(lab, setup.labels.as_ref()));
    if let Some(source) = setup.labels.as_ref().filter(|_| missing > 0) {
        take_labels(lab, source, missing);
    }
}
