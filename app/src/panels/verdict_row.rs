//! One label in the table: its verdict to change, its pair to look at, its deletion.

use crate::lab::{Lab, use_lab};
use crate::model::label_filter::labeller_name;
use crate::parts::focus::{focus, focus_search, focus_target};
use crate::texts::verdicts as texts;
use leptos::prelude::*;
use tilt_protocol::{Label, Verdict};

const ROWS: &str = ".verdicts-table tbody tr";

#[component]
pub fn VerdictRow(key: u64) -> impl IntoView {
    let lab = use_lab();
    let label = Memo::new(move |_| lab.labels.entry(key).map(|entry| entry.label));
    let verdict = Memo::new(move |_| label.with(|label| label.as_ref().map(|label| label.verdict)));
    let is_decisive = move || label.with(|label| label.as_ref().is_some_and(Label::is_decisive));
    let is_selected = move || {
        lab.selection.selected().with(|selected| {
            selected
                .as_ref()
                .is_some_and(|selected| selected.entry.key == key)
        })
    };
    let text = move || {
        label.with(|label| {
            label.as_ref().map(|label| match label.chosen_rejected() {
                Some((chosen, _)) => chosen.to_owned(),
                None => label.pair.prompt.clone(),
            })
        })
    };
    let title = move || {
        label.with(|label| {
            label.as_ref().map(|label| {
                let pair = &label.pair;
                texts::pair(&pair.prompt, &pair.answer_a, &pair.answer_b)
            })
        })
    };
    let by = Memo::new(move |_| label.with(|label| label.as_ref().map(labeller_name)));
    view! {
        <tr data-key=key.to_string() aria-current=move || is_selected().then_some("true")>
            <td>
                <select
                    aria-label=texts::VERDICT
                    data-testid="verdict-select"
                    prop:value=move || verdict.get().map_or("", Verdict::slug)
                    on:change=move |event| {
                        if let Some(verdict) = Verdict::from_slug(&event_target_value(&event)) {
                            change_verdict(lab, key, verdict);
                        }
                    }
                >
                    {verdict_options(verdict.get_untracked())}
                </select>
            </td>
            <td>
                <button
                    type="button"
                    class="verdict-text"
                    data-testid="verdict-show"
                    title=title
                    aria-disabled=move || (!is_decisive()).then_some("true")
                    on:click=move |_| {
                        if untrack(is_decisive) {
                            lab.selection.select_pair(key);
                        }
                    }
                >
                    {text}
                </button>
            </td>
            <td class="muted verdict-by" title=move || by.get()>{move || by.get()}</td>
            <td>
                <button
                    type="button"
                    class="button icon small"
                    data-testid="verdict-delete"
                    aria-label=texts::DELETE_LABEL
                    on:click=move |_| delete(lab, key)
                >
                    "\u{00d7}"
                </button>
            </td>
        </tr>
    }
}

pub fn verdict_options(selected: Option<Verdict>) -> impl IntoView {
    Verdict::ALL
        .into_iter()
        .map(|verdict| {
            view! {
                <option value=verdict.slug() selected=selected == Some(verdict)>
                    {texts::verdict_name(verdict)}
                </option>
            }
        })
        .collect_view()
}

/// A row may leave the table with its new verdict: then the focus goes to the next.
fn change_verdict(lab: Lab, key: u64, verdict: Verdict) {
    let place = place_of(key);
    lab.labels.set_verdict(key, verdict);
    keep_focus(key, place, "select");
}

/// Deletes the label; the focus goes to the row that takes its place.
fn delete(lab: Lab, key: u64) {
    let place = place_of(key);
    lab.labels.remove(|entry| entry.key == key);
    keep_focus(key, place, "button.icon");
}

/// The row's place in the table, from 1.
fn place_of(key: u64) -> usize {
    let row = focus_target(&format!("{ROWS}[data-key=\"{key}\"]"));
    let before = std::iter::successors(row.and_then(|row| row.previous_element_sibling()), |row| {
        row.previous_element_sibling()
    });
    before.count() + 1
}

/// Once the table shows what changed: if the row is gone, focuses `control` of the row
/// at its place, of the last row, or what searches the labels.
fn keep_focus(key: u64, place: usize, control: &'static str) {
    request_animation_frame(move || {
        let row = |which: &str| format!("{ROWS}{which}");
        let is_there = focus_target(&row(&format!("[data-key=\"{key}\"]"))).is_some();
        if is_there {
            return;
        }
        let wanted = [
            format!("{} {control}", row(&format!(":nth-child({place})"))),
            format!("{} {control}", row(":last-child")),
        ];
        if !wanted.iter().any(|selector| focus(selector)) {
            focus_search();
        }
    });
}
