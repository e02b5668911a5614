//! The token heat map: log pi - log pi_ref of the selected pair, token by token.

use super::token::{joined, readable_token, token_note};
use crate::lab::use_lab;
use crate::model::selected::{AnswerSide, TokenAt};
use crate::parts::define::Define;
use crate::parts::long_text::LongText;
use crate::texts::glossary::Term;
use crate::texts::heatmap as texts;
use crate::texts::numbers::{fixed, rounded, signed};
use crate::texts::tokens as token_texts;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use tilt_protocol::{Inspection, SequenceView};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// What stays over the tapped token: the tabs, and a line.
const ROOM_ABOVE: f64 = 72.0;
/// The colour scale never spans less than this, so that rounding noise stays pale.
const LEAST_DOMAIN: f64 = 0.05;

fn sequence(inspection: &Inspection, side: AnswerSide) -> &SequenceView {
    match side {
        AnswerSide::Chosen => &inspection.chosen,
        AnswerSide::Rejected => &inspection.rejected,
    }
}

/// All log-ratios, chosen first, as `data-value` carries them.
fn log_ratios(inspection: &Inspection) -> Vec<f64> {
    let tokens = inspection.chosen.completion.iter();
    tokens
        .chain(&inspection.rejected.completion)
        .map(|token| token.log_ratio())
        .collect()
}

#[component]
pub fn Heatmap() -> impl IntoView {
    let lab = use_lab();
    let inspection = lab.selection.inspection();
    let domain = Memo::new(move |_| {
        inspection.with(|inspection| {
            inspection.as_ref().map_or(LEAST_DOMAIN, |inspection| {
                log_ratios(inspection)
                    .into_iter()
                    .fold(LEAST_DOMAIN, |largest, ratio| largest.max(ratio.abs()))
            })
        })
    });
    let value = move || {
        inspection.with(|inspection| {
            inspection
                .as_ref()
                .and_then(|inspection| serde_json::to_string(&log_ratios(inspection)).ok())
                .unwrap_or_default()
        })
    };
    let prompt = move || {
        inspection.with(|inspection| {
            inspection
                .as_ref()
                .map(|inspection| joined(inspection.chosen.prompt.iter().map(String::as_str)))
                .unwrap_or_default()
        })
    };
    let is_empty = Memo::new(move |_| inspection.with(Option::is_none));
    let selected = lab.selection.selected();
    let place = move || {
        selected.get().map_or_else(String::new, |selected| {
            texts::place(selected.position + 1, selected.count)
        })
    };
    let hint = move || {
        if selected.with(Option::is_none) {
            texts::NO_PAIR
        } else if !lab.engine.is_up() {
            texts::NO_ENGINE
        } else {
            texts::READING
        }
    };
    view! {
        <section class="panel" data-place="heatmap" aria-labelledby="heatmap-title">
            <header class="panel-head">
                <h2 id="heatmap-title">{texts::HEADING}</h2>
                <Against/>
                <span class="muted number">{place}</span>
                <span class="pager">
                    <button
                        type="button"
                        class="button icon"
                        aria-label=texts::PREVIOUS
                        on:click=move |_| lab.selection.move_pair(-1, lab.labels)
                    >
                        "\u{2039}"
                    </button>
                    <button
                        type="button"
                        class="button icon"
                        aria-label=texts::NEXT
                        on:click=move |_| lab.selection.move_pair(1, lab.labels)
                    >
                        "\u{203a}"
                    </button>
                </span>
            </header>
            <div data-testid="heatmap" class="heatmap" data-value=value>
                <Show when=move || !is_empty.get() fallback=move || view! { <p class="empty">{hint}</p> }>
                    <LongText class="heat-prompt" text=Signal::derive(prompt)/>
                    <SequenceRow side=AnswerSide::Chosen domain=domain/>
                    <SequenceRow side=AnswerSide::Rejected domain=domain/>
                </Show>
            </div>
            <div class="heat-legend">
                <Define term=Term::LogRatio/>
                <span class="number">{move || fixed(-domain.get(), 2)}</span>
                <span class="heat-scale" aria-hidden="true"></span>
                <span class="number">{move || signed(domain.get(), 2)}</span>
                <span class="muted">{texts::SCALE}</span>
            </div>
        </section>
    }
}

/// What the policy is compared with: the reference, or the end of an earlier run. Only
/// there once there is a choice.
#[component]
fn Against() -> impl IntoView {
    let lab = use_lab();
    let against = lab.selection.against();
    let ended = Memo::new(move |_| {
        let live = lab
            .run
            .run()
            .with(|run| run.phase.is_active().then_some(run.id));
        let records = lab.runs.records().get();
        let ended = records.iter().filter(|record| Some(record.id) != live);
        ended
            .map(|record| (record.id, record.name.clone()))
            .collect::<Vec<_>>()
    });
    let is_offered = Memo::new(move |_| ended.with(|ended| !ended.is_empty()));
    let value = move || {
        against
            .get()
            .map_or_else(String::new, |run| run.to_string())
    };
    view! {
        <Show when=move || is_offered.get()>
            <label class="heat-against">
                <span>{texts::AGAINST}</span>
                <select
                    data-testid="against-select"
                    prop:value=value
                    on:change=move |event| {
                        lab.selection.set_against(event_target_value(&event).parse().ok());
                    }
                >
                    <option value="" selected=move || against.get().is_none()>
                        {Term::Reference.name()}
                    </option>
                    <For each=move || ended.get() key=|run| run.clone() let:run>
                        <option value=run.0.to_string() selected=move || against.get() == Some(run.0)>
                            {run.1.clone()}
                        </option>
                    </For>
                </select>
            </label>
        </Show>
    }
}

