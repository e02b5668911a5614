//! Whether the numbers can be believed: reports' runs trained again in this tab.

use crate::flows::replay::{replay, stop};
use crate::lab::use_lab;
use crate::model::replay_story::{replayed, under_way, verdict_of};
use crate::model::replaying::{Job, UnderWay};
use crate::model::shown_class::{Learner, ShownClass};
use crate::parts::action::Action;
use crate::stores::class::ClassStore;
use crate::stores::replay::ReplayStore;
use crate::texts::board_replay as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::lesson::Lesson;

#[component]
pub fn Replay() -> impl IntoView {
    let lab = use_lab();
    let class = expect_context::<ClassStore>();
    let store = expect_context::<ReplayStore>();
    let is_busy = Memo::new(move |_| store.is_busy());
    let begin_all = move || {
        if let Some(shown) = class.shown().get_untracked() {
            replay(lab, store, shown.learners.iter().map(job).collect());
        }
    };
    // Told once a report is done, not at each step.
    let told = Memo::new(move |_| {
        let shown = class.shown().get()?;
        let done = shown
            .learners
            .iter()
            .filter(|one| store.came(one.id).is_some());
        let count = done.count();
        (count > 0).then(|| texts::done(count, shown.learners.len()))
    });
    let rows = move || {
        let shown = class.shown().get()?;
        let rows = (0..shown.learners.len()).map(|place| {
            let shown = shown.clone();
            view! { <LearnerReplay shown=shown place=place/> }
        });
        Some(rows.collect_view())
    };
    view! {
        <section class="board-part" aria-labelledby="board-replays">
            <h3 id="board-replays">{texts::TITLE}</h3>
            <p class="muted">{texts::WHAT}</p>
            <p class="row">
                <Action
                    testid="board-replay-all"
                    text=texts::REPLAY_ALL
                    disabled=is_busy
                    on_press=begin_all
                />
                <Show when=move || is_busy.get()>
                    <Action testid="board-replay-stop" text=texts::STOP on_press=move || stop(store)/>
                </Show>
                <span role="status">{told}</span>
            </p>
            <ul class="board-replays">{rows}</ul>
        </section>
    }
}

fn job(learner: &Learner) -> Job {
    Job {
        id: learner.id,
        report: learner.report.clone(),
    }
}

/// One learner's report: what its own numbers say against its verdicts, and its runs trained
/// again.
#[component]
fn LearnerReplay(shown: Arc<ShownClass>, place: usize) -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<ReplayStore>();
    let learner = shown.learners.get(place).cloned()?;
    let id = learner.id;
    let is_busy = Memo::new(move |_| store.is_busy());
    let came = Memo::new(move |_| store.came(id));
    let at = Memo::new(move |_| store.under_way().get().filter(|at| at.id == id));
    let waits = Memo::new(move |_| store.is_waiting(id));
    let verdict = move || came.with(|came| came.as_deref().map(verdict_of));
    let own = own_numbers(&learner, shown.itself.as_ref());
    let asked = job(&learner);
    let report = learner.report.clone();
    let told = move || {
        let lines = came.get()?;
        let lines: Vec<_> = lines
            .iter()
            .zip(&report.runs)
            .enumerate()
            .map(|(index, (came, run))| {
                let name = texts::run(index + 1, run.objective.title(), run.steps);
                view! { <li>{replayed(&name, came)}</li> }
            })
            .collect();
        Some(match lines.is_empty() {
            true => view! { <p>{texts::NO_RUNS}</p> }.into_any(),
            false => view! { <ul class="board-lines">{lines}</ul> }.into_any(),
        })
    };
    Some(view! {
        <li data-testid="board-replayed" data-value=verdict>
            <p class="row">
                <b class="board-who">{learner.name.clone()}</b>
                <button
                    type="button"
                    class="button slim"
                    data-testid="board-replay"
                    aria-disabled=move || is_busy.get().then_some("true")
                    on:click=move |_| {
                        if !is_busy.get_untracked() {
                            replay(lab, store, vec![asked.clone()]);
                        }
                    }
                >
                    {texts::REPLAY}
                    <span class="visually-hidden">{texts::replay_of(&learner.name)}</span>
                </button>
                {move || verdict().map(|verdict| view! {
                    <span class="board-verdict" data-value=verdict>{texts::verdict(verdict)}</span>
                })}
            </p>
            {move || progress(at.get(), waits.get())}
            {own}
            {told}
        </li>
    })
}

fn progress(at: Option<UnderWay>, waits: bool) -> Option<AnyView> {
    match at {
        Some(at) => Some(
            view! {
                <p class="board-progress">
                    <progress
                        max=at.steps.to_string()
                        value=at.step.to_string()
                        aria-label=texts::PROGRESS
                    ></progress>
                    <span class="muted number">{under_way(&at)}</span>
                </p>
            }
            .into_any(),
        ),
        None if waits => Some(view! { <p class="muted">{texts::WAITS}</p> }.into_any()),
        None => None,
    }
}

fn own_numbers(learner: &Learner, lesson: Option<&Lesson>) -> AnyView {
    let Some(doubtful) = &learner.doubtful else {
        return view! { <p class="muted">{texts::NO_LESSON}</p> }.into_any();
    };
    if doubtful.is_empty() {
        return view! { <p class="muted">{texts::VERDICTS_FOLLOW}</p> }.into_any();
    }
    let lines = doubtful.iter().map(|one| {
        let text = texts::doubtful(one);
        view! { <li lang=lesson.map(|lesson| lesson.lang.clone())>{text}</li> }
    });
    view! { <ul class="board-lines is-doubtful" data-testid="board-doubtful">{lines.collect_view()}</ul> }
        .into_any()
}
