//! What a step asks the learner to do, and how much of it is done.

use super::fold::Fold;
use crate::flows::lesson::{autolabel, measure, set_run, take_labels};
use crate::lab::{Lab, use_lab};
use crate::parts::action::Action;
use crate::parts::tabs::Tabs;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::lesson::{Act, LabelAct, LabelSource, LabelledBy, Lesson, Place, Step};

#[component]
pub fn Acts(index: usize, step: Step) -> impl IntoView {
    let store = expect_context::<LessonStore>();
    if step.acts.is_empty() {
        return ().into_any();
    }
    let done = store.of_step(index, |step| step.done);
    let is_waiting = {
        let step = step.clone();
        store.of_step(index, move |progress| !progress.is_open(&step))
    };
    let acts = step.acts.into_iter().enumerate().map(|(at, act)| {
        view! { <ActView index=index at=at act=act done=done is_waiting=is_waiting/> }
    });
    view! {
        <section class="lesson-acts">
            <h3>{texts::TO_DO}</h3>
            <Show when=move || is_waiting.get()>
                <p class="muted">{texts::LOCK_FIRST}</p>
            </Show>
            <ol>{acts.collect_view()}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn ActView(
    index: usize,
    at: usize,
    act: Act,
    done: Memo<usize>,
    is_waiting: Memo<bool>,
) -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<LessonStore>();
    let tabs = use_context::<Tabs>();
    let lesson = store.lesson();
    let state = move || match (at < done.get(), at == done.get() && !is_waiting.get()) {
        (true, _) => "done",
        (false, true) => "now",
        (false, false) => "later",
    };
    let text = in_words(&act);
    let act = Arc::new(act);
    let progress = {
        let act = act.clone();
        move || {
            let progress = store.progress().with(|progress| {
                let before = progress.steps.get(index)?.before.clone()?;
                store.facts().with(|facts| act.progress(&before, facts))
            });
            progress
                .filter(|_| state() == "now")
                .map(|(done, of)| texts::so_far(done, of))
        }
    };
    view! {
        <li data-testid="lesson-act" data-value=state>
            <span>{text}</span>
            <span class="visually-hidden">{move || (state() == "done").then_some(texts::DONE)}</span>
            <span class="number muted">{progress}</span>
            {move || (state() == "now").then(|| help(lab, &lesson, tabs, &act))}
        </li>
    }
}

/// What the page can do for whoever is at this act.
fn help(lab: Lab, lesson: &Arc<Lesson>, tabs: Option<Tabs>, act: &Arc<Act>) -> AnyView {
    let (text, place) = match &**act {
        Act::Label(LabelAct::Count { by, .. }) => match by {
            None | Some(LabelledBy::Hand) => (None, Place::Label),
            Some(LabelledBy::Judge) => (None, Place::Judge),
            Some(LabelledBy::Set | LabelledBy::File) => (None, Place::Data),
        },
        Act::Label(LabelAct::From(LabelSource::Judge { .. })) => {
            (Some(texts::HAVE_IT_LABELLED), Place::Judge)
        }
        Act::Label(LabelAct::From(LabelSource::Set(_))) => (Some(texts::LOAD_THE_SET), Place::Data),
        Act::Label(LabelAct::From(LabelSource::Rows(_))) => {
            (Some(texts::LOAD_THE_LABELS), Place::Data)
        }
        Act::Label(LabelAct::From(LabelSource::Hand)) => (None, Place::Label),
        Act::Run(_) => (Some(texts::SET_THESE), Place::Train),
        Act::Measure(_) => (Some(texts::MEASURE_NOW), Place::WinRate),
        Act::Sample(_) => (None, Place::Samples),
    };
    let (lesson, act) = (lesson.clone(), act.clone());
    let fold = expect_context::<Fold>();
    let cannot = Signal::derive(move || !lab.engine.is_up());
    view! {
        <span class="row">
            {text.map(|text| view! {
                <Action
                    testid="lesson-help"
                    class="slim"
                    text=text
                    disabled=cannot
                    on_press=move || {
                        do_for(lab, &lesson, &act);
                        if matches!(*act, Act::Run(_)) {
                            fold.go_to(lab, tabs, place);
                        }
                    }
                />
            })}
            {text.is_none().then(|| view! {
                <button
                    type="button"
                    class="button slim"
                    on:click=move |_| {
                        fold.go_to(lab, tabs, place);
                    }
                >
                    {texts::look_at(place)}
                </button>
            })}
        </span>
    }
    .into_any()
}

fn do_for(lab: Lab, lesson: &Lesson, act: &Act) {
    match act {
        Act::Label(LabelAct::From(source)) => match source {
            LabelSource::Judge { judge, pairs } => autolabel(lab, judge.clone(), *pairs),
            LabelSource::Set(_) | LabelSource::Rows(_) | LabelSource::Hand => {
                take_labels(lab, source, 1)
            }
        },
        Act::Run(settings) => set_run(lab, &lesson.setup, settings),
        Act::Measure(principle) => measure(lab, *principle),
        Act::Label(LabelAct::Count { .. }) | Act::Sample(_) => {}
    }
}

/// The act as something to do.
pub fn in_words(act: &Act) -> String {
    match act {
        Act::Label(LabelAct::Count { count, by }) => {
            let by = match by {
                None => "",
                Some(LabelledBy::Hand) => texts::BY_HAND,
                Some(LabelledBy::Judge) => texts::BY_JUDGE,
                Some(LabelledBy::Set) => texts::BY_SET,
                Some(LabelledBy::File) => texts::BY_FILE,
            };
            texts::label_pairs(*count, by)
        }
        Act::Label(LabelAct::From(source)) => match source {
            LabelSource::Judge { judge, pairs } => {
                let principles: Vec<String> =
                    judge.principles.iter().map(|(one, _)| one.name()).collect();
                texts::judge_labels(*pairs, &principles.join(", "))
            }
            LabelSource::Set(set) => texts::load_set(set.slug()),
            LabelSource::Rows(rows) => texts::load_rows(rows.count()),
            LabelSource::Hand => texts::label_pairs(1, texts::BY_HAND),
        },
        Act::Run(settings) => {
            let given = (!settings.is_empty()).then(|| settings.in_words());
            texts::train_with(given.as_deref())
        }
        Act::Measure(principle) => texts::measure_by(&principle.name()),
        Act::Sample(count) => texts::read_answers(*count),
    }
}
