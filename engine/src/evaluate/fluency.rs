//! How well a model speaks the world's language, and how well the judge reads it.

use crate::evaluate::answers::answer_prompts;
use crate::generate::GENERATION_BATCH;
use crate::judge::{ReadAttributes, read_attributes};
use crate::model::Model;
use crate::world::{
    Attributes, Exchange, Length, ON_TOPIC_RATE, OVER_REFUSAL_RATE, Prompt, REFUSAL_RATE,
    parse_answer,
};
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::{Result, Sampling};

/// An attribute's share among answers, and what the generator is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Frequency {
    pub attribute: &'static str,
    /// Answers to which it applies.
    pub answers: usize,
    pub share: f64,
    /// The generator's own.
    pub expected: f64,
}

/// Answers sampled at temperature 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fluency {
    pub answers: usize,
    /// Share that the grammar could have written to the same prompt: then it is also on
    /// topic, or drawn not to be.
    pub parses: f64,
    /// Over all answers, as the judge reads them: those that do not parse are more often
    /// long, so the others alone would seem too short.
    pub frequencies: Vec<Frequency>,
    /// Over the answers that parse: how often the judge reads what the grammar says.
    pub judge: Vec<AttributeAgreement>,
    /// A few that do not parse, for people to read.
    pub strange: Vec<[String; 2]>,
}

/// How often the judge reads an attribute as it was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AttributeAgreement {
    pub attribute: &'static str,
    pub answers: usize,
    pub share: f64,
}

const STRANGE_SHOWN: usize = 8;

/// One answer to each prompt, repeated with further seeds.
///
/// # Errors
/// Those of [`crate::generate::generate`].
pub async fn fluency(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[Prompt],
    seed: u64,
    rounds: usize,
) -> Result<Fluency> {
    let sampling = Sampling {
        seed,
        ..Sampling::default()
    };
    let repeated: Vec<&Prompt> = (0..rounds).flat_map(|_| prompts).collect();
    let mut read: Vec<(&Prompt, ReadAttributes)> = Vec::new();
    let mut parsed: Vec<(&Prompt, Attributes, ReadAttributes)> = Vec::new();
    let mut strange = Vec::new();
    let mut first = 0;
    for chunk in repeated.chunks(GENERATION_BATCH) {
        let texts: Vec<&str> = chunk.iter().map(|prompt| prompt.text.as_str()).collect();
        let answers = answer_prompts(model, arena, &texts, &sampling, first, None).await?;
        first += chunk.len();
        for (&prompt, answer) in chunk.iter().zip(answers) {
            let reading = read_attributes(&prompt.text, &answer.text);
            read.push((prompt, reading));
            match parse_answer(prompt, &answer.text) {
                Some(attributes) => parsed.push((prompt, attributes, reading)),
                None if strange.len() < STRANGE_SHOWN => {
                    strange.push([prompt.text.clone(), answer.text]);
                }
                None => {}
            }
        }
    }
    Ok(Fluency {
        answers: repeated.len(),
        parses: parsed.len() as f64 / repeated.len().max(1) as f64,
        frequencies: frequencies(&read),
        judge: agreements(&parsed),
        strange,
    })
}

/// How often the judge reads the world's own text as it was drawn.
pub fn judge_on_world(exchanges: &[Exchange]) -> Vec<AttributeAgreement> {
    let read: Vec<(&Prompt, Attributes, ReadAttributes)> = exchanges
        .iter()
        .map(|exchange| {
            let read = read_attributes(&exchange.prompt.text, &exchange.answer);
            (&exchange.prompt, exchange.attributes, read)
        })
        .collect();
    agreements(&read)
}

fn frequencies(read: &[(&Prompt, ReadAttributes)]) -> Vec<Frequency> {
    let frequency =
        |attribute, expected, select: &dyn Fn(&Prompt, &ReadAttributes) -> Option<bool>| {
            let applies: Vec<bool> = read
                .iter()
                .filter_map(|(prompt, reading)| select(prompt, reading))
                .collect();
            let having = applies.iter().filter(|&&has| has).count();
            Frequency {
                attribute,
                answers: applies.len(),
                share: having as f64 / applies.len().max(1) as f64,
                expected,
            }
        };
    let third = 1.0 / 3.0;
    vec![
        frequency("truthful", 0.5, &|_, a| a.truthful),
        frequency("polite", 0.5, &|_, a| Some(a.polite)),
        frequency("short", third, &|_, a| Some(a.length == Length::Short)),
        frequency("medium", third, &|_, a| Some(a.length == Length::Medium)),
        frequency("long", third, &|_, a| Some(a.length == Length::Long)),
        frequency("warm", 0.5, &|_, a| Some(a.warm)),
        frequency("direct", 0.5, &|_, a| Some(a.direct)),
        frequency(
            "declines what ought to be declined",
            REFUSAL_RATE,
            &|p, a| p.should_decline.then_some(a.refuses),
        ),
        frequency("declines anything else", OVER_REFUSAL_RATE, &|p, a| {
            (!p.should_decline).then_some(a.refuses)
        }),
        frequency(
            "on topic, where it does not decline",
            ON_TOPIC_RATE,
            &|_, a| {
                if a.refuses { None } else { a.on_topic }
            },
        ),
    ]
}

fn agreements(read: &[(&Prompt, Attributes, ReadAttributes)]) -> Vec<AttributeAgreement> {
    let agreement = |attribute, agrees: &dyn Fn(&Attributes, &ReadAttributes) -> bool| {
        let good = read.iter().filter(|(_, drawn, read)| agrees(drawn, read));
        AttributeAgreement {
            attribute,
            answers: read.len(),
            share: good.count() as f64 / read.len().max(1) as f64,
        }
    };
    vec![
        agreement("truthful", &|drawn, read| drawn.truthful == read.truthful),
        agreement("polite", &|drawn, read| drawn.polite == read.polite),
        agreement("length", &|drawn, read| drawn.length == read.length),
        agreement("warm", &|drawn, read| drawn.warm == read.warm),
        agreement("direct", &|drawn, read| drawn.direct == read.direct),
        agreement("refuses", &|drawn, read| drawn.refuses == read.refuses),
        agreement("on topic", &|drawn, read| {
            Some(drawn.on_topic) == read.on_topic
        }),
    ]
}
