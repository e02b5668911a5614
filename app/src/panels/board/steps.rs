//! Step by step: what was predicted, what the check said, what was answered.

use super::answers::Answers;
use super::bars::bar;
use super::numbers::numbers;
use crate::model::class_table::heading;
use crate::model::shown_class::ShownClass;
use crate::parts::markdown::Markdown;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::classroom::{Said, StepPredictions, Verdicts, predictions_of};
use tilt_protocol::lesson::{Lesson, Quiz, Step};

#[component]
pub fn StepByStep() -> impl IntoView {
    let class = expect_context::<ClassStore>();
    let steps = move || {
        let shown = class.shown().get()?;
        Some(match &shown.itself {
            None => view! { <p class="muted">{texts::NO_LESSON}</p> }.into_any(),
            Some(lesson) => (0..lesson.steps.len())
                .filter_map(|step| one_step(&shown, lesson, step))
                .collect_view()
                .into_any(),
        })
    };
    view! {
        <section class="board-part" aria-labelledby="board-by-step">
            <h3 id="board-by-step">{texts::STEP_BY_STEP}</h3>
            {steps}
        </section>
    }
}

/// `None` where a step asks for nothing that a learner says.
fn one_step(shown: &Arc<ShownClass>, lesson: &Lesson, index: usize) -> Option<AnyView> {
    let step = lesson.steps.get(index)?;
    let reports = shown.reports();
    let predicted = predictions_of(lesson, index, &reports);
    let verdicts = Verdicts::of(index, &reports);
    let asks = predicted.is_some()
        || step.check.is_some()
        || step.quiz.is_some()
        || step.explain.is_some();
    asks.then(|| {
        view! {
            <article class="board-step" data-testid="board-step" data-value=index.to_string()>
                <h4 lang=lesson.lang.clone()>{texts::step(index, &heading(&step.text))}</h4>
                <div class="board-facets">
                    {predicted.map(|predicted| predictions(shown, &predicted))}
                    {step.check.is_some().then(|| check(verdicts))}
                    {step.quiz.as_ref().map(|quiz| quiz_bars(shown, quiz, index))}
                </div>
                {written(shown, step, index)}
            </article>
        }
        .into_any()
    })
}

fn predictions(shown: &ShownClass, told: &StepPredictions) -> AnyView {
    let body = match &told.said {
        Said::Choice { options, answer } => {
            let rows = options.iter().enumerate().map(|(index, (option, who))| {
                let is_right = *answer == Some(index);
                let name = texts::option(option, is_right);
                let class = if is_right { "is-right" } else { "" };
                bar(
                    &name,
                    who.len(),
                    told.count,
                    &texts::learners(who.len()),
                    class,
                )
            });
            view! { <ul class="board-bars">{rows.collect_view()}</ul> }.into_any()
        }
        Said::Numbers {
            said,
            came,
            spread,
            unit,
        } => numbers(said, came, spread, unit.as_deref()),
        Said::Orders(orders) => {
            let rows = orders.iter().map(|(order, who)| {
                let name = texts::in_order(order);
                bar(
                    &name,
                    who.len(),
                    told.count,
                    &texts::learners(who.len()),
                    "",
                )
            });
            view! { <ul class="board-bars">{rows.collect_view()}</ul> }.into_any()
        }
    };
    let of = shown.learners.len();
    view! {
        <section class="board-facet" data-testid="board-predictions">
            <h5>{texts::PREDICTED}</h5>
            <p class="muted">{texts::predicted(told.count, of, told.right, told.known)}</p>
            {body}
        </section>
    }
    .into_any()
}

fn check(verdicts: Verdicts) -> AnyView {
    let of = verdicts.all();
    let row =
        |name: &str, count: usize, class| bar(name, count, of, &texts::learners(count), class);
    view! {
        <section class="board-facet" data-testid="board-check">
            <h5>{texts::CHECK}</h5>
            <ul class="board-bars">
                {row(texts::HOLDS, verdicts.holds, "is-right")}
                {row(texts::NOT_YET, verdicts.not_yet, "")}
                {row(texts::DOES_NOT_HOLD, verdicts.does_not_hold, "is-wrong")}
            </ul>
        </section>
    }
    .into_any()
}

fn quiz_bars(shown: &ShownClass, quiz: &Quiz, step: usize) -> AnyView {
    let chosen: Vec<usize> = shown
        .learners
        .iter()
        .filter_map(|one| one.report.answers.get(step)?.chosen)
        .collect();
    let rows = quiz.options.iter().enumerate().map(|(index, option)| {
        let count = chosen.iter().filter(|chosen| **chosen == index).count();
        let is_right = quiz.right == Some(index);
        let name = texts::option(option, is_right);
        let class = if is_right { "is-right" } else { "" };
        bar(&name, count, chosen.len(), &texts::learners(count), class)
    });
    let rows = rows.collect_view();
    view! {
        <section class="board-facet" data-testid="board-quiz">
            <h5>{texts::QUESTION}</h5>
            <div class="muted"><Markdown text=quiz.question.clone()/></div>
            <ul class="board-bars">{rows}</ul>
        </section>
    }
    .into_any()
}

/// What was written in the learners' own words: explanations, and answers without options.
fn written(shown: &Arc<ShownClass>, step: &Step, index: usize) -> impl IntoView + use<> {
    let explained = step.explain.as_ref().map(|explain| {
        let model = explain.model.clone();
        view! {
            <Answers
                title=texts::EXPLANATIONS
                shown=shown.clone()
                step=index
                read=|own| own.explanation.as_str()
                model=model
            />
        }
    });
    let open = step.quiz.as_ref().filter(|quiz| quiz.options.is_empty());
    let answered = open.map(|quiz| {
        let model = quiz.answer.clone();
        view! {
            <Answers
                title=texts::OPEN_ANSWERS
                shown=shown.clone()
                step=index
                read=|own| own.answer.as_str()
                model=model
            />
        }
    });
    view! { {explained} {answered} }
}
