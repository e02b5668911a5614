//! A whole lab that comes in: what is in it, and, once the person has said so, in the place
//! of this one or beside it.

use crate::browser::storage::{Store, Write};
use crate::model::arrivals::{ImportChoice, Standing};
use crate::model::label_filter::labeller_name;
use crate::model::label_history::LabelEntry;
use crate::model::ordered::OrderedMap;
use crate::model::settings::Settings;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use tilt_protocol::{Label, Origin};

/// A lab that was read and is not here yet.
#[derive(Clone, PartialEq)]
pub struct LabArrival {
    pub file: String,
    pub settings: Settings,
    /// It is this lab, as it was.
    pub is_own: bool,
    pub summary: LabSummary,
    pub labels: Vec<Label>,
}

/// What the person says to it.
#[derive(Clone, Debug, PartialEq)]
pub enum LabChoice {
    /// Everything here goes.
    Replace,
    /// Labels and runs come beside those here: as one's own, or under a name.
    Beside {
        name: Option<String>,
        labels: ImportChoice,
        with_settings: bool,
    },
    Cancel,
}

/// What a lab holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabSummary {
    /// Labels by labeller or origin, as that lab would name them.
    labels: OrderedMap<String, usize>,
    pub runs: usize,
    pub has_model: bool,
}

#[derive(Clone, Copy)]
pub struct LabArrivalStore {
    question: RwSignal<Option<Arc<LabArrival>>>,
    /// Everything that its file holds.
    writes: StoredValue<Vec<Write>, LocalStorage>,
}

impl LabArrivalStore {
    pub fn new() -> LabArrivalStore {
        LabArrivalStore {
            question: RwSignal::new(None),
            writes: StoredValue::new_local(Vec::new()),
        }
    }

    pub fn question(&self) -> Signal<Option<Arc<LabArrival>>> {
        self.question.into()
    }

    /// What its file holds.
    pub fn hold(&self, writes: Vec<Write>) {
        self.writes.set_value(writes);
    }

    /// What its file holds, for the last time.
    pub fn let_go(&self) -> Vec<Write> {
        let held = self.writes.try_update_value(std::mem::take);
        held.unwrap_or_default()
    }

    /// The person is asked what is to be done with it, or no longer.
    pub fn ask(&self, arrival: Option<LabArrival>) {
        self.question.set(arrival.map(Arc::new));
    }

    /// What the person was asked about.
    pub fn answered(&self) -> Option<Arc<LabArrival>> {
        self.question.try_update(Option::take).flatten()
    }

    /// Nothing of it comes in.
    pub fn give_up(&self) {
        self.question.set(None);
        self.writes.set_value(Vec::new());
    }
}

impl LabSummary {
    /// As a list.
    pub fn labels(&self) -> Vec<(&str, usize)> {
        let labels = self.labels.iter();
        labels
            .map(|(name, count)| (name.as_str(), *count))
            .collect()
    }

    pub fn of(labels: &[Label], writes: &[Write]) -> LabSummary {
        let mut summary = LabSummary::default();
        for label in labels {
            *summary.labels.at(labeller_name(label)) += 1;
        }
        for write in writes {
            match write {
                Write::Put(Store::Runs, ..) => summary.runs += 1,
                Write::Put(Store::Models, ..) => summary.has_model = true,
                _ => {}
            }
        }
        summary
    }
}

impl LabArrival {
    /// Its labels as they would come in, and how they stand to those here.
    pub fn standing(&self, entries: &[LabelEntry], name: Option<&str>) -> (Vec<Label>, Standing) {
        let here = entries.iter().map(|entry| &entry.label);
        let labels = coming(here, &self.labels, name);
        let standing = Standing::of(entries, &labels, None);
        (labels, standing)
    }
}

/// The labels of a lab beside those that are here: under a name, or as one's own. A
/// judgement that is here already, of the same moment, does not come again.
fn coming<'a>(
    here: impl Iterator<Item = &'a Label>,
    labels: &[Label],
    name: Option<&str>,
) -> Vec<Label> {
    let same = |label: &Label| (label.pair.id.clone(), label.verdict, label.at_ms.to_bits());
    let known: HashSet<_> = here.map(same).collect();
    let new = labels.iter().filter(|label| !known.contains(&same(label)));
    let named = |mut label: Label| {
        if let (Some(name), Origin::Here) = (name, label.origin()) {
            let name = name.to_owned();
            label.origin = Some(Origin::Lab { name });
        }
        label
    };
    new.cloned().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::label_history::tests::label;
    use tilt_protocol::{CuratedSet, Verdict};

    #[test]
    fn another_lab_s_labels_come_under_its_name_and_a_set_stays_a_set() {
        let mut of_set = label("set", Verdict::A);
        of_set.origin = Some(Origin::of_set(CuratedSet::Noisy));
        let theirs = [label("x", Verdict::A), of_set.clone()];
        let anna = Origin::Lab {
            name: "Anna".to_owned(),
        };
        let came = coming([].into_iter(), &theirs, Some("Anna"));
        assert_eq!(came[0].origin(), anna);
        assert_eq!(came[1], of_set);
        // A second one, with labels of the first in it.
        let ben = coming([].into_iter(), &came, Some("Ben"));
        assert_eq!(ben[0].origin(), anna);
        assert!(coming([].into_iter(), &theirs, None)[0].is_own());
    }

    #[test]
    fn a_judgement_that_is_here_does_not_come_again() {
        let here = [label("x", Verdict::A), label("y", Verdict::A)];
        let mut changed = here.to_vec();
        changed[1].verdict = Verdict::B;
        let came = coming(here.iter(), &changed, None);
        assert_eq!(came, [changed[1].clone()]);
    }
}
