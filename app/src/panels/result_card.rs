//! What the run that has just ended changed, in plain words with the numbers behind them.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::{Lab, use_lab};
use crate::model::json;
use crate::model::run_record::kl_text;
use crate::model::run_story::{
    self, Distance, Headline, Leaning, displacement, distance, leanings,
};
use crate::parts::define::Define;
use crate::parts::policy_date::PolicyDate;
use crate::parts::style_sheet::StyleSheet;
use crate::stores::run_result::{MeasuredResult, ResultState};
use crate::texts::glossary::Term;
use crate::texts::numbers::{fixed, percent, signed};
use crate::texts::result_card::{self as texts, Wanting};
use leptos::prelude::*;
use tilt_protocol::run_result::{BeforeAndAfter, Direction, Language};
use tilt_protocol::statistics::{Proportion, difference_interval};
use tilt_protocol::{PolicyAt, RunResult};

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn result_card() -> Result<Build, NotLoaded> {
    Ok(|| view! { <StyleSheet file="result.css"/> <ResultCard/> }.into_any())
}

#[component]
fn ResultCard() -> impl IntoView {
    let lab = use_lab();
    let state = lab.run_result.state();
    // Heard by whoever does not see it, and what the first steps go by.
    let measured = Memo::new(move |_| {
        state.with(|state| match state {
            ResultState::Measured(measured) => Some((measured.of, read(measured))),
            _ => None,
        })
    });
    Effect::new(move |_| {
        if let Some((_, Ok(result))) = measured.get() {
            let is_learnt = run_story::headline(&result) == Headline::Does;
            lab.run_result.set_learnt(is_learnt);
            let (headline, advice) = (headline(&result), advice(&result));
            lab.notices.say(&texts::announced(&headline, advice));
        }
    });
    move || match state.get() {
        ResultState::None => ().into_any(),
        ResultState::Measuring => card(
            "measuring",
            view! { <p class="muted">{texts::MEASURING}</p> }.into_any(),
        ),
        ResultState::Failed(why) => failed(&why),
        ResultState::Measured(_) => match measured.get() {
            Some((of, Ok(result))) => {
                let told = slug(run_story::headline(&result));
                card(told, told_of(lab, of, &result).into_any())
            }
            Some((_, Err(why))) => failed(&why),
            None => ().into_any(),
        },
    }
}

fn failed(why: &str) -> AnyView {
    let text = texts::not_measured(why);
    card("failed", view! { <p class="muted">{text}</p> }.into_any())
}

/// # Errors
/// What is wrong with it, in words.
fn read(measured: &MeasuredResult) -> Result<RunResult, String> {
    let text = std::str::from_utf8(&measured.json).map_err(|error| error.to_string())?;
    json::from_str(text).map_err(|error| error.to_string())
}

fn card(told: &'static str, inside: AnyView) -> AnyView {
    view! {
        <section
            class="panel result-card"
            id="result-card"
            data-testid="result-card"
            data-value=told
            aria-labelledby="result-title"
        >
            <header class="panel-head"><h2 id="result-title">{texts::TITLE}</h2></header>
            {inside}
        </section>
    }
    .into_any()
}

/// What the card says, in one word, for whoever scripts the page.
fn slug(headline: Headline) -> &'static str {
    match headline {
        Headline::Broken => "broken",
        Headline::NoLeaning => "no leaning",
        Headline::Does => "learnt",
        Headline::DoesSome => "learnt in part",
        Headline::NotYet => "not yet",
        Headline::Contrary => "contrary",
    }
}

fn told_of(lab: Lab, of: PolicyAt, result: &RunResult) -> impl IntoView + use<> {
    let curve = of
        .run
        .and_then(|run| lab.runs.get(run))
        .map(|r| r.curve.clone());
    let fallen = curve.and_then(|curve| displacement(&curve, of));
    let rows: Vec<_> = leanings(result).iter().map(leaning).collect();
    let sound = result.language().map(|_| {
        let (policy, reference) = (result.policy_sound, result.reference_sound);
        texts::sound(policy.count, policy.of, reference.count)
    });
    let repeats = (result.policy_repeats.count > result.reference_repeats.count)
        .then(|| texts::repeats(result.policy_repeats.count, result.policy_repeats.of));
    view! {
        <p class="result-headline">{headline(result)}</p>
        <p>{advice(result)}</p>
        <ul class="leanings">{rows}</ul>
        <p class="muted number" data-testid="result-distance" data-value=result.kl.to_string()>
            {went(result)} " " {sound} " " {repeats} " "
            <PolicyDate of=Signal::stored(Some(of))/> " · "
            <Define term=Term::Kl/> " · " <Define term=Term::WhenToStop/>
        </p>
        {fallen.map(|[chosen, rejected]| view! {
            <p class="muted" data-testid="result-displaced">
                {texts::displaced(&fixed(chosen, 1), &fixed(rejected, 1))}
            </p>
        })}
        {(!result.examples.is_empty()).then(|| view! {
            <h3>{texts::EXAMPLES}</h3>
            {result.examples.iter().map(example).collect::<Vec<_>>()}
        })}
    }
}

