//! The banner that says what went wrong and what to do.

use crate::state::notices::NoticeKind;
use crate::state::use_lab;
use crate::texts::notices as texts;
use leptos::prelude::*;

#[component]
pub fn NoticeBanner() -> impl IntoView {
    let notices = use_lab().notices;
    let list = notices.list();
    let kind = move || {
        list.with(|list| {
            if list.iter().any(|notice| notice.kind == NoticeKind::Error) {
                "error"
            } else {
                "info"
            }
        })
    };
    // The element stays in the page: a live region must be there before its text.
    view! {
        <div
            class="notices"
            data-testid="error-banner"
            data-kind=kind
            role="alert"
            hidden=move || list.with(Vec::is_empty)
        >
            <For
                each=move || list.get()
                key=|notice| (notice.key.clone(), notice.text.clone())
                let:notice
            >
                <div class=match notice.kind {
                    NoticeKind::Error => "notice error",
                    NoticeKind::Info => "notice info",
                }>
                    <span class="notice-mark" aria-hidden="true">
                        {match notice.kind {
                            NoticeKind::Error => texts::ERROR_MARK,
                            NoticeKind::Info => texts::INFO_MARK,
                        }}
                    </span>
                    <p>{notice.text.clone()}</p>
                    <button
                        type="button"
                        class="button icon"
                        aria-label=texts::DISMISS
                        on:click={
                            let key = notice.key.clone();
                            move |_| notices.dismiss(&key)
                        }
                    >
                        {texts::DISMISS_MARK}
                    </button>
                </div>
            </For>
        </div>
    }
}
