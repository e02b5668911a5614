//! A whole lab that comes in: what is in it, and, once the person has said so, in the place
//! of this one or beside it.

use super::lab_code::lab_code;
use super::notices::NoticeKey;
use super::settings::Settings;
use crate::browser::json;
use crate::browser::other_tabs::News;
use crate::browser::storage::{Store, Stored, Write};
use crate::flows::{own_models, resume, training};
use crate::lab::Lab;
use crate::model::arrivals::{Answer, Standing};
use crate::model::label_filter::labeller_name;
use crate::model::ordered::OrderedMap;
use crate::texts::saving as texts;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use tilt_protocol::{Label, Origin};
use wasm_bindgen_futures::spawn_local;

/// A lab that was read and is not here yet.
#[derive(Clone, PartialEq)]
pub struct LabArrival {
    pub file: String,
    pub settings: Settings,
    /// It is this lab, as it was.
    pub is_own: bool,
    pub summary: Summary,
    labels: Vec<Label>,
}

/// What the person says to it.
#[derive(Clone, Debug, PartialEq)]
pub enum LabAnswer {
    /// Everything here goes.
    Replace,
    /// Labels and runs come beside those here: as one's own, or under a name.
    Beside {
        name: Option<String>,
        labels: Answer,
        with_settings: bool,
    },
    Cancel,
}

/// What a lab holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Labels by labeller or origin, as that lab would name them.
    pub labels: OrderedMap<String, usize>,
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

    /// Nothing of it comes in.
    pub fn give_up(&self) {
        self.question.set(None);
        self.writes.set_value(Vec::new());
    }
}

impl Summary {
    fn of(labels: &[Label], writes: &[Write]) -> Summary {
        let mut summary = Summary::default();
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
    pub fn standing(&self, lab: Lab, name: Option<&str>) -> (Vec<Label>, Standing) {
        let entries = lab.labels.entries().get();
        let here = entries.iter().map(|entry| &entry.label);
        let labels = coming(here, &self.labels, name);
        let standing = Standing::of(&entries, &labels, None);
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

/// A lab was read. It comes in at once where it is this one and there is nothing here:
/// otherwise the person is asked.
pub fn arrived(lab: Lab, file: &str, settings: Settings, writes: Vec<Write>) {
    let of_label = |write: &Write| match write {
        Write::Put(Store::Labels, _, value) => json::from_str(&value.as_string()?).ok(),
        _ => None,
    };
    let code = Some(lab_code(lab.settings));
    let labels: Vec<Label> = writes.iter().filter_map(of_label).collect();
    let arrival = LabArrival {
        file: file.to_owned(),
        is_own: settings.lab_code == code,
        summary: Summary::of(&labels, &writes),
        labels,
        settings,
    };
    lab.lab_arrival.writes.set_value(writes);
    let has_labels = lab
        .labels
        .entries()
        .with_untracked(|entries| !entries.is_empty());
    let has_runs = lab.runs.records().with_untracked(|runs| !runs.is_empty());
    if arrival.is_own && !has_labels && !has_runs {
        lab.lab_arrival.question.set(None);
        replace(lab, &arrival);
    } else {
        lab.lab_arrival.question.set(Some(Arc::new(arrival)));
    }
}

/// What the person says to the lab that came.
pub fn answer(lab: Lab, answer: LabAnswer) {
    let asked = lab.lab_arrival.question.try_update(Option::take).flatten();
    let Some(arrival) = asked else { return };
    match answer {
        LabAnswer::Cancel => lab.lab_arrival.give_up(),
        LabAnswer::Replace => replace(lab, &arrival),
        LabAnswer::Beside {
            name,
            labels,
            with_settings,
        } => spawn_local(async move {
            if beside(lab, &arrival, name.as_deref(), labels).await && with_settings {
                let lab_code = lab.settings.saved().lab_code;
                lab.settings.replace(Settings {
                    lab_code,
                    ..arrival.settings.clone()
                });
                reload();
            }
        }),
    }
}

/// Everything here goes, and the lab comes in its place; the page opens anew.
fn replace(lab: Lab, arrival: &LabArrival) {
    training::break_off(lab);
    let settings = arrival.settings.clone();
    // A run that was under way is noted as ended first, and goes with the others.
    Timeout::new(0, move || spawn_local(write_all(lab, settings))).forget();
}

async fn write_all(lab: Lab, settings: Settings) {
    let stored = lab.lab_arrival.writes.try_update_value(std::mem::take);
    let mut writes = Store::ALL.map(Write::Clear).to_vec();
    writes.extend(stored.unwrap_or_default());
    if is_stored(lab, &writes).await {
        lab.settings.replace(settings);
        lab.others.tell(&News::Imported);
        reload();
    }
}

/// Labels, runs and imported models come beside those here; a run or a model that is here
/// stays as it is. True once they are stored.
async fn beside(lab: Lab, arrival: &LabArrival, name: Option<&str>, answer: Answer) -> bool {
    let (labels, standing) = untrack(|| arrival.standing(lab, name));
    let (removed, labels) = standing.settle(labels, answer);
    // Where it is not known which are here, none comes.
    let models: Option<HashSet<u64>> = match lab.saving.read_all([Store::Models]).await {
        Stored::Found([models]) => Some(models.into_iter().map(|(key, _)| key).collect()),
        Stored::Absent => Some(HashSet::new()),
        Stored::Failed => None,
    };
    let runs: HashSet<u64> = lab
        .runs
        .records()
        .with_untracked(|runs| runs.iter().map(|run| run.uid).collect());
    let is_wanted = |write: &Write| match write {
        Write::Put(Store::Labels, ..) | Write::Delete(..) | Write::Clear(_) => false,
        // A model's keys follow from what it is.
        Write::Put(Store::Models, key, _) => {
            models.as_ref().is_some_and(|models| !models.contains(key))
        }
        Write::Put(_, key, _) => !runs.contains(key),
    };
    let stored = lab.lab_arrival.writes.try_update_value(std::mem::take);
    let stored = stored.unwrap_or_default();
    let writes: Vec<Write> = stored.into_iter().filter(is_wanted).collect();
    if !writes.is_empty() && !is_stored(lab, &writes).await {
        return false;
    }
    let count = labels.len();
    if count > 0 {
        lab.labels.exchange(&removed, labels);
    }
    if !writes.is_empty() {
        lab.others.tell(&News::Runs);
        lab.others.tell(&News::Models);
        resume::take_in_time(lab).await;
        own_models::list_stored(lab).await;
    }
    lab.notices.say(&texts::lab_came_in(&arrival.file, count));
    true
}

/// Stores all of it or nothing, and says why not.
async fn is_stored(lab: Lab, writes: &[Write]) -> bool {
    let written = lab.saving.write_once(writes).await;
    if let Err(reason) = &written {
        lab.notices
            .error(NoticeKey::LabFile, &texts::lab_not_stored(reason));
    }
    written.is_ok()
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // Only a page that is being left cannot be loaded anew.
        let _ = window.location().reload();
    }
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
