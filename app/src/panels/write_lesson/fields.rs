//! The fields of a lesson's form: each is bound to a place of the draft, and says what is
//! wrong there.

use crate::model::lesson_draft::Spot;
use crate::model::lesson_field::Typed;
use crate::stores::lesson_draft::LessonDraftStore;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// One of a list, and what it is called.
pub type Named = (Value, String);

thread_local! {
    /// Counts what has to have a name of its own in the document.
    static NAMES: Cell<u32> = const { Cell::new(0) };
}

/// A name for the document that nothing else has.
pub fn own_name() -> String {
    NAMES.set(NAMES.get() + 1);
    format!("draft-{}", NAMES.get())
}

/// Makes a change that takes away the control which was pressed: the focus stays near it.
pub fn keep_near(change: impl FnOnce()) {
    const NEAR: &str = ".draft-places, .draft-part, .draft-form";
    const CONTROLS: &str = "select, input, textarea, button, summary";
    let pressed = document().active_element();
    let near = pressed.and_then(|element| element.closest(NEAR).ok().flatten());
    change();
    request_animation_frame(move || {
        let first = near.and_then(|near| near.query_selector(CONTROLS).ok().flatten());
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            // One of a part that is open can be focused.
            let _ = first.focus();
        }
    });
}

pub fn store() -> LessonDraftStore {
    expect_context::<LessonDraftStore>()
}

/// A field of one line.
pub fn field(spot: &Spot, label: &'static str, typed: Typed) -> AnyView {
    line(spot, label.to_owned(), typed, Signal::stored(None))
}

/// A field of a number that may be left blank; `usual` says what it is then.
pub fn number_or(spot: &Spot, label: &'static str, usual: Signal<Option<String>>) -> AnyView {
    line(spot, label.to_owned(), Typed::Number, usual)
}

/// A field of one line, whose name is made.
pub fn of_name(spot: &Spot, label: String, typed: Typed) -> AnyView {
    line(spot, label, typed, Signal::stored(None))
}

fn line(spot: &Spot, label: String, typed: Typed, usual: Signal<Option<String>>) -> AnyView {
    let bound = Bound::new(spot, typed);
    let (name, note) = (own_name(), own_name());
    let class = match typed {
        Typed::Number => "field draft-number",
        Typed::Text | Typed::Lines | Typed::Setting => "field",
    };
    view! {
        <div class=class>
            <label for=name.clone()>{label}</label>
            <input
                type="text"
                inputmode=(typed == Typed::Number).then_some("decimal")
                autocomplete="off"
                placeholder=move || usual.get()
                id=name
                data-path=move || bound.path.get()
                aria-invalid=move || bound.is_wrong().then_some("true")
                aria-describedby=bound.described(&note)
                prop:value=move || bound.shown()
                on:input=move |event| bound.take(event_target_value(&event))
            />
            {bound.said(note)}
        </div>
    }
    .into_any()
}

/// A field of several lines.
pub fn area(spot: &Spot, label: &'static str, typed: Typed, rows: u8) -> AnyView {
    let bound = Bound::new(spot, typed);
    let (name, note) = (own_name(), own_name());
    view! {
        <div class="field draft-wide">
            <label for=name.clone()>{label}</label>
            <textarea
                rows=rows.to_string()
                id=name
                data-path=move || bound.path.get()
                aria-invalid=move || bound.is_wrong().then_some("true")
                aria-describedby=bound.described(&note)
                prop:value=move || bound.shown()
                on:input=move |event| bound.take(event_target_value(&event))
            ></textarea>
            {bound.said(note)}
        </div>
    }
    .into_any()
}

/// One of a list that stays.
pub fn choice(spot: &Spot, label: &'static str, blank: Option<&str>, named: Vec<Named>) -> AnyView {
    let blank = blank.map(str::to_owned);
    changing_choice(spot, label, blank, Signal::stored(named))
}

