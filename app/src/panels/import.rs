//! Data coming in: how far it is, what was found, and from where else it can come.

use crate::browser::download::download;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::import::{self, take_choice};
use crate::flows::models;
use crate::lab::use_lab;
use crate::model::arrivals::ImportChoice;
use crate::model::notice::NoticeKey;
use crate::model::remote::{folder, remote};
use crate::parts::action::Action;
use crate::parts::focus::focus;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::stores::import::{ArrivingLabels, FileProgress, Finished};
use crate::texts::files as file_texts;
use crate::texts::import as texts;
use crate::texts::numbers::quoted;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::Error;
use tilt_protocol::import::NectarPairs;
use web_sys::HtmlInputElement;

const RANKINGS: [NectarPairs; 4] = [
    NectarPairs::BestWorst,
    NectarPairs::BestEach,
    NectarPairs::Neighbours,
    NectarPairs::All,
];
/// Rows of a file that may come in.
const LIMITS: std::ops::RangeInclusive<usize> = 1..=50_000;
/// Refused rows that are shown.
const LISTED: usize = 20;

/// A file under way, and what came of the last one.
#[component]
pub fn Import() -> impl IntoView {
    let import = use_lab().import;
    let is_any = Memo::new(move |_| {
        import.progress().with(Option::is_some)
            || import.question().with(Option::is_some)
            || import.finished().with(Option::is_some)
    });
    view! { <Later wanted=is_any load=|| Box::pin(progress_and_report())/> }
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn progress_and_report() -> Result<Build, NotLoaded> {
    Ok(|| view! { <ImportProgress/> <ImportQuestion/> <ImportReport/> }.into_any())
}

#[component]
fn ImportProgress() -> impl IntoView {
    let lab = use_lab();
    let progress = lab.import.progress();
    let share = |progress: &FileProgress| {
        let total = progress.total.filter(|total| *total > 0)?;
        Some((progress.read as f64 / total as f64).min(1.0))
    };
    let told = move || {
        progress.with(|progress| {
            let progress = progress.as_ref()?;
            let FileProgress { rows, refused, .. } = progress;
            Some(texts::reading(
                &progress.name,
                *rows,
                *refused,
                share(progress),
            ))
        })
    };
    view! {
        <Show when=move || progress.with(Option::is_some)>
            <div class="row import-progress" data-testid="import-progress">
                <span>{told}</span>
                <progress
                    aria-label=texts::SHARE_READ
                    max="1"
                    value=move || progress.with(|progress| progress.as_ref().and_then(share))
                />
                <Action testid="import-cancel" text=texts::CANCEL on_press=move || import::cancel(lab)/>
            </div>
        </Show>
    }
}

/// What shall become of labels that are here in part already. It takes the focus, and so
/// comes into sight: it answers what the person did last.
#[component]
fn ImportQuestion() -> impl IntoView {
    let lab = use_lab();
    let question = lab.import.question();
    Effect::new(move |_| {
        if question.with(Option::is_some) {
            request_animation_frame(|| {
                focus(".import-question");
            });
        }
    });
    let say = move |said: ImportChoice| {
        take_choice(lab, said);
        // The question is gone: to what was found, or to the buttons above.
        request_animation_frame(|| {
            if !focus("[data-testid=\"import-close\"]") {
                focus("[data-testid=\"data-export\"]");
            }
        });
    };
    let ask = move |question: &ArrivingLabels| {
        let ArrivingLabels {
            finished,
            labels,
            standing,
            ..
        } = question;
        let (new, all) = (standing.arrival.new.len(), labels.len());
        let sets: Vec<&str> = standing.sets.iter().map(String::as_str).collect();
        let replaced = standing.replaced.len();
        let counts = format!(
            "{{\"new\":{new},\"same\":{},\"other\":{}}}",
            standing.arrival.repeated.len(),
            standing.arrival.contrary.len()
        );
        view! {
            <div
                class="confirm import-question"
                role="group"
                tabindex="-1"
                aria-label=texts::BEFORE_IT_COMES_IN
                data-testid="import-question"
                data-value=counts
            >
                <p>{texts::question(
                    &finished.name,
                    all,
                    &standing.arrival,
                    standing.came_before,
                    (&sets, standing.replaced.len()),
                )}</p>
                {(new > 0 && new < all).then(|| view! {
                    <Action testid="import-new" text=texts::add_new(new) on_press=move || say(ImportChoice::New)/>
                })}
                {(replaced > 0).then(|| view! {
                    <Action testid="import-replace" text=texts::replace(replaced) on_press=move || say(ImportChoice::Replace)/>
                })}
                <Action testid="import-all" text=texts::add_all(all) on_press=move || say(ImportChoice::All)/>
                <Action testid="import-none" text=texts::CANCEL on_press=move || say(ImportChoice::Cancel)/>
            </div>
        }
    };
    view! { {move || question.get().map(|question| ask(&question))} }
}

#[component]
fn ImportReport() -> impl IntoView {
    let lab = use_lab();
    let finished = lab.import.finished();
    view! {
        {move || {
            finished
                .get()
                .map(|finished| view! { <Found finished=finished/> })
        }}
    }
}

/// What was found in a file.
#[component]
fn Found(finished: Arc<Finished>) -> impl IntoView {
    let lab = use_lab();
    let Finished {
        name,
        report,
        preview,
        has_refused,
        came_in,
    } = &*finished;
    let counts = format!(
        "{{\"rows\":{},\"good\":{},\"refused\":{},\"taken\":{}}}",
        report.rows, report.good, report.refused, report.taken
    );
    let rows = preview
        .iter()
        .map(|texts| {
            view! {
                <li>
                    {texts.iter().map(|text| view! { <p>{text.clone()}</p> }).collect_view()}
                </li>
            }
        })
        .collect_view();
    let refused_name = texts::refused_file(name);
    let save = move || {
        if let Some(refused) = lab.import.refused()
            && let Err(error) = download(&refused_name, &gloo_file::Blob::from(refused))
        {
            lab.notices.error(NoticeKey::Data, &error.to_string());
        }
    };
    view! {
        <div class="import-report" data-testid="import-report" data-value=counts>
            <p>
                <strong>{texts::found(name, report)}</strong>
                " "
                {texts::counts(report, *came_in)}
            </p>
            {(!preview.is_empty())
                .then(|| view! {
                    <details>
                        <summary>{texts::FIRST_ROWS}</summary>
                        <ol class="import-preview" data-testid="import-preview">{rows}</ol>
                    </details>
                })}
            {has_refused
                .then(|| view! {
                    <Refused errors=report.errors.clone() count=report.refused/>
                    <Action testid="import-refused" text=texts::SAVE_REFUSED on_press=save/>
                })}
            <Action testid="import-close" text=texts::CLOSE on_press=move || lab.import.close()/>
        </div>
    }
}

#[component]
fn Refused(errors: Vec<Error>, count: usize) -> impl IntoView {
    let listed = errors.len().min(LISTED);
    let rows = errors
        .into_iter()
        .take(LISTED)
        .filter_map(|error| match error {
            Error::BadRow {
                line,
                field,
                found,
                expected,
            } => Some(view! {
                <tr>
                    <td>{line}</td>
                    <td>{field}</td>
                    <td>{found}</td>
                    <td>{expected}</td>
                </tr>
            }),
            _ => None,
        })
        .collect_view();
    view! {
        <details open>
            <summary>{texts::REFUSED_ROWS}</summary>
            <div class="import-errors" role="region" tabindex="0" aria-label=texts::REFUSED_ROWS>
                <table data-testid="import-errors">
                    <thead>
                        <tr>
                            <th scope="col">{texts::LINE}</th>
                            <th scope="col">{texts::FIELD}</th>
                            <th scope="col">{texts::FOUND}</th>
                            <th scope="col">{texts::EXPECTED}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(count > listed).then(|| view! { <p class="muted">{texts::more_refused(count - listed)}</p> })}
        </details>
    }
}