#[component]
fn SequenceRow(side: AnswerSide, domain: Memo<f64>) -> impl IntoView {
    let lab = use_lab();
    let inspection = lab.selection.inspection();
    let term = match side {
        AnswerSide::Chosen => Term::Chosen,
        AnswerSide::Rejected => Term::Rejected,
    };
    let len = Memo::new(move |_| {
        inspection.with(|inspection| {
            inspection
                .as_ref()
                .map_or(0, |inspection| sequence(inspection, side).completion.len())
        })
    });
    let total = move || {
        inspection.with(|inspection| {
            inspection.as_ref().map_or_else(String::new, |inspection| {
                let sequence = sequence(inspection, side);
                signed(sequence.policy_logp() - sequence.reference_logp(), 2)
            })
        })
    };
    let row_class = match side {
        AnswerSide::Chosen => "heat-row heat-chosen",
        AnswerSide::Rejected => "heat-row heat-rejected",
    };
    view! {
        <div class=row_class>
            <div class="heat-name">
                <Define term=term/>
                <span class="number" title=texts::SUM>{total}</span>
            </div>
            <div class="tokens" role="group" aria-label=texts::tokens_of(term.name())>
                <For each=move || 0..len.get() key=|index| *index let:index>
                    <Token side=side index=index len=len domain=domain/>
                </For>
            </div>
        </div>
    }
}

#[component]
fn Token(side: AnswerSide, index: usize, len: Memo<usize>, domain: Memo<f64>) -> impl IntoView {
    let lab = use_lab();
    let inspection = lab.selection.inspection();
    // (token, log-ratio); the view keeps its node while numbers change, and with it
    // the keyboard's focus.
    let token = Memo::new(move |_| {
        inspection.with(|inspection| {
            inspection
                .as_ref()
                .and_then(|inspection| sequence(inspection, side).completion.get(index))
                .map(|token| (token.token.clone(), token.log_ratio()))
                .unwrap_or_default()
        })
    });
    let at = TokenAt { side, index };
    let is_selected = Memo::new(move |_| lab.selection.token() == at);
    let class = move || {
        let ratio = token.get().1;
        if ratio > 0.0 {
            "token up"
        } else if ratio < 0.0 {
            "token down"
        } else {
            "token"
        }
    };
    let heat = move || format!("{:.3}", (token.get().1.abs() / domain.get()).min(1.0));
    let title = move || {
        let (token, ratio) = token.get();
        let said = texts::token(&readable_token(&token), &signed(ratio, 4), ratio);
        token_texts::with_note(&said, token_note(&token))
    };
    view! {
        <button
            type="button"
            class=class
            style=("--heat", heat)
            title=title
            tabindex=move || if is_selected.get() { "0" } else { "-1" }
            aria-pressed=move || is_selected.get().to_string()
            on:pointerenter=move |_| lab.selection.select_token(at)
            on:focus=move |_| lab.selection.select_token(at)
            on:click=move |event| {
                lab.selection.select_token(at);
                show_bars_beside(&event);
            }
            on:keydown=move |event| move_focus(&event, index, len.get_untracked())
        >
            <span class="token-text">{move || token.with(|(token, _)| readable_token(token))}</span>
            <span class="token-ratio number">{move || rounded(token.get().1, 2)}</span>
        </button>
    }
}

/// Where a finger has tapped, what comes next stands below: cause and effect come on one
/// screen, as far as there is room for both.
fn show_bars_beside(event: &MouseEvent) {
    let is_finger = event
        .dyn_ref::<PointerEvent>()
        .is_some_and(|event| event.pointer_type() == "touch");
    let token = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(token) = token.filter(|_| is_finger) else {
        return;
    };
    // Once the bars are those of this token.
    request_animation_frame(move || {
        let bars = document().query_selector("[data-place=\"next-token-bars\"]");
        let (Ok(Some(bars)), Some(window)) = (bars, web_sys::window()) else {
            return;
        };
        let height = window
            .inner_height()
            .ok()
            .and_then(|height| height.as_f64());
        let below = bars.get_bounding_client_rect().bottom() - height.unwrap_or(f64::MAX);
        let room = token.get_bounding_client_rect().top() - ROOM_ABOVE;
        let by = below.min(room);
        if by > 0.0 {
            window.scroll_by_with_x_and_y(0.0, by);
        }
    });
}

/// Arrow keys, Home and End within a row of tokens; up and down change the row.
fn move_focus(event: &KeyboardEvent, index: usize, len: usize) {
    let Some(button) = event
        .current_target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let Some(row) = button.parent_element() else {
        return;
    };
    let last = len.saturating_sub(1);
    let target = match event.key().as_str() {
        "ArrowRight" => row.children().item((index + 1).min(last) as u32),
        "ArrowLeft" => row.children().item(index.saturating_sub(1) as u32),
        "Home" => row.children().item(0),
        "End" => row.children().item(last as u32),
        "ArrowDown" | "ArrowUp" => {
            let rows = row.closest(".heatmap").ok().flatten();
            let selector = if event.key() == "ArrowDown" {
                ".heat-rejected .token[tabindex='0'], .heat-rejected .token"
            } else {
                ".heat-chosen .token[tabindex='0'], .heat-chosen .token"
            };
            rows.and_then(|rows| rows.query_selector(selector).ok().flatten())
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
        // Focus selects; a node just found in the document can take it.
        let _ = target.focus();
    }
}
