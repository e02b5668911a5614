//! A lesson beside the Lab: one narrow column in which a learner reads, predicts, does,
//! sees checked and explains.

mod acts;
mod check;
mod end;
mod list;
mod predict;
mod step;
mod words;

pub use list::lesson_list;

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::browser::url::{here, resolve, version};
use crate::flows::lesson::{
    agreement_with, arrange_form, ask_judge, may_label, missing_labels, take_labels,
};
use crate::flows::lesson_facts::{SeenOfRun, facts_of};
use crate::lab::{Lab, use_lab};
use crate::parts::places::hiding;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use step::StepView;
use tilt_protocol::lesson::{Check, Lesson, SampleFacts, TokenFacts};
use tilt_protocol::{Inspection, RunId};

/// The lesson that the page was opened with.
#[derive(Clone)]
pub struct OpenLesson(pub Arc<Lesson>);

#[wasm_split(lessons, wasm_split_path = leptos::wasm_split, fallible)]
pub fn lesson_panel() -> Result<Build, NotLoaded> {
    Ok(|| view! { <LessonPanel/> }.into_any())
}

/// The style sheet that comes with lessons.
#[component]
fn LessonStyles() -> impl IntoView {
    let version = version().map_or_else(String::new, |version| format!("?v={version}"));
    view! { <link rel="stylesheet" href=format!("{}{version}", resolve("lesson.css"))/> }
}

#[component]
fn LessonPanel() -> impl IntoView {
    let lab = use_lab();
    let OpenLesson(lesson) = expect_context::<OpenLesson>();
    let store = LessonStore::new(lesson.clone(), lab.space, lab.notices);
    provide_context(store);
    let is_labelled = arrange(lab, store, &lesson);
    observe(lab, store, &lesson);

    let count = lesson.steps.len();
    let shown = store.shown();
    let is_folded = RwSignal::new(false);
    // Whoever goes on reads from the top.
    Effect::new(move |earlier: Option<usize>| {
        let index = shown.get();
        if earlier.is_some_and(|earlier| earlier != index) {
            is_folded.set(false);
            step::focus_heading();
        }
        index
    });
    let (id, lang) = (lesson.id.clone(), lesson.lang.clone());
    let (title, goals) = (lesson.title.clone(), lesson.goals.clone());
    let minutes = texts::minutes(lesson.minutes);
    view! {
        <LessonStyles/>
        <style>{hiding(&lesson.setup.hide)}</style>
        <aside
            class="lesson"
            data-testid="lesson"
            data-value=id
            data-folded=move || is_folded.get().then_some("")
            aria-label=texts::LESSON
            lang=lang
        >
            <header class="lesson-head">
                <p class="lesson-kicker muted">
                    {texts::LESSON} " · " {minutes}
                </p>
                <h2>{title}</h2>
                <p class="lesson-at">
                    <span
                        class="number muted"
                        data-testid="lesson-step"
                        data-value=move || shown.get().to_string()
                    >
                        {move || texts::step_of(shown.get(), count)}
                    </span>
                    <progress
                        max=count.to_string()
                        value=move || shown.get().to_string()
                        aria-label=texts::WAY
                    ></progress>
                </p>
                <div class="lesson-tools">
                    <button
                        type="button"
                        class="button icon small lesson-fold"
                        data-testid="lesson-fold"
                        aria-expanded=move || (!is_folded.get()).to_string()
                        aria-label=move || if is_folded.get() { texts::UNFOLD } else { texts::FOLD }
                        on:click=move |_| is_folded.update(|folded| *folded = !*folded)
                    >
                        <svg viewBox="0 0 16 16" aria-hidden="true">
                            <path d=move || if is_folded.get() { "M3 10.5 8 5.5l5 5" } else { "M3 5.5 8 10.5l5-5" }></path>
                        </svg>
                    </button>
                    <a class="button icon small" data-testid="lesson-close" href=here() aria-label=texts::CLOSE>
                        "×"
                    </a>
                </div>
            </header>
            <div class="lesson-body" hidden=move || is_folded.get()>
                {move || {
                    let index = shown.get();
                    let goals = goals.clone();
                    view! {
                        <Show when=move || index == 0>
                            <section class="lesson-goals">
                                <h3>{texts::GOALS}</h3>
                                <ul>{goals.clone().into_iter().map(|goal| view! { <li>{goal}</li> }).collect_view()}</ul>
                            </section>
                        </Show>
                        <Show when=move || !is_labelled.get()>
                            <p class="muted" role="status" data-testid="lesson-labels">{texts::LABELS_COMING}</p>
                        </Show>
                        {if index < count {
                            view! { <StepView index=index/> }.into_any()
                        } else {
                            view! { <end::End/> }.into_any()
                        }}
                    }
                }}
            </div>
        </aside>
    }
}

