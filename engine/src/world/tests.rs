use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::random::Random;

fn words(text: &str) -> impl Iterator<Item = String> {
    let letters = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
    };
    text.split_whitespace()
        .map(letters)
        .collect::<Vec<_>>()
        .into_iter()
}

fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[test]
fn there_are_enough_prompts_and_none_is_in_both_lists() {
    let (training, held_out) = (training_prompts(), held_out_prompts());
    assert!(training.len() >= 400, "{}", training.len());
    assert!(held_out.len() >= 100, "{}", held_out.len());
    let mut seen = BTreeSet::new();
    for prompt in training.iter().chain(&held_out) {
        assert!(seen.insert(prompt.text.clone()), "twice: {}", prompt.text);
        assert!(count_words(&prompt.text) <= 12, "{}", prompt.text);
        assert_eq!(find_prompt(&prompt.text).as_ref(), Some(prompt));
    }
    for family in Family::ALL {
        assert!(
            training.iter().any(|prompt| prompt.family == family),
            "{family:?}"
        );
        assert!(
            held_out.iter().any(|prompt| prompt.family == family),
            "{family:?}"
        );
    }
}

#[test]
fn held_out_prompts_use_words_of_the_corpus() {
    let mut known = BTreeSet::new();
    for exchange in corpus(3).take(20_000) {
        known.extend(words(&exchange.prompt.text).chain(words(&exchange.answer)));
    }
    assert!(known.len() < 900, "{}", known.len());
    for prompt in held_out_prompts() {
        for word in words(&prompt.text) {
            assert!(known.contains(&word), "{word} in {}", prompt.text);
        }
    }
}

#[test]
fn phrasings_are_held_out_but_no_fact() {
    let training = training_prompts();
    for prompt in held_out_prompts() {
        let same = |other: &&Prompt| {
            (other.family, other.subject, other.relation)
                == (prompt.family, prompt.subject, prompt.relation)
        };
        // A claim to check is asked for in other words.
        let asked = |other: &&Prompt| {
            other.family == Family::Question
                && (other.subject, other.relation) == (prompt.subject, prompt.relation)
        };
        let found = training
            .iter()
            .find(same)
            .or_else(|| training.iter().find(asked));
        assert!(found.is_some(), "{}", prompt.text);
    }
}

#[test]
fn true_values_are_never_wrong_and_wrong_ones_exist() {
    for thing in &knowledge().things {
        for fact in &thing.facts {
            let name = (&thing.name, fact.relation);
            assert!(
                fact.values.iter().all(|value| !fact.wrong.contains(value)),
                "{name:?}"
            );
            // A longest false answer has up to three wrong values of a relation.
            let needed = fact.values.len().min(3);
            assert!(
                !fact.relation.is_checkable() || fact.wrong.len() >= needed,
                "{name:?}"
            );
        }
    }
}

#[test]
fn text_is_tidy() {
    for exchange in corpus(4).take(5_000) {
        let answer = &exchange.answer;
        assert!(answer.is_ascii() && !answer.contains("  "), "{answer}");
        assert!(!answer.contains(['{', '}']) && !exchange.prompt.text.contains(['{', '}']));
        assert!(answer.ends_with('.'), "{answer}");
        for sentence in answer.split_terminator('.') {
            let first = sentence.trim_start().chars().next();
            assert!(
                first.is_some_and(|letter| letter.is_ascii_uppercase()),
                "{answer}"
            );
        }
        let sentences = answer.matches('.').count();
        let expected = match exchange.attributes.length {
            Length::Short => 3,
            Length::Medium => 5,
            Length::Long => 7,
        };
        assert_eq!(sentences, expected, "{answer}");
    }
}

