//! A text that may be long: its beginning, and the rest when it is asked for.

use crate::parts::action::Action;
use crate::texts::parts as texts;
use leptos::prelude::*;

/// Characters and lines of a text that are shown unasked.
const MOST_CHARS: usize = 600;
const MOST_LINES: usize = 12;
/// Much more has to be left out for a button to be worth it.
const WORTH_CHARS: usize = 100;

/// The text, or its beginning where it is long and not all of it is wanted.
fn cut(text: &str, is_all: bool) -> String {
    match end_of_beginning(text) {
        Some(end) if !is_all => format!("{}\u{2026}", text[..end].trim_end()),
        _ => text.to_owned(),
    }
}

/// Where the beginning of a long text ends, in bytes; `None` for a short one.
fn end_of_beginning(text: &str) -> Option<usize> {
    let by_lines = text.match_indices('\n').nth(MOST_LINES).map(|(at, _)| at);
    let by_chars = text
        .char_indices()
        .nth(MOST_CHARS + WORTH_CHARS)
        .and_then(|_| text.char_indices().nth(MOST_CHARS))
        .map(|(at, _)| at);
    match (by_lines, by_chars) {
        (Some(lines), Some(chars)) => Some(lines.min(chars)),
        (one, other) => one.or(other),
    }
}

/// The text that is shown whole: another one begins cut.
pub type Whole = RwSignal<Option<String>>;

/// `text`, cut unless the person asked for the whole of it.
pub fn shown(text: &str, whole: Whole) -> String {
    cut(text, whole.with(|whole| whole.as_deref() == Some(text)))
}

/// Shows all of a long text, or its beginning again; nothing beside a short one.
#[component]
pub fn ShowAll(#[prop(into)] text: Signal<String>, whole: Whole) -> impl IntoView {
    let length =
        Memo::new(move |_| text.with(|text| end_of_beginning(text).map(|_| text.chars().count())));
    let is_whole = move || text.with(|text| whole.with(|whole| whole.as_ref() == Some(text)));
    let name = Signal::derive(move || {
        if is_whole() {
            texts::LESS.to_owned()
        } else {
            texts::show_all(length.get().unwrap_or_default())
        }
    });
    view! {
        <Show when=move || length.get().is_some()>
            <Action
                testid="show-all" text=name class="slim"
                on_press=move || whole.set((!untrack(is_whole)).then(|| text.get_untracked()))
            />
        </Show>
    }
}

/// A paragraph of a text that may be long.
#[component]
pub fn LongText(class: &'static str, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let whole = RwSignal::new(None);
    view! {
        <p class=class>{move || text.with(|text| shown(text, whole))}</p>
        <ShowAll text=text whole=whole/>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_short_ones_are_not() {
        let short = "é".repeat(MOST_CHARS + WORTH_CHARS);
        assert_eq!(cut(&short, false), short);
        let long = format!("{short}é");
        assert_eq!(cut(&long, false).chars().count(), MOST_CHARS + 1);
        assert_eq!(cut(&long, true), long);
        let lines = "a\n".repeat(40);
        assert_eq!(cut(&lines, false).lines().count(), MOST_LINES + 1);
        assert!(cut(&lines, false).ends_with('\u{2026}'));
    }
}