/// Sets the Lab up as the lesson has it, once, and has its labels given. Returns whether they
/// are there, or were: the learner may take some away.
fn arrange(lab: Lab, store: LessonStore, lesson: &Arc<Lesson>) -> Memo<bool> {
    let is_new = !store
        .progress()
        .with_untracked(|progress| progress.is_arranged);
    if is_new {
        arrange_form(lab, &lesson.setup);
        store.arranged();
    }
    let lesson = lesson.clone();
    let source = lesson.setup.labels.clone();
    let missing = Memo::new(move |_| missing_labels(lab, source.as_ref()));
    let is_complete = Memo::new(move |was: Option<&bool>| {
        was == Some(&true) || lab.labels.is_loaded().get() && missing.get() == 0
    });
    let is_asked = StoredValue::new(false);
    Effect::new(move |_| {
        if is_complete.get() {
            // The first step begins with what the lesson gives.
            store.begin();
            return;
        }
        let source = lesson.setup.labels.as_ref();
        let Some(source) = source.filter(|_| may_label(lab, &lesson.setup)) else {
            return;
        };
        // Some were taken away in an earlier visit, or the giving of them was broken off:
        // only a lesson that is at its beginning asks for more.
        let may_ask = !is_asked.get_value() && !store.has_begun();
        if may_ask {
            is_asked.set_value(true);
            take_labels(lab, source, missing.get_untracked());
        }
    });
    Memo::new(move |_| is_complete.get() || store.has_begun())
}

/// Tells the lesson what happens in the lab.
fn observe(lab: Lab, store: LessonStore, lesson: &Lesson) {
    let samples = RwSignal::new(BTreeMap::<RunId, Vec<SampleFacts>>::new());
    Effect::new(move |_| {
        let Some(found) = lab.evaluate.comparison().get() else {
            return;
        };
        let Some(run) = found.of.run else { return };
        let sample = SampleFacts {
            prompt: found.prompt,
            policy: found.policy,
            reference: found.reference,
        };
        samples.update(|all| {
            let of_run = all.entry(run).or_default();
            if !of_run.contains(&sample) {
                of_run.push(sample);
            }
        });
    });
    let is_token = |check: &&Check| matches!(check, Check::Token { .. });
    let mut checks = lesson.steps.iter().filter_map(|step| step.check.as_ref());
    let are_tokens_wanted = checks.any(|check| check.parts().iter().any(is_token));
    let inspected = RwSignal::new(BTreeMap::<(RunId, u64), Inspection>::new());
    Effect::new(move |_| {
        if !are_tokens_wanted {
            return;
        }
        let (Some(inspection), Some(pair)) = (
            lab.selection.inspection().get(),
            lab.selection.selected().get(),
        ) else {
            return;
        };
        let Some(run) = lab.run.policy_at().get_untracked().run else {
            return;
        };
        inspected.update(|all| drop(all.insert((run, pair.entry.key), inspection)));
    });
    let judge = lesson
        .steps
        .iter()
        .filter_map(|step| step.check.as_ref())
        .flat_map(Check::parts)
        .find_map(|check| match check {
            Check::Agreement { judge, .. } => judge.clone(),
            _ => None,
        });
    if let Some(judge) = judge.clone() {
        Effect::new(move |_| ask_judge(lab, &judge));
    }
    let facts = Memo::new(move |_| {
        let agreement = judge.as_ref().and_then(|judge| agreement_with(lab, judge));
        let seen = |run: RunId| SeenOfRun {
            tokens: inspected.with(|all| {
                let of_run = all.range((run, 0)..=(run, u64::MAX));
                TokenFacts::of_inspections(of_run.map(|(_, inspection)| inspection))
            }),
            samples: samples.with(|all| all.get(&run).cloned().unwrap_or_default()),
        };
        facts_of(lab, seen, agreement.into_iter().collect())
    });
    Effect::new(move |_| {
        // What was stored comes first: it was there before this visit.
        if lab.labels.is_loaded().get() {
            facts.with(|facts| store.observe(facts.clone()));
        }
    });
}
