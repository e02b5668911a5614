//! The blind test under "Before and after": guess which answer is the tuned model's.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::blind::{BlindSide, Guess, GuessScore, Round};
use crate::parts::action::Action;
use crate::parts::policy_date::PolicyDate;
use crate::texts::blind as texts;
use crate::texts::numbers::percent;
use leptos::prelude::*;

#[component]
pub fn BlindTest() -> impl IntoView {
    let lab = use_lab();
    let store = lab.blind;
    let round = lab.blind.round();
    let score = store.score();
    let policy = lab.run.policy_at();
    let is_untrained = move || policy.get().step == 0;
    let of = Signal::derive(move || {
        let of_round = round.with(|round| round.as_ref().map(|round| round.of));
        of_round.or_else(|| store.about().get().filter(|_| score.get().total > 0))
    });
    let cannot =
        Signal::derive(move || !lab.engine.is_up() || is_untrained() || store.is_waiting());
    let text = Signal::derive(move || {
        let text = if store.is_waiting() {
            texts::SAMPLING
        } else if round.with(Option::is_some) {
            texts::ANOTHER
        } else {
            texts::TEST_ME
        };
        text.to_owned()
    });
    let question = move || {
        round.with(|round| match round {
            None if is_untrained() => texts::TRAIN_FIRST.to_owned(),
            None => texts::CAN_YOU_TELL.to_owned(),
            Some(round) => texts::question(&round.prompt, round.guess.is_none()),
        })
    };
    view! {
        <div class="blind" id="blind" data-place="blind">
            <h3>{texts::WHICH_IS_TUNED}</h3>
            <div class="row">
                <Action
                    testid="blind-start"
                    text=text
                    disabled=cannot
                    on_press=move || perform(lab, Act::Test)
                />
                <p class="blind-question">{question}</p>
            </div>
            <p class="muted"><PolicyDate of=of/></p>
            <Show when=move || round.with(Option::is_some)>
                <div class="samples">
                    <Choice side=BlindSide::Left/>
                    <Choice side=BlindSide::Right/>
                </div>
            </Show>
            <p
                class="number blind-result"
                data-testid="blind-result"
                data-value=move || value(score.get(), |score| score.right.to_string())
                data-n=move || value(score.get(), |score| score.total.to_string())
                data-chance=move || value(score.get(), |score| score.chance().to_string())
                aria-live="polite"
            >
                {move || result(round.with(|round| round.as_ref()?.guess), score.get())}
            </p>
        </div>
    }
}

fn value(score: GuessScore, read: fn(&GuessScore) -> String) -> Option<String> {
    (score.total > 0).then(|| read(&score))
}

fn result(guess: Option<Guess>, score: GuessScore) -> String {
    if score.total == 0 {
        return String::new();
    }
    let is_right = guess.map(|guess| guess.is_right);
    texts::result(is_right, score.right, score.total, &percent(score.chance()))
}

#[component]
fn Choice(side: BlindSide) -> impl IntoView {
    let lab = use_lab();
    let round = lab.blind.round();
    let read = move |read: fn(&Round) -> String| {
        move || round.with(|round| round.as_ref().map(read).unwrap_or_default())
    };
    let (testid, answer) = match side {
        BlindSide::Left => ("blind-left", read(|round| round.left.clone())),
        BlindSide::Right => ("blind-right", read(|round| round.right.clone())),
    };
    let guess = move || round.with(|round| round.as_ref()?.guess);
    let name = move || match guess() {
        None => match side {
            BlindSide::Left => texts::LEFT,
            BlindSide::Right => texts::RIGHT,
        },
        Some(guess) if guess.policy == side => texts::TUNED,
        Some(_) => texts::BEFORE,
    };
    let class = move || match guess() {
        Some(guess) if guess.policy == side => "answer blind-answer tuned",
        _ => "answer blind-answer",
    };
    view! {
        <button
            type="button"
            class=class
            data-testid=testid
            aria-disabled=move || guess().map(|_| "true")
            on:click=move |_| perform(lab, Act::Guess(side))
        >
            <span class="answer-head"><b>{name}</b></span>
            <span class="answer-text">{answer}</span>
        </button>
    }
}
