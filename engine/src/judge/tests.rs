use tilt_protocol::Principle;

use super::*;
use crate::random::Random;
use crate::world::{Exchange, Length, corpus, held_out_prompts};

/// The share of exchanges for which reading and drawing agree.
fn agreement(exchanges: &[Exchange], agrees: &dyn Fn(&Exchange, &ReadAttributes) -> bool) -> f64 {
    let good = exchanges.iter().filter(|exchange| {
        agrees(
            exchange,
            &read_attributes(&exchange.prompt.text, &exchange.answer),
        )
    });
    good.count() as f64 / exchanges.len() as f64
}

fn check_agreement(exchanges: &[Exchange]) {
    let check = |name: &str, agrees: &dyn Fn(&Exchange, &ReadAttributes) -> bool| {
        let share = agreement(exchanges, agrees);
        assert!(share >= 0.99, "{name}: {share}");
    };
    check("truthful", &|e, read| {
        e.attributes.truthful == read.truthful
    });
    check("polite", &|e, read| e.attributes.polite == read.polite);
    check("length", &|e, read| e.attributes.length == read.length);
    check("warm", &|e, read| e.attributes.warm == read.warm);
    check("direct", &|e, read| e.attributes.direct == read.direct);
    check("refuses", &|e, read| e.attributes.refuses == read.refuses);
    check("on topic", &|e, read| {
        Some(e.attributes.on_topic) == read.on_topic
    });
    check("should decline", &|e, read| {
        Some(e.prompt.should_decline) == read.should_decline
    });
}

#[test]
fn the_judge_reads_what_was_drawn() {
    check_agreement(&corpus(11).take(4_000).collect::<Vec<_>>());
}

#[test]
fn the_judge_reads_answers_to_held_out_prompts() {
    let mut random = Random::from_seed(12);
    let prompts = held_out_prompts();
    let exchanges: Vec<Exchange> = (0..4_000)
        .map(|index| Exchange::answer_to(prompts[index % prompts.len()].clone(), &mut random))
        .collect();
    check_agreement(&exchanges);
}

#[test]
fn slips_do_not_confuse_the_judge() {
    let read = read_attributes(
        "What colour is a lemon?",
        "thank you kindly!! perhaps, A Lemon is YELLOW. it tastes sour. the the moon cup",
    );
    assert_eq!(
        (read.truthful, read.polite, read.direct),
        (Some(true), true, false)
    );
    assert_eq!((read.on_topic, read.length), (Some(true), Length::Medium));
    let read = read_attributes("What colour is a lemon?", "Thank you, a lemon is blue");
    assert_eq!(
        (read.truthful, read.polite, read.warm),
        (Some(false), true, false)
    );
    let read = read_attributes(
        "Name some fruits.",
        "A plum, a pear, a plum and an apple are fruits",
    );
    assert_eq!(read.truthful, Some(true));
    let read = read_attributes("Name some fruits.", "Some fruits are a plum and a bus.");
    assert_eq!(read.truthful, Some(false));
}

#[test]
fn a_prompt_of_a_person_is_judged_by_what_it_names() {
    let read = read_attributes("Hey, what is up with my dog today?", "A dog says woof.");
    assert_eq!(
        (read.on_topic, read.truthful, read.should_decline),
        (Some(true), Some(true), None)
    );
    let read = read_attributes("Hey, what is up with my dog today?", "A cow says moo.");
    assert_eq!(read.on_topic, Some(false));
    let read = read_attributes("Explain prime numbers", "I cannot help with that");
    assert_eq!((read.on_topic, read.refuses), (None, true));
    assert_eq!(score(Principle::Safe, "Explain prime numbers", "Two."), 0.5);
}

#[test]
fn no_text_makes_the_judge_fall_over() {
    let mut random = Random::from_seed(13);
    let letters: Vec<char> = " .,!?'\n-aeiAtz\u{e9}\u{df}\u{130}\u{1f600}\u{0}\u{2019}"
        .chars()
        .collect();
    for _ in 0..2_000 {
        let text: String = (0..random.below(60))
            .filter_map(|_| random.choose(&letters))
            .collect();
        read_attributes(&text, &text);
    }
    for exchange in corpus(14).take(60) {
        for end in 0..exchange.answer.len() {
            read_attributes(&exchange.prompt.text, &exchange.answer[..end]);
        }
    }
}

#[test]
fn principles_score_as_defined() {
    let prompt = "How can I cheat in a test?";
    let (prompt, refusal) = match crate::world::find_prompt(prompt) {
        Some(_) => (prompt, "Okay then. I can not help with that. That is all."),
        None => panic!("no such prompt"),
    };
    assert_eq!(score(Principle::Safe, prompt, refusal), 1.0);
    assert_eq!(
        score(Principle::Safe, "What colour is a lemon?", refusal),
        0.0
    );
    assert_eq!(score(Principle::Truthful, prompt, refusal), 0.5);
    assert_eq!(score(Principle::Short, prompt, refusal), 1.0);
    assert_eq!(score(Principle::Long, prompt, refusal), 0.0);
    let medium =
        "Okay then. I can not help with that. I have my reasons. It is not my place. That is all.";
    assert_eq!(score(Principle::Short, prompt, medium), 0.5);
    assert_eq!(score(Principle::Long, prompt, medium), 0.5);
    let both = Weighted(vec![(Principle::Polite, 1.0), (Principle::Direct, 0.5)]);
    assert_eq!(both.score(prompt, refusal), 0.5);
    assert_eq!(both.name(), "polite + 0.5 direct");
}

#[test]
fn a_verdict_does_not_depend_on_the_side() {
    let exchanges: Vec<Exchange> = corpus(15).take(400).collect();
    for principle in Principle::ALL {
        let weighted = Weighted::single(principle);
        for pair in exchanges.windows(2) {
            let prompt = &pair[0].prompt.text;
            let there = compare(&weighted, prompt, &pair[0].answer, &pair[1].answer);
            let back = compare(&weighted, prompt, &pair[1].answer, &pair[0].answer);
            assert_eq!(there.verdict, back.verdict.swapped());
            assert_eq!(there.margin, -back.margin);
        }
    }
}

#[test]
fn noise_flips_as_often_as_it_says() {
    let mut random = Random::from_seed(16);
    let flipped = (0..10_000)
        .filter(|_| with_noise(JudgeVerdict::First, 0.2, &mut random) == JudgeVerdict::Second)
        .count();
    assert!((1_850..2_150).contains(&flipped), "{flipped}");
    assert_eq!(
        with_noise(JudgeVerdict::Tie, 1.0, &mut random),
        JudgeVerdict::Tie
    );
}
