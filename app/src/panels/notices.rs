//! What went wrong and what there is to know: a stack that stays in sight however far the
//! page is scrolled, and the line that screen readers alone hear.

use crate::lab::use_lab;
use crate::model::notice::{Notice, NoticeKind, SHOWN_AT_ONCE, shown};
use crate::parts::action::Action;
use crate::parts::focus::{self, focus_target};
use crate::texts::notices as texts;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement};

/// Windows below this width, in CSS pixels, are phones.
const NARROW: f64 = 600.0;

/// The live regions stay in the page and on the screen: one must be there before its text.
#[component]
pub fn NoticeBanner() -> impl IntoView {
    let list = use_lab().notices.list();
    let is_all = RwSignal::new(false);
    let count = Memo::new(move |_| list.with(Vec::len));
    // As wide as the window was when the last one came.
    let at_once = Memo::new(move |_| list.with(|_| shown_at_once()));
    let visible = Memo::new(move |_| {
        let most = if is_all.get() {
            usize::MAX
        } else {
            at_once.get()
        };
        list.with(|list| shown(list, most))
    });
    let of = move |kind: NoticeKind| {
        let mut notices = visible.get();
        notices.retain(|notice| notice.kind == kind);
        notices
    };
    let kind = move || {
        let is_error = list.with(|list| list.iter().any(|notice| notice.kind == NoticeKind::Error));
        if is_error { "error" } else { "info" }
    };
    // Where the focus was before it came in here.
    let before = StoredValue::new_local(None::<HtmlElement>);
    let came_in = move |event: FocusEvent| {
        let from = event
            .related_target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if let Some(from) = from
            && from.closest(".notices").ok().flatten().is_none()
        {
            before.set_value(Some(from));
        }
    };
    let hidden_count = move || count.get().saturating_sub(at_once.get());
    let more = Signal::derive(move || {
        if is_all.get() {
            texts::FEWER.to_owned()
        } else {
            texts::and_more(hidden_count())
        }
    });
    view! {
        <section
            class="notices"
            data-testid="error-banner"
            data-kind=kind
            aria-label=texts::MESSAGES
            on:focusin=came_in
        >
            <div class="notice-list" role="alert" aria-atomic="false">
                <For each=move || of(NoticeKind::Error) key=|notice| notice.serial let:notice>
                    <NoticeCard notice=notice before=before/>
                </For>
            </div>
            <div class="notice-list" role="status" aria-atomic="false">
                <For each=move || of(NoticeKind::Info) key=|notice| notice.serial let:notice>
                    <NoticeCard notice=notice before=before/>
                </For>
            </div>
            <Show when=move || { hidden_count() > 0 }>
                <Action
                    testid="notices-more" text=more class="slim"
                    on_press=move || is_all.update(|is_all| *is_all = !*is_all)
                />
            </Show>
        </section>
    }
}

/// On a narrow window each covers much of what it is about: the others wait behind a button.
fn shown_at_once() -> usize {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    match width {
        Some(width) if width < NARROW => 1,
        _ => SHOWN_AT_ONCE,
    }
}

#[component]
fn NoticeCard(
    notice: Notice,
    before: StoredValue<Option<HtmlElement>, LocalStorage>,
) -> impl IntoView {
    let notices = use_lab().notices;
    let (class, mark) = match notice.kind {
        NoticeKind::Error => ("notice error", texts::ERROR_MARK),
        NoticeKind::Info => ("notice info", texts::INFO_MARK),
    };
    let key = notice.key;
    view! {
        <div class=class data-testid="notice" data-times=notice.times.to_string()>
            <span class="notice-mark" aria-hidden="true">{mark}</span>
            <p>
                {notice.text}
                {(notice.times > 1).then(|| view! {
                    " "<span class="notice-times">{texts::times(notice.times)}</span>
                })}
            </p>
            <button
                type="button"
                class="button icon"
                aria-label=texts::DISMISS
                on:click=move |_| {
                    notices.dismiss(key);
                    // Once it is gone.
                    request_animation_frame(move || go_on(before));
                }
            >
                {texts::DISMISS_MARK}
            </button>
        </div>
    }
}

/// After a notice was dismissed: to the next one, or back to where the person came from.
fn go_on(before: StoredValue<Option<HtmlElement>, LocalStorage>) {
    let came_from = move || {
        let came_from = before.get_value()?;
        (came_from.is_connected() && came_from.focus().is_ok()).then_some(())
    };
    let next = focus_target(".notice button").map(|next| next.focus());
    if next.is_none() && came_from().is_none() {
        focus::focus("#lab");
    }
}

/// What happened, for those who do not see it. Each sentence is an element of its own, so
/// the same one twice is heard twice.
#[component]
pub fn Announcer() -> impl IntoView {
    let said = use_lab().notices.said();
    view! {
        <div class="visually-hidden" role="status" aria-atomic="false" data-testid="said">
            <For each=move || said.get() key=|said| said.serial let:said>
                <p>{said.text}</p>
            </For>
        </div>
    }
}
