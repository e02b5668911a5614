//! What a run has changed, measured on held-out prompts.

use super::answers::{WorldAnswer, both_answer, some_held_out_prompts};
use super::kl::{Kl, log_ratios};
use crate::breath::rest;
use crate::crew::Team;
use crate::generate::GENERATION_BATCH;
use crate::judge::{ReadAttributes, attribute, read_attributes};
use crate::model::Model;
use crate::world::{Prompt, parse_answer};
use burn::tensor::Tensor;
use tilt_protocol::run_result::{AttributeChange, BeforeAndAfter, LabelLean, RunResult};
use tilt_protocol::statistics::Proportion;
use tilt_protocol::{Content, Example, Principle, Result, Reward, Sampling};

/// Prompts that policy and reference answer.
const PROMPTS: usize = 64;
/// Those of them whose answers are shown.
const EXAMPLES: usize = 3;
/// So many words in a row, said three times in one answer, repeat themselves.
const PHRASE: usize = 3;

/// What a run was to learn.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Rows with verdicts.
    pub examples: &'a [Example],
    /// Reward functions.
    pub rewards: &'a [Reward],
}

/// One answer of policy and reference each to the same held-out prompts, beside what verdicts
/// and rewards go with.
///
/// # Errors
/// Those of [`crate::generate::generate`].
pub async fn run_result(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
    wanted: Wanted<'_>,
    seed: u64,
    team: Option<&Team>,
) -> Result<RunResult> {
    let prompts = some_held_out_prompts(model, PROMPTS);
    let sampling = Sampling {
        seed,
        ..Sampling::default()
    };
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for chunk in prompts.chunks(GENERATION_BATCH) {
        let texts: Vec<&str> = chunk.iter().map(|prompt| prompt.text.as_str()).collect();
        let models = [policy, reference];
        let [our, their] = both_answer(model, models, &texts, &sampling, ours.len(), team).await?;
        ratios.extend(log_ratios(model, reference, &our).await?);
        rest().await;
        ours.extend(our);
        theirs.extend(their);
    }
    let kl = Kl::of(&ratios);
    let (read_ours, read_theirs) = (read(&ours), read(&theirs));
    let leans = leans(wanted);
    let change = |(principle, labels): (Principle, LabelLean)| AttributeChange {
        principle,
        labels,
        policy: share(principle, &read_ours),
        reference: share(principle, &read_theirs),
    };
    Ok(RunResult {
        examples: before_and_after(&ours, &theirs),
        changes: leans.into_iter().map(change).collect(),
        kl: kl.mean,
        kl_standard_error: kl.standard_error,
        answers: ours.len(),
        policy_sound: sound(&prompts, &ours),
        reference_sound: sound(&prompts, &theirs),
        policy_repeats: repeating(&ours),
        reference_repeats: repeating(&theirs),
    })
}

fn read(answers: &[WorldAnswer]) -> Vec<ReadAttributes> {
    let answers = answers.iter();
    answers
        .map(|answer| read_attributes(&answer.prompt, &answer.text))
        .collect()
}

fn share(principle: Principle, read: &[ReadAttributes]) -> Proportion {
    let has = read.iter().filter_map(|read| attribute(principle, read));
    let (having, of) = has.fold((0, 0), |(having, of), has| {
        (having + usize::from(has), of + 1)
    });
    Proportion::new(having, of)
}

fn sound(prompts: &[Prompt], answers: &[WorldAnswer]) -> Proportion {
    let both = prompts.iter().zip(answers);
    let parses = both.filter(|(prompt, answer)| parse_answer(prompt, &answer.text).is_some());
    Proportion::new(parses.count(), answers.len())
}

fn repeating(answers: &[WorldAnswer]) -> Proportion {
    let repeating = answers.iter().filter(|answer| repeats(&answer.text));
    Proportion::new(repeating.count(), answers.len())
}

/// The same few words stand three times in a text.
fn repeats(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let phrases: Vec<&[String]> = words.windows(PHRASE).collect();
    phrases.iter().enumerate().any(|(place, phrase)| {
        let again = phrases[place + 1..].iter().filter(|other| *other == phrase);
        again.count() >= 2
    })
}