fn most(result: &RunResult) -> &'static str {
    let first = leanings(result).into_iter().next();
    first.map_or("", |first| {
        texts::attribute(first.change.principle, first.wanted)
    })
}

/// Labels, or a reward that took their place.
fn wanting(result: &RunResult) -> Wanting {
    let mut changes = result.changes.iter();
    match changes.any(|change| change.labels.reward != 0.0) {
        true => Wanting::Reward,
        false => Wanting::Labels,
    }
}

fn headline(result: &RunResult) -> String {
    let (who, most) = (wanting(result), most(result));
    match run_story::headline(result) {
        Headline::Broken if result.policy_sound.count == 0 => texts::ALL_BROKEN.to_owned(),
        Headline::Broken => texts::BROKEN.to_owned(),
        Headline::NoLeaning => texts::NO_LEANING.to_owned(),
        Headline::Does => texts::does(who, most),
        Headline::DoesSome => texts::does_some(who, most),
        Headline::NotYet => texts::not_yet(who, most),
        Headline::Contrary => texts::contrary(who, most),
    }
}

fn advice(result: &RunResult) -> &'static str {
    let is_worse = result.language() == Some(Language::Worse);
    match (run_story::headline(result), distance(result)) {
        (Headline::Broken, _) => texts::TRY_NEARER,
        (Headline::NoLeaning, _) => texts::TRY_ONE_RULE,
        (Headline::Does | Headline::DoesSome, _) if is_worse => texts::TRY_SOUNDER,
        (Headline::Does | Headline::DoesSome, Distance::Far) => texts::TRY_LARGER_BETA,
        (Headline::Does, _) => texts::TRY_TO_COMPARE,
        (Headline::DoesSome | Headline::NotYet, Distance::Near) => texts::TRY_MORE_STEPS,
        (Headline::DoesSome | Headline::NotYet, _) => match wanting(result) {
            Wanting::Labels => texts::TRY_MORE_LABELS,
            Wanting::Reward => texts::LOOK_AT_REWARD,
        },
        (Headline::Contrary, _) => match wanting(result) {
            Wanting::Labels => texts::LOOK_AT_LABELS,
            Wanting::Reward => texts::LOOK_AT_REWARD,
        },
    }
}

fn went(result: &RunResult) -> String {
    let words = match distance(result) {
        Distance::Near => texts::HARDLY_MOVED,
        Distance::Usual => texts::MOVED,
        Distance::Far => texts::MOVED_FAR,
    };
    let kl = kl_text(result.kl, Some(result.answers), result.kl_standard_error);
    texts::distance(words, &kl)
}

/// One attribute that the labels lean to: how they do, and its share before and now.
fn leaning(leaning: &Leaning) -> impl IntoView + use<> {
    let change = leaning.change;
    let wanted = change.labels.reward;
    let labels = match (change.labels.good.value(), change.labels.bad.value()) {
        _ if wanted > 0.0 => texts::OF_REWARD.to_owned(),
        _ if wanted < 0.0 => texts::AGAINST_REWARD.to_owned(),
        (Some(good), Some(bad)) if change.labels.pairs.of == 0 => {
            texts::of_thumbs(&percent(good), &percent(bad))
        }
        _ => texts::of_pairs(change.labels.pairs.count, change.labels.pairs.of),
    };
    let told = match leaning.follows() {
        Some(true) if leaning.wanted == Direction::Less => texts::AVOIDS,
        Some(true) => texts::FOLLOWS,
        Some(false) => texts::CONTRARY,
        None => texts::UNCLEAR,
    };
    let points = |share: f64| signed(share * 100.0, 0);
    let (low, high) = difference_interval(&change.policy, &change.reference);
    view! {
        <li class="leaning" data-testid="result-leaning" data-value=change.principle.slug()>
            <span class="leaning-name">
                <b>{texts::share_of(change.principle)}</b> " " <em>{told}</em>
            </span>
            <span class="leaning-share number">
                {texts::BEFORE} " " {share(&change.reference)} " "
                <span aria-hidden="true">"\u{2192}"</span> " "
                {texts::NOW} " " <b>{share(&change.policy)}</b>
            </span>
            <span class="leaning-bars" aria-hidden="true">
                <span class="reference" style=("--share", width(&change.reference))></span>
                <span class="policy" style=("--share", width(&change.policy))></span>
            </span>
            <span class="muted number">
                {labels} "; " {texts::difference(&points(low), &points(high))}
            </span>
        </li>
    }
}

fn share(share: &Proportion) -> String {
    share.value().map(percent).unwrap_or_default()
}

fn width(share: &Proportion) -> String {
    format!("{:.1}%", share.value().unwrap_or_default() * 100.0)
}

fn example(example: &BeforeAndAfter) -> impl IntoView + use<> {
    view! {
        <div class="result-example">
            <p class="result-prompt">{example.prompt.clone()}</p>
            <div class="samples">
                <div class="sample">
                    <span class="sample-head muted">{texts::ANSWER_BEFORE}</span>
                    <p>{example.reference.clone()}</p>
                </div>
                <div class="sample policy">
                    <span class="sample-head muted">{texts::ANSWER_NOW}</span>
                    <p>{example.policy.clone()}</p>
                </div>
            </div>
        </div>
    }
}
