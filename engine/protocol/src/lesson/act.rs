//! What a step asks the learner to do, and whether it was done: told from what happened,
//! never from which button was pressed.

use super::facts::{Facts, RunFacts};
use super::label_facts::{LabelFacts, LabellerFacts};
use super::label_source::{LabelSource, LabelledBy, MOST_PAIRS};
use super::names::principles;
use super::node::{Node, object};
use super::run_settings::RunSettings;
use super::setup::Setup;
use crate::principle::Principle;
use serde_json::Value;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Label(LabelAct),
    /// Train a run to its end, with these settings over the set-up's.
    Run(RunSettings),
    /// Measure the win rate, which measures the KL too.
    Measure(Principle),
    /// Look at answers of a run before and after, so many prompts.
    Sample(usize),
}

/// Labels to give, beside those that are there.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelAct {
    /// So many verdicts, by one kind of labeller or by any.
    Count {
        count: usize,
        by: Option<LabelledBy>,
    },
    /// From a judge or a practice set.
    From(LabelSource),
}

const KINDS: [&str; 4] = ["label", "run", "measure", "sample"];

impl Act {
    /// Reads one act, or a list of them in order.
    pub(super) fn read_all(node: &Node<'_>, setup: &Setup) -> Vec<Act> {
        let nodes = node.one_or_list("acts").unwrap_or_default();
        let acts = nodes.iter().filter_map(|node| Act::read(node, setup));
        acts.collect()
    }

    fn read(node: &Node<'_>, setup: &Setup) -> Option<Act> {
        let fields = node.object(&KINDS)?;
        let given: Vec<&str> = fields.names().collect();
        let &[kind] = &given[..] else {
            let found = match given.len() {
                0 => "nothing to do".to_owned(),
                count => format!("{count} acts in one"),
            };
            return node.fail(
                found,
                "one of label, run, measure and sample; several as a list",
            );
        };
        let node = fields.optional(kind)?;
        match kind {
            "label" => LabelAct::read(&node).map(Act::Label),
            "run" => setup.read_run(&node).map(Act::Run),
            "measure" => {
                let fields = node.object(&["principle"])?;
                let principle = fields.required("principle", "what answers are judged by")?;
                principle.name(&principles()).map(Act::Measure)
            }
            "sample" => {
                let fields = node.object(&["count"])?;
                let count = fields.required("count", "a whole number from 1")?;
                count.whole(1, 100).map(Act::Sample)
            }
            // The object has none but known fields.
            _ => None,
        }
    }

    /// How many of the labels that are asked for have been given since `before`, and how many
    /// that is of; `None` of an act that is done in one go.
    pub fn progress(&self, before: &Facts, after: &Facts) -> Option<(usize, usize)> {
        let Act::Label(LabelAct::Count { count, by }) = self else {
            return None;
        };
        let new = after.labels.iter().map(|labels| {
            let is_meant = by.is_none_or(|by| labels.by.kind() == by);
            let old = before.labels.iter().find(|old| old.by == labels.by);
            let new = labels.count.saturating_sub(old.map_or(0, |old| old.count));
            if is_meant { new } else { 0 }
        });
        Some((new.sum::<usize>().min(*count), *count))
    }

    /// Whether labels of the learner's own are asked for, or will do.
    pub(super) fn is_by_hand(&self) -> bool {
        match self {
            Act::Label(LabelAct::Count { by, .. }) => by.is_none_or(|by| by == LabelledBy::Hand),
            Act::Label(LabelAct::From(source)) => *source == LabelSource::Hand,
            Act::Run(_) | Act::Measure(_) | Act::Sample(_) => false,
        }
    }

    pub(super) fn write_all(acts: &[Act]) -> Option<Value> {
        match acts {
            [] => None,
            [one] => Some(one.write()),
            several => Some(several.iter().map(Act::write).collect()),
        }
    }

    fn write(&self) -> Value {
        let (kind, value) = match self {
            Act::Label(act) => ("label", act.write()),
            Act::Run(settings) => ("run", settings.write()),
            Act::Measure(principle) => {
                let fields = [("principle", Some(principle.slug().into()))];
                ("measure", object(fields))
            }
            Act::Sample(count) => ("sample", object([("count", Some((*count).into()))])),
        };
        object([(kind, Some(value))])
    }
}

impl LabelAct {
    fn read(node: &Node<'_>) -> Option<LabelAct> {
        let known = "count, or where the labels come from";
        if !node.any_object(known)?.has("count") {
            return match LabelSource::read(node)? {
                LabelSource::Hand => node.fail("labels by hand without a number", "count"),
                source => Some(LabelAct::From(source)),
            };
        }
        let fields = node.object(&["count", "by"])?;
        let by = match fields.optional("by") {
            None => Some(None),
            Some(node) => node.name(&LabelledBy::NAMES).map(Some),
        };
        let count = fields.required("count", "a whole number from 1")?;
        Some(LabelAct::Count {
            count: count.whole(1, MOST_PAIRS)?,
            by: by?,
        })
    }

    fn write(&self) -> Value {
        match self {
            LabelAct::Count { count, by } => object([
                ("count", Some((*count).into())),
                ("by", by.map(|by| by.slug().into())),
            ]),
            LabelAct::From(source) => source.write(),
        }
    }
}

