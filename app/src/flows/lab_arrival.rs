//! A whole lab that comes in: in the place of this one or beside it, as the person says.

use super::{own_models, stored_runs, training};
use crate::browser::other_tabs::News;
use crate::browser::storage::{Store, Write};
use crate::lab::Lab;
use crate::model::arrivals::ImportChoice;
use crate::model::json;
use crate::model::notice::NoticeKey;
use crate::model::settings::Settings;
use crate::model::stored::Stored;
use crate::stores::lab_arrival::{LabArrival, LabChoice, LabSummary};
use crate::stores::lab_code::lab_code;
use crate::texts::saving as texts;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::collections::HashSet;
use tilt_protocol::Label;
use wasm_bindgen_futures::spawn_local;

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
        summary: LabSummary::of(&labels, &writes),
        labels,
        settings,
    };
    lab.lab_arrival.hold(writes);
    let has_labels = lab
        .labels
        .entries()
        .with_untracked(|entries| !entries.is_empty());
    let has_runs = lab.runs.records().with_untracked(|runs| !runs.is_empty());
    if arrival.is_own && !has_labels && !has_runs {
        lab.lab_arrival.ask(None);
        replace(lab, &arrival);
    } else {
        lab.lab_arrival.ask(Some(arrival));
    }
}

/// What the person says to the lab that came.
pub fn take_choice(lab: Lab, answer: LabChoice) {
    let Some(arrival) = lab.lab_arrival.answered() else {
        return;
    };
    match answer {
        LabChoice::Cancel => lab.lab_arrival.give_up(),
        LabChoice::Replace => replace(lab, &arrival),
        LabChoice::Beside {
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
    let mut writes = Store::ALL.map(Write::Clear).to_vec();
    writes.extend(lab.lab_arrival.let_go());
    if is_stored(lab, &writes).await {
        lab.settings.replace(settings);
        lab.others.tell(&News::Imported);
        reload();
    }
}

/// Labels, runs and imported models come beside those here; a run or a model that is here
/// stays as it is. True once they are stored.
async fn beside(lab: Lab, arrival: &LabArrival, name: Option<&str>, answer: ImportChoice) -> bool {
    let entries = lab.labels.entries().get_untracked();
    let (labels, standing) = arrival.standing(&entries, name);
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
    let stored = lab.lab_arrival.let_go();
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
        stored_runs::take_in_time(lab).await;
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