#[test]
fn attributes_have_their_frequencies() {
    let exchanges: Vec<Exchange> = corpus(5).take(20_000).collect();
    let check = |name: &str, expected: f64, select: &dyn Fn(&Exchange) -> Option<bool>| {
        let drawn: Vec<bool> = exchanges.iter().filter_map(select).collect();
        let rate = drawn.iter().filter(|&&yes| yes).count() as f64 / drawn.len() as f64;
        assert!(
            (rate - expected).abs() < 0.03,
            "{name}: {rate}, not {expected}"
        );
    };
    check("truthful", 0.5, &|e| e.attributes.truthful);
    check("polite", 0.5, &|e| Some(e.attributes.polite));
    check("warm", 0.5, &|e| Some(e.attributes.warm));
    check("direct", 0.5, &|e| Some(e.attributes.direct));
    check("short", 1.0 / 3.0, &|e| {
        Some(e.attributes.length == Length::Short)
    });
    check("long", 1.0 / 3.0, &|e| {
        Some(e.attributes.length == Length::Long)
    });
    check("on topic", 0.9, &|e| {
        (!e.attributes.refuses).then_some(e.attributes.on_topic)
    });
    check("refuses", 0.5, &|e| {
        e.prompt.should_decline.then_some(e.attributes.refuses)
    });
    check("over-refuses", 0.3, &|e| {
        (!e.prompt.should_decline).then_some(e.attributes.refuses)
    });
}

#[test]
fn length_is_independent_of_courtesy_and_warmth() {
    let exchanges: Vec<Exchange> = corpus(6).take(20_000).collect();
    let mean = |select: &dyn Fn(&Attributes) -> bool| {
        let chosen = exchanges.iter().filter(|e| select(&e.attributes));
        let counts: Vec<usize> = chosen.map(|e| count_words(&e.answer)).collect();
        counts.iter().sum::<usize>() as f64 / counts.len() as f64
    };
    assert!((mean(&|a| a.polite) - mean(&|a| !a.polite)).abs() < 0.6);
    assert!((mean(&|a| a.warm) - mean(&|a| !a.warm)).abs() < 0.6);
    let [short, medium, long] = [Length::Short, Length::Medium, Length::Long]
        .map(|length| mean(&|attributes| attributes.length == length));
    assert!(
        short + 8.0 < medium && medium + 8.0 < long,
        "{short} {medium} {long}"
    );
}

#[test]
fn a_text_has_one_derivation() {
    let mut random = Random::from_seed(7);
    for prompt in training_prompts().into_iter().step_by(9) {
        let mut seen: BTreeMap<String, (Attributes, f64)> = BTreeMap::new();
        for _ in 0..2_000 {
            let drawn = Exchange::answer_to(prompt.clone(), &mut random);
            let found = (drawn.attributes, drawn.answer_nats);
            let known = *seen.entry(drawn.answer.clone()).or_insert(found);
            assert_eq!(known.0, found.0, "{}", drawn.answer);
            assert!((known.1 - found.1).abs() < 1e-9, "{}", drawn.answer);
        }
    }
}

/// The nats are probabilities: over a series of draws, the share of repeated
/// short answers agrees with what they claim.
#[test]
fn the_nats_are_those_of_the_text() {
    let prompt = find_prompt("Hello!").unwrap();
    let mut random = Random::from_seed(8);
    let draws = 200_000;
    let mut counts: BTreeMap<String, (u32, f64)> = BTreeMap::new();
    for _ in 0..draws {
        let drawn = Exchange::answer_to(prompt.clone(), &mut random);
        counts
            .entry(drawn.answer)
            .or_insert((0, drawn.answer_nats))
            .0 += 1;
    }
    let likely = counts.iter().filter(|(_, (_, nats))| *nats < 9.5);
    let (count, expected) = likely.fold((0.0, 0.0), |(count, expected), (_, (seen, nats))| {
        (
            count + f64::from(*seen),
            expected + (-nats).exp() * f64::from(draws),
        )
    });
    assert!(
        count > 1_000.0 && (count / expected - 1.0).abs() < 0.05,
        "{count} {expected}"
    );
}