/// How many of a step's acts are done, in their order: the first that is not done holds up
/// those after it. `before` are the facts as the step began, `after` as they are now; what
/// was there before counts for nothing.
pub fn acts_done(acts: &[Act], setup: &Setup, before: &Facts, after: &Facts) -> usize {
    let mut happened = Happened {
        setup,
        before,
        after,
        labels: Vec::new(),
        runs: 0,
        measured: Vec::new(),
        samples: 0,
    };
    acts.iter().take_while(|act| happened.take(act)).count()
}

/// The runs by which acts were done, in the acts' order: of several that fit the latest, so
/// whoever repeats a run is judged by the repeat.
pub fn runs_of_acts(acts: &[Act], setup: &Setup, before: &Facts, after: &Facts) -> Vec<u64> {
    let done = acts_done(acts, setup, before, after);
    let mut open = &after.runs[..];
    let mut found = Vec::new();
    for act in acts.iter().take(done).rev() {
        let Act::Run(settings) = act else { continue };
        let is_it = |run: &RunFacts| is_new(run, before) && setup.has_run(settings, run);
        if let Some(index) = open.iter().rposition(is_it) {
            found.push(open[index].id);
            open = &open[..index];
        }
    }
    found.reverse();
    found
}

fn is_new(run: &RunFacts, before: &Facts) -> bool {
    before.runs.iter().all(|old| old.id != run.id)
}

/// What happened since, and what of it earlier acts have taken for themselves.
struct Happened<'a> {
    setup: &'a Setup,
    before: &'a Facts,
    after: &'a Facts,
    /// Labels taken, by labeller.
    labels: Vec<(&'a LabelFacts, usize)>,
    /// Runs of `after` up to and with the last one taken.
    runs: usize,
    measured: Vec<(u64, Principle)>,
    samples: usize,
}

impl<'a> Happened<'a> {
    fn take(&mut self, act: &Act) -> bool {
        match act {
            Act::Label(LabelAct::Count { count, by }) => {
                self.take_labels(*count, |labels| by.is_none_or(|by| labels.by.kind() == by))
            }
            Act::Label(LabelAct::From(LabelSource::Judge { judge, pairs })) => {
                self.take_labels(*pairs, |labels| labels.by.is_judge(judge))
            }
            Act::Label(LabelAct::From(LabelSource::Set(set))) => self.take_labels(
                1,
                |labels| matches!(&labels.by, LabellerFacts::Set(name) if name == set.slug()),
            ),
            Act::Label(LabelAct::From(LabelSource::Rows(rows))) => {
                self.take_labels(1, |labels| labels.by.is_file(rows.file_name()))
            }
            Act::Label(LabelAct::From(LabelSource::Hand)) => {
                self.take_labels(1, |labels| labels.by.kind() == LabelledBy::Hand)
            }
            Act::Run(settings) => self.take_run(settings),
            Act::Measure(principle) => self.take_measured(*principle),
            Act::Sample(count) => self.take_samples(*count),
        }
    }

    /// New labels that fit, from however many labellers.
    fn take_labels(&mut self, count: usize, fits: impl Fn(&LabelFacts) -> bool) -> bool {
        let mut wanted = count;
        for labels in self.after.labels.iter().filter(|labels| fits(labels)) {
            let same = |old: &&LabelFacts| old.by == labels.by;
            let old = self.before.labels.iter().find(same);
            let taken: usize = self
                .labels
                .iter()
                .filter(|(one, _)| one.by == labels.by)
                .map(|(_, taken)| taken)
                .sum();
            let old = old.map_or(0, |old| old.count);
            let take = labels.count.saturating_sub(old + taken).min(wanted);
            self.labels.push((labels, take));
            wanted -= take;
        }
        wanted == 0
    }

    /// The next new run that was trained to its end as asked.
    fn take_run(&mut self, settings: &RunSettings) -> bool {
        let mut later = self.after.runs.iter().enumerate().skip(self.runs);
        let is_it = |run: &RunFacts| is_new(run, self.before) && self.setup.has_run(settings, run);
        match later.find(|(_, run)| is_it(run)) {
            Some((index, _)) => {
                self.runs = index + 1;
                true
            }
            None => false,
        }
    }

    /// A measurement that a run did not have before, of whichever run.
    fn take_measured(&mut self, principle: Principle) -> bool {
        let count_in = |facts: &Facts, id: u64| {
            let run = facts.runs.iter().find(|run| run.id == id);
            let rates = run.map(|run| run.win_rates.iter());
            let rates = rates.into_iter().flatten();
            rates.filter(|rate| rate.principle == principle).count()
        };
        let taken_of = |id: u64| {
            let taken = self.measured.iter();
            taken.filter(|taken| **taken == (id, principle)).count()
        };
        let found = self.after.runs.iter().find(|run| {
            count_in(self.after, run.id) > count_in(self.before, run.id) + taken_of(run.id)
        });
        match found {
            Some(run) => {
                self.measured.push((run.id, principle));
                true
            }
            None => false,
        }
    }

    fn take_samples(&mut self, count: usize) -> bool {
        let all = |facts: &Facts| -> usize {
            let runs = facts.runs.iter();
            runs.map(|run| run.samples.len()).sum()
        };
        let new = all(self.after).saturating_sub(all(self.before) + self.samples);
        self.samples += count;
        new >= count
    }
}