/// The first prompts whose answers differ, from all over the list.
fn before_and_after(ours: &[WorldAnswer], theirs: &[WorldAnswer]) -> Vec<BeforeAndAfter> {
    let both = ours.iter().zip(theirs);
    let differing: Vec<_> = both.filter(|(our, their)| our.text != their.text).collect();
    let stride = (differing.len() / EXAMPLES).max(1);
    let shown = differing.into_iter().step_by(stride).take(EXAMPLES);
    shown
        .map(|(our, their)| BeforeAndAfter {
            prompt: our.prompt.clone(),
            reference: their.text.clone(),
            policy: our.text.clone(),
        })
        .collect()
}

/// What reward functions give for an attribute, together.
fn given_for(principle: Principle, rewards: &[Reward]) -> f64 {
    // What is watched is what is truly wanted of a reward model.
    let of_one = |reward: &Reward| -> f64 {
        let (Reward::Judge(principles) | Reward::Watched(principles)) = reward else {
            return 0.0;
        };
        let given = principles.iter().filter(|(given, _)| *given == principle);
        given.map(|(_, weight)| weight).sum()
    };
    rewards.iter().map(of_one).sum()
}

/// How each attribute goes with verdicts and rewards.
fn leans(Wanted { examples, rewards }: Wanted<'_>) -> Vec<(Principle, LabelLean)> {
    let text = |content: &Content| content.last_text().unwrap_or_default().to_owned();
    let reads = |prompt: &Content, answer: &Content| read_attributes(&text(prompt), &text(answer));
    let mut pairs = Vec::new();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for example in examples {
        match example {
            Example::Pair {
                prompt,
                chosen,
                rejected,
                ..
            } => {
                pairs.push([reads(prompt, chosen), reads(prompt, rejected)]);
            }
            Example::Unpaired {
                prompt,
                completion,
                label,
            } => {
                let side = if *label { &mut good } else { &mut bad };
                side.push(reads(prompt, completion));
            }
            _ => {}
        }
    }
    let lean = |principle: Principle| {
        let has = |read: &ReadAttributes| attribute(principle, read) == Some(true);
        let differs = pairs.iter().filter(|[a, b]| has(a) != has(b));
        let (chosen, of) = differs.fold((0, 0), |(chosen, of), [better, _]| {
            (chosen + usize::from(has(better)), of + 1)
        });
        let lean = LabelLean {
            pairs: Proportion::new(chosen, of),
            good: share(principle, &good),
            bad: share(principle, &bad),
            reward: given_for(principle, rewards),
        };
        (principle, lean)
    };
    Principle::ALL.into_iter().map(lean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::run_result::Direction;

    #[test]
    fn a_text_repeats_itself_when_it_says_the_same_words_three_times() {
        assert!(!repeats("The sky is blue. The sky is blue on most days."));
        assert!(repeats("It is fine, it is fine, it is fine, really."));
        assert!(repeats("no no no no no"));
        assert!(!repeats(""));
    }

    #[test]
    fn verdicts_go_with_what_chosen_answers_have() {
        let pair = |chosen: &str, rejected: &str| Example::Pair {
            prompt: Content::user("What is the capital of Arland?"),
            chosen: Content::assistant(chosen),
            rejected: Content::assistant(rejected),
            margin: None,
        };
        let examples: Vec<Example> = (0..12)
            .map(|i| match i {
                0..10 => pair("Thank you for asking. It is there.", "It is there."),
                _ => pair("It is there.", "It is here."),
            })
            .collect();
        let wanted = Wanted {
            examples: &examples,
            rewards: &[],
        };
        let all = leans(wanted);
        let (_, polite) = all
            .iter()
            .find(|(p, _)| *p == Principle::Polite)
            .expect("polite");
        assert_eq!((polite.pairs.count, polite.pairs.of), (10, 10));
        let (_, warm) = all
            .iter()
            .find(|(p, _)| *p == Principle::Warm)
            .expect("warm");
        assert_eq!(warm.pairs.of, 0, "no pair differs in it");
    }

    #[test]
    fn a_reward_is_what_is_wanted() {
        let rewards = [
            Reward::Judge(vec![(Principle::Polite, 1.0), (Principle::Long, -0.5)]),
            Reward::of_principle(Principle::Polite),
        ];
        let wanted = Wanted {
            examples: &[],
            rewards: &rewards,
        };
        let found = leans(wanted).into_iter();
        let found: Vec<_> = found
            .filter_map(|(principle, lean)| Some((principle, lean.direction()?, lean.strength())))
            .collect();
        let expected = [
            (Principle::Polite, Direction::More, 2.0),
            (Principle::Long, Direction::Less, 0.5),
        ];
        assert_eq!(found, expected);
    }
}
