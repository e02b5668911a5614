//! What a teacher takes from the board, as files.

use crate::flows::board::{Anonymity, BoardFile, save_class};
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::check_box::CheckBox;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use leptos::prelude::*;
use tilt_protocol::classroom::FreeTexts;

#[component]
pub fn SavePart() -> impl IntoView {
    let lab = use_lab();
    let class = expect_context::<ClassStore>();
    let is_anonymous = RwSignal::new(false);
    let keeps_texts = RwSignal::new(true);
    let save = move |file: BoardFile| {
        let how = Anonymity {
            is_anonymous: is_anonymous.get_untracked(),
            texts: match keeps_texts.get_untracked() {
                true => FreeTexts::Kept,
                false => FreeTexts::Dropped,
            },
        };
        if let Some(shown) = class.shown().get_untracked() {
            save_class(lab, &shown, file, how);
        }
    };
    view! {
        <section class="board-part" data-testid="board-export" aria-labelledby="board-save">
            <h3 id="board-save">{texts::TAKE_WITH_YOU}</h3>
            <p class="row">
                <CheckBox
                    testid="board-anonymous"
                    class="board-check"
                    text=texts::ANONYMOUS
                    is_on=is_anonymous
                    on_change=move |is| is_anonymous.set(is)
                />
                <Show when=move || is_anonymous.get()>
                    <CheckBox
                        testid="board-keep-texts"
                        class="board-check"
                        text=texts::KEEP_TEXTS
                        is_on=keeps_texts
                        on_change=move |keeps| keeps_texts.set(keeps)
                    />
                </Show>
            </p>
            <p class="row">
                <Action testid="board-csv" text=texts::SAVE_CSV on_press=move || save(BoardFile::Gradebook)/>
                <Action testid="board-xapi" text=texts::SAVE_XAPI on_press=move || save(BoardFile::Xapi)/>
                <Action testid="board-reports" text=texts::SAVE_REPORTS on_press=move || save(BoardFile::Reports)/>
            </p>
            <p class="muted">{texts::SAVE_NOTE}</p>
        </section>
    }
}