/// One of a list; where there is a `blank`, that says what nothing chosen means.
pub fn changing_choice(
    spot: &Spot,
    label: &'static str,
    blank: Option<String>,
    named: Signal<Vec<Named>>,
) -> AnyView {
    let store = store();
    let value = store.value(spot);
    let chosen = Signal::derive(move || {
        value.with(|value| value.as_ref().map_or_else(String::new, Value::to_string))
    });
    let options = Signal::derive(move || {
        let blank = blank.clone().map(|blank| (String::new(), blank));
        let named = named.get().into_iter();
        blank
            .into_iter()
            .chain(named.map(|(value, name)| (value.to_string(), name)))
            .collect()
    });
    let taken = spot.clone();
    select(spot, label, options, chosen, move |text| {
        // Values of the list are JSON that this page has written itself.
        store.set(&taken, serde_json::from_str(&text).ok());
    })
}

/// A list to choose from, whatever is done then. What stands in the place and is not in the
/// list is shown as it is.
pub fn select(
    spot: &Spot,
    label: &'static str,
    options: Signal<Vec<(String, String)>>,
    chosen: Signal<String>,
    on_choice: impl Fn(String) + 'static,
) -> AnyView {
    let store = store();
    let (path, defects) = (store.path(spot), store.defects(spot, false));
    let (name, note) = (own_name(), own_name());
    let is_wrong = move || defects.with(|defects| !defects.is_empty());
    let described = {
        let note = note.clone();
        move || is_wrong().then(|| note.clone())
    };
    let shown = move || {
        let (options, chosen) = (options.get(), chosen.get());
        let is_known = options.iter().any(|(value, _)| *value == chosen);
        let stray = (!is_known).then(|| (chosen.clone(), chosen.clone()));
        let all = options.into_iter().chain(stray);
        all.map(|(value, name)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{name}</option> }
        })
        .collect_view()
    };
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <select
                id=name
                data-path=move || path.get()
                aria-invalid=move || is_wrong().then_some("true")
                aria-describedby=described
                prop:value=move || chosen.get()
                on:change=move |event| on_choice(event_target_value(&event))
            >
                {shown}
            </select>
            {told(defects, note)}
        </div>
    }
    .into_any()
}

/// What is wrong in a place that is no field of its own.
pub fn defects_of(spot: &Spot) -> AnyView {
    told(store().defects(spot, false), own_name())
}

fn told(defects: Memo<Vec<String>>, note: String) -> AnyView {
    view! {
        <Show when=move || defects.with(|defects| !defects.is_empty())>
            <span class="draft-wrong" id=note.clone()>
                {move || texts::defects_here(&defects.get())}
            </span>
        </Show>
    }
    .into_any()
}

/// A field and its place.
#[derive(Clone, Copy)]
struct Bound {
    store: LessonDraftStore,
    spot: StoredValue<Spot>,
    typed: Typed,
    /// As it stands in the field: "0." is a number on its way.
    text: RwSignal<String>,
    value: Memo<Option<Value>>,
    path: Memo<String>,
    defects: Memo<Vec<String>>,
}

impl Bound {
    fn new(spot: &Spot, typed: Typed) -> Bound {
        let store = store();
        Bound {
            store,
            spot: StoredValue::new(spot.clone()),
            typed,
            text: RwSignal::new(String::new()),
            value: store.value(spot),
            path: store.path(spot),
            defects: store.defects(spot, typed == Typed::Lines),
        }
    }

    fn shown(self) -> String {
        self.value.with(|value| {
            self.text
                .with(|text| self.typed.shown(text, value.as_ref()))
        })
    }

    fn take(self, text: String) {
        let value = self.typed.read(&text);
        self.text.set(text);
        self.spot.with_value(|spot| self.store.set(spot, value));
    }

    fn is_wrong(self) -> bool {
        self.defects.with(|defects| !defects.is_empty())
    }

    fn described(self, note: &str) -> impl Fn() -> Option<String> + use<> {
        let note = note.to_owned();
        move || self.is_wrong().then(|| note.clone())
    }

    fn said(self, note: String) -> AnyView {
        told(self.defects, note)
    }
}