/// A model's folder on another host.
#[component]
fn ModelFromTheWeb() -> impl IntoView {
    let lab = use_lab();
    let address = RwSignal::new(String::new());
    let found = Memo::new(move |_| address.with(|address| folder(address)));
    let hint = move || match found.get() {
        Some((host, _)) => texts::will_ask(&host),
        None => texts::NO_ADDRESS.to_owned(),
    };
    let button = Signal::derive(move || match found.get() {
        Some((host, _)) => texts::fetch_from(&host),
        None => texts::FETCH.to_owned(),
    });
    view! {
        <label class="field">
            <span>{file_texts::MODEL_ADDRESS}</span>
            <input
                type="text"
                inputmode="url"
                spellcheck="false"
                autocomplete="off"
                data-testid="model-address"
                placeholder=file_texts::MODEL_ADDRESS_EXAMPLE
                prop:value=move || address.get()
                on:input=move |event| address.set(event_target_value(&event))
            />
        </label>
        <p class="muted" data-testid="model-host">{hint}</p>
        <Action
            testid="model-fetch"
            text=button
            disabled=Signal::derive(move || found.get().is_none())
            on_press=move || {
                if let Some((_, folder)) = found.get_untracked() {
                    models::fetch_model(lab, folder);
                }
            }
        />
    }
}

