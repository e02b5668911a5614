//! The lesson in outline: its parts, and its steps in their order.

use super::fields::store;
use crate::model::lesson_draft::{NewStep, Spot, Undo};
use crate::parts::action::Action;
use crate::parts::focus::{focus, focus_target};
use crate::stores::lesson_draft::{LessonDraftStore, Part};
use crate::texts::write_lesson as texts;
use leptos::prelude::*;

/// Where whoever goes to another part begins to read.
const HEAD: &str = ".draft-head";

/// Shows a part, and goes to its beginning.
pub fn go_to(store: LessonDraftStore, part: Part) {
    store.show(part);
    request_animation_frame(|| {
        focus(HEAD);
    });
}

#[component]
pub fn Rail() -> impl IntoView {
    let store = store();
    let draft = store.draft();
    let ids = Memo::new(move |_| draft.with(|draft| draft.ids().to_vec()));
    let undo = Memo::new(move |_| {
        draft.with(|draft| draft.undoable().map(|undo| undo_name(undo).to_owned()))
    });
    view! {
        <nav class="draft-rail" aria-label=texts::OUTLINE>
            <ul>
                {entry(Part::About, texts::ABOUT, &["title", "goals", "minutes", "lang", "id"])}
                {entry(Part::Setup, texts::SETUP, &["setup", "verify"])}
            </ul>
            <ol data-testid="draft-steps">
                <For each=move || ids.get() key=|id| *id let:id>
                    <StepEntry id=id/>
                </For>
            </ol>
            <div class="draft-add" role="group" aria-label=texts::ADD_STEP>
                <span class="muted">{texts::ADD_STEP}</span>
                {[NewStep::Text, NewStep::Run, NewStep::Labels, NewStep::Question]
                    .into_iter()
                    .map(|new| view! {
                        <Action
                            testid=testid(new)
                            class="slim"
                            text=name(new)
                            on_press=move || {
                                store.add_step(new);
                                request_animation_frame(|| { focus(HEAD); });
                            }
                        />
                    })
                    .collect_view()}
            </div>
            <Show when=move || undo.with(Option::is_some)>
                <Action
                    testid="draft-undo"
                    class="slim"
                    text=Signal::derive(move || undo.get().unwrap_or_default())
                    on_press=move || {
                        store.undo();
                        request_animation_frame(|| { focus(HEAD); });
                    }
                />
            </Show>
        </nav>
    }
}

fn testid(new: NewStep) -> &'static str {
    match new {
        NewStep::Text => "draft-add-text",
        NewStep::Run => "draft-add-run",
        NewStep::Labels => "draft-add-labels",
        NewStep::Question => "draft-add-question",
    }
}

fn name(new: NewStep) -> &'static str {
    match new {
        NewStep::Text => texts::NEW_TEXT,
        NewStep::Run => texts::NEW_RUN,
        NewStep::Labels => texts::NEW_LABELS,
        NewStep::Question => texts::NEW_QUESTION,
    }
}

fn undo_name(undo: &Undo) -> &'static str {
    match undo {
        Undo::Step { .. } => texts::UNDO_STEP,
        Undo::Draft(_) => texts::UNDO_DRAFT,
        Undo::Setup(_) => texts::UNDO_SETUP,
    }
}

/// How many defects lie in these places.
fn wrong_in(spots: Vec<Spot>) -> Memo<usize> {
    let store = store();
    let all: Vec<Memo<Vec<String>>> = spots.iter().map(|spot| store.defects(spot, true)).collect();
    Memo::new(move |_| all.iter().map(|one| one.with(Vec::len)).sum())
}

fn entry(part: Part, title: &'static str, paths: &[&str]) -> AnyView {
    let store = store();
    let shown = store.part();
    let wrong = wrong_in(paths.iter().map(|path| Spot::of_lesson(path)).collect());
    view! {
        <li>
            <button
                type="button"
                class="draft-entry"
                aria-current=move || (shown.get() == part).then_some("true")
                on:click=move |_| go_to(store, part)
            >
                <span>{title}</span>
                {mark(wrong)}
            </button>
        </li>
    }
    .into_any()
}

fn mark(wrong: Memo<usize>) -> AnyView {
    view! {
        <Show when=move || { wrong.get() > 0 }>
            <span class="draft-mark number">
                <span aria-hidden="true">{move || wrong.get()}</span>
                <span class="visually-hidden">{move || texts::to_mend(wrong.get())}</span>
            </span>
        </Show>
    }
    .into_any()
}

#[component]
fn StepEntry(id: u64) -> impl IntoView {
    let store = store();
    let (draft, shown) = (store.draft(), store.part());
    let spot = Spot::of_step(id);
    let at = Memo::new(move |_| {
        draft.with(|draft| (draft.index_of(id).unwrap_or_default(), draft.ids().len()))
    });
    let text = store.text(&spot.field("text"));
    let wrong = wrong_in(vec![spot]);
    let number = move || at.get().0 + 1;
    let is_shown = move || shown.get() == Part::Step(id);
    let moved = move |is_up: bool| {
        if store.move_step(id, is_up) {
            // A step that goes elsewhere in the document loses the focus on the way.
            request_animation_frame(move || keep_focus(id, is_up));
        }
    };
    view! {
        <li data-step=id.to_string() data-testid="draft-step" class:draft-shown=is_shown>
            <button
                type="button"
                class="draft-entry"
                aria-current=move || is_shown().then_some("true")
                on:click=move |_| go_to(store, Part::Step(id))
            >
                <span class="draft-step-name">
                    <b class="number">{number}</b>
                    " "
                    {move || text.with(|text| texts::beginning(text.as_deref()))}
                </span>
                {mark(wrong)}
            </button>
            <span class="draft-tools">
                <button
                    type="button"
                    class="button icon small"
                    data-move="up"
                    aria-disabled=move || (at.get().0 == 0).then_some("true")
                    aria-label=move || texts::step_up(number())
                    on:click=move |_| moved(true)
                >"\u{2191}"</button>
                <button
                    type="button"
                    class="button icon small"
                    data-move="down"
                    aria-disabled=move || { let (at, of) = at.get(); (at + 1 == of).then_some("true") }
                    aria-label=move || texts::step_down(number())
                    on:click=move |_| moved(false)
                >"\u{2193}"</button>
                <button
                    type="button"
                    class="button icon small"
                    data-testid="draft-copy"
                    aria-label=move || texts::copy_step(number())
                    on:click=move |_| store.copy_step(id)
                >
                    <svg viewBox="0 0 16 16" aria-hidden="true">
                        <path d="M5 5V2h9v9h-3v3H2V5zm1.5 0H11v4.500h1.500v-6h-6zM3.500 6.500v6h6v-6z"></path>
                    </svg>
                </button>
                <button
                    type="button"
                    class="button icon small"
                    data-testid="draft-remove"
                    aria-label=move || texts::remove_step(number())
                    on:click=move |_| {
                        store.remove_step(id);
                        request_animation_frame(|| { focus("[data-testid=\"draft-undo\"]"); });
                    }
                >"\u{00d7}"</button>
            </span>
        </li>
    }
}

fn keep_focus(id: u64, is_up: bool) {
    let direction = if is_up { "up" } else { "down" };
    let button = focus_target(&format!("[data-step=\"{id}\"] [data-move=\"{direction}\"]"));
    if let Some(button) = button {
        // It is there: it was pressed just now.
        let _ = button.focus();
    }
}
