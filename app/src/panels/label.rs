//! Labelling: one prompt, two answers, a verdict by button or key.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::panels::label_progress::LabelProgress;
use crate::parts::action::Action;
use crate::parts::answer_card::AnswerCard;
use crate::parts::define::Define;
use crate::parts::long_text::{ShowAll, shown};
use crate::texts::glossary::Term;
use crate::texts::intro as intro_texts;
use crate::texts::label as texts;
use leptos::prelude::*;
use tilt_protocol::{EngineStatus, PairSource, Verdict};

#[component]
pub fn LabelPanel() -> impl IntoView {
    let lab = use_lab();
    let entries = lab.labels.entries();
    let pair = Memo::new(move |_| {
        // Nothing is shown before it is known what was labelled on earlier visits.
        lab.labels
            .is_loaded()
            .get()
            .then(|| lab.labels.current())
            .flatten()
    });
    let count = Memo::new(move |_| entries.with(|entries| entries.len()));
    let decisive = Memo::new(move |_| {
        entries.with(|entries| {
            entries
                .iter()
                .filter(|entry| entry.label.is_decisive())
                .count()
        })
    });
    let prompt = move || match pair.get() {
        Some(pair) => pair.prompt,
        None if !lab.labels.is_loaded().get() => texts::READING_LABELS.to_owned(),
        None if !lab.labels.has_begun() => texts::FETCHING_PAIRS.to_owned(),
        None => match lab.engine.status().get() {
            EngineStatus::Failed => texts::NONE_WITHOUT_ENGINE.to_owned(),
            _ => texts::NONE_WAITING.to_owned(),
        },
    };
    let prompt = Signal::derive(prompt);
    let whole = RwSignal::new(None);
    let source = move || {
        pair.get().map(|pair| match pair.source {
            PairSource::Shipped { model } => texts::recorded_from(&model),
            PairSource::Sampled { model, .. } => texts::sampled_from(&model),
            PairSource::Imported { file } => texts::from_file(&file),
            PairSource::Written => texts::WRITTEN_BY_HAND.to_owned(),
        })
    };
    let is_empty = Signal::derive(move || pair.with(Option::is_none));
    let is_again = Memo::new(move |_| lab.labels.shown_again().is_some());
    let cannot_undo = Signal::derive(move || !lab.labels.can_undo());
    let cannot_redo = Signal::derive(move || !lab.labels.can_redo());
    let answer = move |is_a: bool| {
        move || {
            pair.get().map_or_else(String::new, |pair| {
                if is_a { pair.answer_a } else { pair.answer_b }
            })
        }
    };
    let judge = move |verdict: Verdict| move || perform(lab, Act::Judge(verdict));
    view! {
        <section class="panel label-panel" data-place="label" aria-labelledby="label-title">
            <header class="panel-head">
                <h2 id="label-title">{texts::WHICH_IS_BETTER}</h2>
                <span class="count"><span
                    class="number"
                    data-testid="label-count"
                    data-value=move || count.get().to_string()
                    data-decisive=move || decisive.get().to_string()
                >
                    {move || texts::label_count(count.get(), decisive.get())}
                </span>" "<Define term=Term::Decisive/></span>
            </header>
            {move || lab.evaluate.rule().get().map(|rule| view! {
                <p class="muted rule" data-testid="label-rule">{intro_texts::reminder(rule.slug())}</p>
            })}
            <p
                class="prompt"
                data-testid="label-prompt"
                data-pair=move || pair.get().map(|pair| pair.id)
                data-again=move || is_again.get().then_some("true")
            >
                {move || prompt.with(|prompt| shown(prompt, whole))}
            </p>
            <ShowAll text=prompt whole=whole/>
            <div class="answers">
                <AnswerCard
                    letter=texts::A testid="label-a" text_testid="answer-a" key="1"
                    text=Signal::derive(answer(true)) disabled=is_empty
                    on_press=judge(Verdict::A)
                />
                <AnswerCard
                    letter=texts::B testid="label-b" text_testid="answer-b" key="2"
                    text=Signal::derive(answer(false)) disabled=is_empty
                    on_press=judge(Verdict::B)
                />
            </div>
            <div class="verdicts">
                <Action testid="label-tie" text=texts::TIE key="3" disabled=is_empty on_press=judge(Verdict::Tie)/>
                <Action testid="label-both-bad" text=texts::BOTH_BAD key="4" disabled=is_empty on_press=judge(Verdict::BothBad)/>
                <Action testid="label-both-good" text=texts::BOTH_GOOD key="5" disabled=is_empty on_press=judge(Verdict::BothGood)/>
                <Action testid="label-skip" text=texts::SKIP key="S" disabled=is_empty on_press=move || perform(lab, Act::Skip)/>
                <Action testid="label-undo" text=texts::UNDO key="U" disabled=cannot_undo on_press=move || perform(lab, Act::Undo)/>
                <Action testid="label-redo" text=texts::REDO key="R" disabled=cannot_redo on_press=move || perform(lab, Act::Redo)/>
            </div>
            <p class="source muted">{source}</p>
            <LabelProgress/>
        </section>
    }
}
