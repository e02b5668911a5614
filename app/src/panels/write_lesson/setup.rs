//! How the Lab is arranged when the lesson begins.

use super::fields::{choice, defects_of, store};
use super::labels::label_source;
use super::lists::{devices, levels, models, objectives};
use super::places::place_list;
use super::settings::{main_fields, others};
use super::taken::taken;
use crate::flows::lesson_of_lab::setup_of_lab;
use crate::lab::use_lab;
use crate::model::lesson_draft::Spot;
use crate::parts::action::Action;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;

pub fn setup() -> AnyView {
    let (lab, store) = (use_lab(), store());
    let spot = Spot::of_lesson("setup");
    let verify = Spot::of_lesson("verify");
    let draft = store.draft();
    let in_words = Memo::new(move |_| {
        let setup = draft.with(|draft| draft.setup())?;
        Some(texts::setup_in_words(&setup))
    });
    let is_by_hand = Memo::new(move |_| {
        draft.with(|draft| draft.is_by_hand() || draft.get(&Spot::of_lesson("verify")).is_some())
    });
    let labels = spot.field("labels");
    let hidden = spot.field("hide");
    view! {
        <h3 tabindex="-1" class="draft-head">{texts::SETUP}</h3>
        <p class="draft-words" data-testid="draft-setup">
            {move || in_words.get().unwrap_or_else(|| texts::SETUP_UNREADABLE.to_owned())}
        </p>
        <Action
            testid="draft-take-setup"
            class="slim"
            text=texts::TAKE_LAB
            on_press=move || {
                let (setup, left) = setup_of_lab(lab);
                store.set_setup(&setup);
                lab.notices.say(&taken(&left));
            }
        />
        {defects_of(&spot)}
        <div class="fields draft-fields">
            {choice(&spot.field("model"), texts::MODEL, Some(texts::MODEL_SMALL), models())}
            {choice(&spot.field("objective"), texts::OBJECTIVE, Some(texts::OBJECTIVE_DPO), objectives())}
            {main_fields(&spot.field("settings"))}
        </div>
        <p class="muted">{texts::BLANK_SETTINGS}</p>
        {others(&spot.field("settings"))}
        {label_source(&labels, &labels, texts::LABELS, texts::LABELS_NOBODY, &["judge", "set", "rows", "hand"])}
        {move || is_by_hand.get().then(|| view! {
            <p class="muted">{texts::ABOUT_VERIFY}</p>
            {label_source(&verify.field("labels"), &verify, texts::VERIFY, texts::VERIFY_NOBODY, &["judge", "set", "rows"])}
        })}
        <div class="fields draft-fields">
            {choice(&spot.field("level"), texts::LEVEL, Some(texts::LEVEL_OF_LEARNER), levels())}
            {choice(&spot.field("device"), texts::DEVICE, Some(texts::DEVICE_BEST), devices())}
        </div>
        {place_list(&spot.field("show"), texts::LOOK_AT_FIRST, texts::ADD_PLACE)}
        {place_list(&hidden, texts::HIDE, texts::ADD_PLACE)}
    }
    .into_any()
}