/// Data from another host, and what becomes of a long or ranked file.
#[component]
pub fn FromTheWeb() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <details
            class="import-more"
            data-testid="import-more"
            on:toggle=noted(is_open)
        >
            <summary>{texts::FROM_THE_WEB}</summary>
            <Later wanted=is_open load=|| Box::pin(web_fields())/>
        </details>
    }
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn web_fields() -> Result<Build, NotLoaded> {
    Ok(|| view! { <WebFields/> }.into_any())
}

#[component]
fn WebFields() -> impl IntoView {
    let lab = use_lab();
    let store = lab.import;
    let host = Memo::new(move |_| {
        let limit = store.limit.get();
        store
            .address
            .with(|address| remote(address, limit))
            .map(|remote| remote.host)
    });
    let hint = move || match host.get() {
        Some(host) => texts::will_ask(&host),
        None if store.address.with(|address| address.trim().is_empty()) => {
            texts::NO_ADDRESS.to_owned()
        }
        None => texts::NOT_AN_ADDRESS.to_owned(),
    };
    let button = Signal::derive(move || match host.get() {
        Some(host) => texts::fetch_from(&host),
        None => texts::FETCH.to_owned(),
    });
    let refused_limit = RwSignal::new(None::<String>);
    view! {
            <div class="fields">
                <label class="field">
                    <span>{texts::ADDRESS}</span>
                    <input
                        type="text"
                        inputmode="url"
                        spellcheck="false"
                        autocomplete="off"
                        data-testid="import-address"
                        placeholder=texts::ADDRESS_EXAMPLE
                        aria-describedby="import-host"
                        prop:value=move || store.address.get()
                        on:input=move |event| store.address.set(event_target_value(&event))
                    />
                </label>
                <p class="muted" id="import-host" data-testid="import-host">{hint}</p>
                <Action
                    testid="import-fetch"
                    text=button
                    disabled=Signal::derive(move || host.get().is_none())
                    on_press=move || {
                        let address = lab.import.address.get_untracked();
                        let most_rows = lab.import.limit.get_untracked();
                        import::import_address(lab, &address, most_rows);
                    }
                />
                <label class="field">
                    <span>{texts::MOST_ROWS}</span>
                    <input
                        type="text"
                        inputmode="numeric"
                        data-testid="import-limit"
                        aria-describedby="import-limit-hint"
                        aria-invalid=move || refused_limit.with(Option::is_some).to_string()
                        prop:value=move || store.limit.get().to_string()
                        on:change=move |event| {
                            let typed = event_target_value(&event);
                            let limit = typed.trim().parse::<usize>().ok();
                            let limit = limit.filter(|limit| LIMITS.contains(limit));
                            // What is no such number leaves the limit as it was, and the
                            // field shows that.
                            let kept = limit.unwrap_or_else(|| store.limit.get_untracked());
                            refused_limit.set(limit.is_none().then(|| {
                                texts::not_a_limit(&quoted(&typed), *LIMITS.end(), kept)
                            }));
                            store.limit.set(kept);
                            event_target::<HtmlInputElement>(&event).set_value(&kept.to_string());
                        }
                    />
                </label>
                <p
                    id="import-limit-hint"
                    data-testid="import-limit-hint"
                    class=move || if refused_limit.with(Option::is_some) { "write-message" } else { "muted" }
                    role="status"
                >
                    {move || refused_limit.get().unwrap_or_else(|| texts::MOST_ROWS_HINT.to_owned())}
                </p>
                <label class="field">
                    <span>{texts::RANKED}</span>
                    <select
                        data-testid="import-ranked"
                        on:change=move |event| {
                            let value = event_target_value(&event);
                            let chosen = RANKINGS.into_iter().find(|pairs| texts::nectar(*pairs) == value);
                            store.nectar.set(chosen.unwrap_or_default());
                        }
                    >
                        {RANKINGS
                            .into_iter()
                            .map(|pairs| view! { <option value=texts::nectar(pairs)>{texts::nectar(pairs)}</option> })
                            .collect_view()}
                    </select>
                </label>
                <ModelFromTheWeb/>
            </div>
    }
}