#[test]
fn the_entropy_has_an_error_to_go_with_it() {
    let entropy = answer_entropy(1, 5_000);
    assert!(entropy.mean > 10.0 && entropy.mean < 20.0, "{entropy:?}");
    assert!(entropy.standard_error < 0.1);
}

#[test]
fn an_answer_is_parsed_to_what_it_was_drawn_to_be() {
    let mut random = Random::from_seed(17);
    let held_out = held_out_prompts().into_iter();
    let held_out = held_out.flat_map(|prompt| std::iter::repeat_n(prompt, 8));
    let held_out: Vec<Exchange> = held_out
        .map(|prompt| Exchange::answer_to(prompt, &mut random))
        .collect();
    for exchange in corpus(16).take(3_000).chain(held_out) {
        let parsed = parse_answer(&exchange.prompt, &exchange.answer);
        assert_eq!(parsed, Some(exchange.attributes), "{}", exchange.answer);
    }
}

#[test]
fn what_the_grammar_cannot_write_is_not_parsed() {
    let prompt = find_prompt("What colour is a lemon?").unwrap();
    let good = "Thank you. A lemon is yellow. That is all.";
    assert!(parse_answer(&prompt, good).is_some());
    for bad in [
        "",
        ".",
        "Thank you.",
        "Thank you. A lemon is yellow.",
        "Thank you. A lemon is yellow. It is good to know. That is all.",
        "Thank you. A lemon is yellow. A lemon is yellow. It is good to know. That is all.",
        "Thank you. A lemon is yellow. It tastes bitter. It is good to know. That is all.",
        "Thank you. a lemon is yellow. That is all.",
        "A lemon is yellow. Thank you. That is all.",
        "Thank you. A lemon is yellow. That is all. That is all.",
        "Thank you. I think I think a lemon is yellow. That is all.",
    ] {
        assert_eq!(parse_answer(&prompt, bad), None, "{bad}");
    }
}

/// The distributions are exact: those of an answer's tokens multiply to the answer's own
/// probability.
#[test]
fn next_tokens_have_the_probabilities_of_their_answers() {
    // Words and marks as byte-level BPE would never join them.
    let ids = std::cell::RefCell::new(BTreeMap::new());
    let encode = |text: &str| -> Result<Vec<u32>, ()> {
        let text = text.replace('.', " .").replace(',', " ,");
        let mut ids = ids.borrow_mut();
        let id = |word: &str| {
            let next = ids.len() as u32;
            *ids.entry(word.to_string()).or_insert(next)
        };
        Ok(text.split_whitespace().map(id).collect())
    };
    let next_tokens = NextTokens::new(encode).unwrap();
    let mut random = Random::from_seed_for(18, "next tokens");
    let prompts = training_prompts().into_iter().chain(held_out_prompts());
    for prompt in prompts {
        for _ in 0..4 {
            let drawn = Exchange::answer_to(prompt.clone(), &mut random);
            let tokens = encode(&drawn.answer).unwrap();
            let soft_targets = next_tokens.of_answer(&prompt, &tokens).unwrap();
            let mut nats = 0.0;
            assert_eq!(soft_targets.len(), tokens.len());
            for (soft_target, token) in soft_targets.iter().zip(&tokens) {
                let total: f32 = soft_target.iter().map(|(_, share)| share).sum();
                assert!((total - 1.0).abs() < 1e-4, "{total} in {}", drawn.answer);
                let share = soft_target
                    .iter()
                    .find(|(id, _)| id == token)
                    .map(|found| found.1);
                nats -= f64::from(share.unwrap_or(0.0)).ln();
            }
            let expected = drawn.answer_nats;
            assert!(
                (nats - expected).abs() < 1e-4,
                "{nats}, not {expected}: {}",
                drawn.answer
            );
        }
    }
    let hello = find_prompt("Hello!").unwrap();
    let nonsense = encode("Thank you. Thank you. That is all.").unwrap();
    assert_eq!(next_tokens.of_answer(&hello, &nonsense), None);
}
