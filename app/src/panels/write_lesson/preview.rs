//! The step as a learner will see it.

use super::fields::store;
use crate::panels::lesson::act_in_words;
use crate::parts::markdown::Markdown;
use crate::stores::lesson_draft::Part;
use crate::texts::lesson as lesson_texts;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use tilt_protocol::lesson::{Act, Check, Explain, Predict, Quiz, Step};

#[component]
pub fn Preview() -> impl IntoView {
    let store = store();
    let (draft, part) = (store.draft(), store.part());
    let shown = Memo::new(move |_| {
        let Part::Step(id) = part.get() else {
            return None;
        };
        draft.with(|draft| {
            let at = draft.index_of(id)?;
            let (_, step, left_out) = draft.readable_step(id)?;
            Some((at, draft.ids().len(), step, left_out))
        })
    });
    view! {
        <section class="draft-preview" data-testid="draft-preview" aria-label=texts::PREVIEW>
            <h3>{texts::PREVIEW}</h3>
            {move || match shown.get() {
                None => beginning(),
                Some((at, count, step, left_out)) => view! {
                    <p class="muted number">{lesson_texts::step_of(at, count)}</p>
                    {of_step(step)}
                    {(!left_out.is_empty()).then(|| view! {
                        <p class="muted">{texts::left_out(&left_out)}</p>
                    })}
                }
                .into_any(),
            }}
        </section>
    }
}

/// What stands above the first step.
fn beginning() -> AnyView {
    let store = store();
    let text = |path: &str| store.text(&crate::model::lesson_draft::Spot::of_lesson(path));
    let title = text("title");
    let goals = store.value(&crate::model::lesson_draft::Spot::of_lesson("goals"));
    view! {
        <p class="draft-title">{move || title.get().unwrap_or_else(|| texts::NO_TITLE.to_owned())}</p>
        <p class="muted">{lesson_texts::GOALS}</p>
        <ul class="draft-goals">
            {move || {
                let goals = goals.get();
                let goals = goals.as_ref().and_then(|goals| goals.as_array());
                let goals = goals.into_iter().flatten().filter_map(|goal| goal.as_str());
                goals.map(|goal| view! { <li>{goal.to_owned()}</li> }).collect_view()
            }}
        </ul>
    }
    .into_any()
}

fn of_step(step: Step) -> AnyView {
    let looks = step.show.iter().map(|place| {
        view! { <li>{lesson_texts::look_at(*place)}</li> }
    });
    let looks = looks.collect_view();
    view! {
        <div class="lesson-text"><Markdown text=step.text/></div>
        <ul class="draft-looks">{looks}</ul>
        {step.predict.as_ref().map(predict)}
        {(!step.acts.is_empty()).then(|| acts(&step.acts))}
        {step.check.as_ref().map(check)}
        {step.explain.map(explain)}
        {step.quiz.map(quiz)}
        {step.hint.map(|hint| view! {
            <details class="lesson-hint">
                <summary>{lesson_texts::HINT}</summary>
                <Markdown text=hint/>
            </details>
        })}
    }
    .into_any()
}

fn options(all: &[String], right: Option<usize>) -> AnyView {
    let rows = all.iter().enumerate().map(|(at, text)| {
        let mark = (right == Some(at)).then_some(texts::THIS_ONE);
        view! { <li class="lesson-option"><span class="draft-radio" aria-hidden="true"></span><span>{text.clone()} " " <span class="muted">{mark}</span></span></li> }
    });
    view! { <ul class="draft-options">{rows.collect_view()}</ul> }.into_any()
}

fn predict(predict: &Predict) -> AnyView {
    let measured = |measure: &Option<tilt_protocol::lesson::Measure>| {
        measure.as_ref().map(|measure| {
            view! { <p class="muted">{texts::beside(&measure.quantity.name())}</p> }
        })
    };
    let unit = |unit: &Option<String>| lesson_texts::with_unit("?", unit.as_deref());
    let field = match predict {
        Predict::Choice {
            options: all,
            answer,
        } => options(all, *answer),
        Predict::Number { unit: own, measure } => view! {
            <p>{texts::a_number(&unit(own))}</p>
            {measured(measure)}
        }
        .into_any(),
        Predict::Order { items } => {
            let rows = items.iter().map(|item| view! { <li>{item.clone()}</li> });
            view! { <ol class="draft-order">{rows.collect_view()}</ol> }.into_any()
        }
        Predict::Slider {
            from,
            to,
            unit: own,
            measure,
        } => view! {
            <p>{texts::a_slider(*from, *to, &unit(own))}</p>
            {measured(measure)}
        }
        .into_any(),
    };
    view! {
        <div class="lesson-predict">
            <h4>{lesson_texts::PREDICT}</h4>
            {field}
        </div>
    }
    .into_any()
}

fn acts(acts: &[Act]) -> AnyView {
    let rows = acts
        .iter()
        .map(|act| view! { <li data-value="now">{act_in_words(act)}</li> });
    view! {
        <div class="lesson-acts">
            <h4>{lesson_texts::TO_DO}</h4>
            <ol>{rows.collect_view()}</ol>
        </div>
    }
    .into_any()
}

fn check(check: &Check) -> AnyView {
    view! {
        <div class="lesson-check">
            <h4>{lesson_texts::CHECKED}</h4>
            <p data-testid="draft-claim"><b>{lesson_texts::CLAIM}</b> {check.claim()}</p>
        </div>
    }
    .into_any()
}

fn explain(explain: Explain) -> AnyView {
    let points = explain
        .points
        .into_iter()
        .map(|point| view! { <li>{point}</li> });
    view! {
        <h4>{lesson_texts::IN_YOUR_WORDS}</h4>
        <div class="lesson-model">
            <h4>{lesson_texts::AN_ANSWER}</h4>
            <Markdown text=explain.model/>
            <p class="muted">{lesson_texts::WHICH_POINTS}</p>
            <ul class="draft-goals">{points.collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn quiz(quiz: Quiz) -> AnyView {
    view! {
        <h4>{lesson_texts::QUESTION}</h4>
        <Markdown text=quiz.question/>
        {(!quiz.options.is_empty()).then(|| options(&quiz.options, quiz.right))}
        <div class="lesson-model">
            <h4>{lesson_texts::WORKED}</h4>
            <Markdown text=quiz.answer/>
            {quiz.show.as_ref().map(|show| view! {
                <p class="muted">{lesson_texts::SHOW_ME} ": " {texts::setup_in_words(show)}</p>
            })}
        </div>
    }
    .into_any()
}
