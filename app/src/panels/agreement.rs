//! Agreement of two sets of labels on the same pairs: of labellers on this page, or of
//! these labels with those of a file.

use crate::browser::import_worker::ImportWorker;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::{Lab, use_lab};
use crate::model::agreement::{VerdictAgreement, between_labellers, with_file};
use crate::model::notice::NoticeKey;
use crate::parts::file_button::FileButton;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::stores::lab_code::lab_code;
use crate::texts::agreement as texts;
use crate::texts::numbers::{fixed, percent};
use gloo_file::File;
use leptos::context::Provider;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::import::{ImportOptions, Sample};
use tilt_protocol::{ImportEvent, ImportRequest, ImportSource, Label};
use wasm_bindgen_futures::spawn_local;

/// Labels that another person gave.
#[derive(Clone, PartialEq)]
struct OtherLabels {
    file: String,
    labels: Arc<Vec<Label>>,
    /// Rows that could not be read as labels.
    refused: usize,
}

/// What was found of two sets or more.
#[derive(Clone, Default, PartialEq)]
struct AgreementReport {
    compared: Vec<Compared>,
    /// Labels of the file that are among those here.
    in_both: usize,
}

/// Two sets, by name, with how far they agree.
#[derive(Clone, PartialEq)]
struct Compared {
    names: String,
    is_with_file: bool,
    agreement: VerdictAgreement,
}

#[component]
pub fn AgreementPanel() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <details
            class="panel drawer"
            on:toggle=noted(is_open)
        >
            <summary data-testid="agreement-open">{texts::AGREEMENT}</summary>
            <Provider value=IsOpen(is_open)>
                <Later wanted=is_open load=|| Box::pin(comparison())/>
            </Provider>
        </details>
    }
}

/// Whether somebody looks.
#[derive(Clone, Copy)]
struct IsOpen(RwSignal<bool>);

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn comparison() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Comparison/> }.into_any())
}

#[component]
fn Comparison() -> impl IntoView {
    let lab = use_lab();
    let IsOpen(is_open) = expect_context();
    let others = RwSignal::new(None::<OtherLabels>);
    let importer = StoredValue::new_local(None);
    let found = Memo::new(move |_| {
        // Thousands of labels are compared only while somebody looks.
        if !is_open.get() {
            return AgreementReport::default();
        }
        lab.labels.entries().track();
        let labels = lab.labels.all();
        others.with(|others| compare(&labels, others.as_ref()))
    });
    let remark = move || {
        others.with(|others| match others {
            Some(OtherLabels {
                file,
                labels,
                refused,
            }) => {
                let (is_matched, in_both) = found.with(|found| {
                    let with_file = found.compared.iter().any(|one| one.is_with_file);
                    (with_file, found.in_both)
                });
                texts::file_read(file, labels.len(), *refused, is_matched, in_both)
            }
            None => texts::HOW_TO.to_owned(),
        })
    };
    view! {
            <ul class="agreements">
                <For each=move || found.get().compared key=|one| (one.names.clone(), one.agreement.json()) let:one>
                    <AgreementRow one=one/>
                </For>
            </ul>
            <p class="muted">{remark}</p>
            <div class="row">
                <FileButton
                    testid="agreement-import"
                    text=texts::COMPARE
                    accept=".jsonl,.json,.ndjson"
                    on_files=move |files| {
                        if let Some(file) = files.first() {
                            read(lab, others, importer, file);
                        }
                    }
                />
            </div>
    }
}

/// Agreement with the file first, then that of labellers on this page.
fn compare(labels: &[Label], others: Option<&OtherLabels>) -> AgreementReport {
    let (with_file, in_both) = others
        .map(|others| with_file(labels, &others.labels))
        .unwrap_or_default();
    let with_file = with_file
        .into_iter()
        .map(|(one, other, agreement)| Compared {
            names: texts::with_file(&one, &other),
            is_with_file: true,
            agreement,
        });
    let here = between_labellers(labels)
        .into_iter()
        .map(|(one, other, agreement)| Compared {
            names: texts::both(&one, &other),
            is_with_file: false,
            agreement,
        });
    AgreementReport {
        compared: with_file.chain(here).collect(),
        in_both,
    }
}

/// Reads a file's labels; the importer lives until it has told what came of them.
fn read(
    lab: Lab,
    others: RwSignal<Option<OtherLabels>>,
    importer: StoredValue<Option<ImportWorker>, LocalStorage>,
    file: &File,
) {
    let notices = lab.notices;
    notices.dismiss(NoticeKey::Agreement);
    let request = ImportRequest {
        source: ImportSource::File { name: file.name() },
        options: ImportOptions::default(),
        sample: Sample {
            limit: usize::MAX,
            seed: 0,
        },
        at_ms: js_sys::Date::now(),
    };
    let name = file.name();
    let code = lab_code(lab.settings);
    let take = move |event| match event {
        ImportEvent::Progress { .. } => {}
        ImportEvent::Done { report, labels } => {
            let labels = labels.into_iter().map(|label| label.arriving(&name, &code));
            others.set(Some(OtherLabels {
                file: name.clone(),
                labels: Arc::new(labels.collect()),
                refused: report.refused,
            }));
        }
        ImportEvent::Failed { error } => notices.error(NoticeKey::Agreement, &error.to_string()),
    };
    let started = ImportWorker::start(&request, Some(file.as_ref()), move |event, _| {
        let is_last = !matches!(event, ImportEvent::Progress { .. });
        take(event);
        if is_last {
            // Not inside the worker's own event: its listeners end with it.
            spawn_local(async move { importer.set_value(None) });
        }
    });
    match started {
        Ok(started) => importer.set_value(Some(started)),
        Err(error) => notices.error(NoticeKey::Agreement, &error.to_string()),
    }
}

#[component]
fn AgreementRow(one: Compared) -> impl IntoView {
    let VerdictAgreement { n, share, kappa } = one.agreement;
    let kappa = kappa.map(|kappa| fixed(kappa, 2));
    view! {
        <li>
            <span class="number" data-testid="agreement-value" data-value=one.agreement.json()>
                <b>{percent(share)}</b>
                {texts::of_pairs(n, kappa.as_deref())}
            </span>
            <span class="muted">{one.names}</span>
        </li>
    }
}
