//! The blind test under "Before and after": guess which answer is the tuned model's.

use crate::format::percent;
use crate::parts::action::Action;
use crate::state::blind::{self, Guess, Round, Score, Side};
use crate::state::use_lab;
use leptos::prelude::*;

#[component]
pub fn BlindTest() -> impl IntoView {
    let lab = use_lab();
    let store = lab.blind;
    let round = store.round();
    let score = store.score();
    let is_untrained = move || lab.run.run().with(|run| run.step == 0);
    let cannot =
        Signal::derive(move || !lab.engine.is_up() || is_untrained() || store.is_waiting());
    let text = Signal::derive(move || {
        let text = if store.is_waiting() {
            "Sampling\u{2026}"
        } else if round.with(Option::is_some) {
            "Another two"
        } else {
            "Test me blind"
        };
        text.to_owned()
    });
    let question = move || {
        round.with(|round| match round {
            None if is_untrained() => {
                "Train first: until then both models are the same.".to_owned()
            }
            None => "Can you tell the tuned model from the one before?".to_owned(),
            Some(round) if round.guess.is_none() => format!(
                "\u{201c}{}\u{201d} Which answer is the tuned model\u{2019}s?",
                round.prompt
            ),
            Some(round) => format!("\u{201c}{}\u{201d}", round.prompt),
        })
    };
    view! {
        <div class="blind" id="blind">
            <h3>"Which is the tuned model?"</h3>
            <div class="row">
                <Action
                    testid="blind-start"
                    text=text
                    disabled=cannot
                    on_press=move || blind::start(lab)
                />
                <p class="blind-question">{question}</p>
            </div>
            <Show when=move || round.with(Option::is_some)>
                <div class="samples">
                    <Choice side=Side::Left/>
                    <Choice side=Side::Right/>
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

fn value(score: Score, read: fn(&Score) -> String) -> Option<String> {
    (score.total > 0).then(|| read(&score))
}

fn result(guess: Option<Guess>, score: Score) -> String {
    if score.total == 0 {
        return String::new();
    }
    let word = match guess {
        Some(guess) if guess.is_right => "Right. ",
        Some(_) => "Wrong. ",
        None => "",
    };
    format!(
        "{word}{} of {} right; guessing would do that or better {} of the time.",
        score.right,
        score.total,
        percent(score.chance())
    )
}

#[component]
fn Choice(side: Side) -> impl IntoView {
    let store = use_lab().blind;
    let round = store.round();
    let read = move |read: fn(&Round) -> String| {
        move || round.with(|round| round.as_ref().map(read).unwrap_or_default())
    };
    let (testid, answer) = match side {
        Side::Left => ("blind-left", read(|round| round.left.clone())),
        Side::Right => ("blind-right", read(|round| round.right.clone())),
    };
    let guess = move || round.with(|round| round.as_ref()?.guess);
    let name = move || match guess() {
        None => match side {
            Side::Left => "Left",
            Side::Right => "Right",
        },
        Some(guess) if guess.policy == side => "the tuned model",
        Some(_) => "the model before",
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
            on:click=move |_| store.guess(side)
        >
            <span class="answer-head"><b>{name}</b></span>
            <span class="answer-text">{answer}</span>
        </button>
    }
}
