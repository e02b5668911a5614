//! Judge and comparison: auto-labelling, samples before and after, win rates.

use super::labels::LabelStore;
use crate::model::autolabel_form::AutolabelForm;
use crate::model::rule::Rule;
use leptos::prelude::*;
use tilt_protocol::{JudgeSettings, Labeller, PolicyAt, Principle, WinRateReport};

/// How far the judge has come.
#[derive(Clone, Debug, PartialEq)]
pub struct AutolabelProgress {
    pub principle: Principle,
    pub judge: JudgeSettings,
    /// When it was asked, in milliseconds since the Unix epoch: its labels are one batch.
    pub at_ms: f64,
    pub asked: usize,
    pub done: usize,
    pub ties: usize,
    pub is_done: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ComparedAnswers {
    pub prompt: String,
    pub policy: String,
    pub reference: String,
    /// The policy that wrote its answer.
    pub of: PolicyAt,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredWinRate {
    pub report: WinRateReport,
    /// The policy that was measured.
    pub of: PolicyAt,
    /// False while more comparisons are being drawn.
    pub is_done: bool,
}

#[derive(Clone, Copy)]
pub struct EvaluateStore {
    /// The person's.
    rule: RwSignal<Option<Rule>>,
    autolabel_form: RwSignal<AutolabelForm>,
    autolabel: RwSignal<Option<AutolabelProgress>>,
    prompt: RwSignal<String>,
    is_comparing: RwSignal<bool>,
    comparison: RwSignal<Option<ComparedAnswers>>,
    /// Answers drawn so far: each has a seed of its own.
    draws: StoredValue<u64>,
    chosen_principle: RwSignal<Option<Principle>>,
    principle: Memo<Option<Principle>>,
    is_measuring: RwSignal<bool>,
    win_rate: RwSignal<Option<MeasuredWinRate>>,
}

impl EvaluateStore {
    /// The finished measurement of this policy.
    pub fn report_of(&self, policy: PolicyAt) -> Option<WinRateReport> {
        let win_rate = self.win_rate.get_untracked()?;
        (win_rate.of == policy && win_rate.is_done).then_some(win_rate.report)
    }

    pub fn new(labels: LabelStore) -> EvaluateStore {
        let chosen_principle = RwSignal::new(None::<Principle>);
        // The principle last used to label; a person's labels have none.
        let last_used = Memo::new(move |_| {
            labels
                .entries()
                .with(|entries| match entries.last()?.label.labeller {
                    Labeller::Judge { principle, .. } => Some(principle),
                    Labeller::Person => None,
                })
        });
        EvaluateStore {
            rule: RwSignal::new(None),
            autolabel_form: RwSignal::new(AutolabelForm::default()),
            autolabel: RwSignal::new(None),
            prompt: RwSignal::new(String::new()),
            is_comparing: RwSignal::new(false),
            comparison: RwSignal::new(None),
            draws: StoredValue::new(0),
            chosen_principle,
            principle: Memo::new(move |_| chosen_principle.get().or_else(|| last_used.get())),
            is_measuring: RwSignal::new(false),
            win_rate: RwSignal::new(None),
        }
    }

    /// The rule by which the person means to label, once one is chosen.
    pub fn rule(&self) -> Signal<Option<Rule>> {
        self.rule.into()
    }

    /// The judge would label by the same one.
    pub fn choose_rule(&self, rule: Rule) {
        self.rule.set(Some(rule));
        if let Rule::Principle(principle) = rule {
            self.autolabel_form
                .update(|form| form.principle = principle);
        }
    }

    pub fn autolabel_form(&self) -> RwSignal<AutolabelForm> {
        self.autolabel_form
    }

    pub fn autolabel(&self) -> Signal<Option<AutolabelProgress>> {
        self.autolabel.into()
    }

    pub fn prompt(&self) -> RwSignal<String> {
        self.prompt
    }

    pub fn comparison(&self) -> Signal<Option<ComparedAnswers>> {
        self.comparison.into()
    }

    pub fn is_comparing(&self) -> Signal<bool> {
        self.is_comparing.into()
    }

    pub fn principle(&self) -> Memo<Option<Principle>> {
        self.principle
    }

    pub fn is_measuring(&self) -> Signal<bool> {
        self.is_measuring.into()
    }

    pub fn win_rate(&self) -> Signal<Option<MeasuredWinRate>> {
        self.win_rate.into()
    }

    pub fn begin_autolabel(
        &self,
        principle: Principle,
        judge: JudgeSettings,
        asked: usize,
        at_ms: f64,
    ) {
        self.chosen_principle.set(None);
        self.autolabel.set(Some(AutolabelProgress {
            principle,
            judge,
            at_ms,
            asked,
            done: 0,
            ties: 0,
            is_done: false,
        }));
    }

    pub fn autolabelled(&self, labelled: usize, ties: usize, is_done: bool) {
        self.autolabel.update(|progress| {
            if let Some(progress) = progress {
                progress.done += labelled;
                progress.ties = progress.ties.max(ties);
                progress.is_done = is_done;
            }
        });
    }

    pub fn stop_autolabel(&self) {
        self.autolabel.update(|progress| {
            if let Some(progress) = progress {
                progress.is_done = true;
            }
        });
    }

    /// A comparison is asked for; returns how many were before it.
    pub fn begin_comparison(&self) -> u64 {
        self.is_comparing.set(true);
        let draw = self.draws.get_value();
        self.draws.set_value(draw + 1);
        draw
    }

    pub fn compared(&self, comparison: Option<ComparedAnswers>) {
        self.is_comparing.set(false);
        if comparison.is_some() {
            self.comparison.set(comparison);
        }
    }

    pub fn choose_principle(&self, principle: Option<Principle>) {
        self.chosen_principle.set(principle);
    }

    pub fn begin_win_rate(&self) {
        self.is_measuring.set(true);
        self.win_rate.set(None);
    }

    pub fn measured(&self, measured: MeasuredWinRate) {
        self.is_measuring.set(!measured.is_done);
        self.win_rate.set(Some(measured));
    }

    pub fn stop_win_rate(&self) {
        self.is_measuring.set(false);
    }

    /// Another model: nothing measured before belongs to it.
    pub fn clear(&self) {
        self.is_comparing.set(false);
        self.is_measuring.set(false);
        self.comparison.set(None);
        self.win_rate.set(None);
    }
}
