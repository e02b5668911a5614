//! Whether a GPU computes what the CPU does: asked before it is used.
//!
//! A small GPT goes forward and back on both, with a language head and with a scalar one, makes a
//! step of the optimiser, and answers prompts; another one has widths that four does not divide.
//! Everything that a kernel writes is compared part by part, each with numbers of its own size: a gradient of
//! queries and keys is much smaller than one of the embeddings, and would be lost beside it.
//! That no kernel can be broken without being seen is tested by breaking each of them.

use crate::adamw::AdamW;
use crate::batch::Batch;
use crate::generate::{Pick, generate};
use crate::gpt_config::GptConfig;
use crate::kernels::STATISTICS;
use crate::kernels::shape::Shape;
use crate::layout::Layout;
use crate::model::Model;
use crate::pass::{forward_logps, forward_scalars};
use crate::random::Random;
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::{Device, Tensor};
use tilt_protocol::{Error, ObjectiveKind, Result, Sampling, TrainSettings};

/// How far a number may lie from the CPU's, in shares of the largest one of its part. f32 sums
/// in another order, and a GPU's `exp` and `log`, stay well below it.
const TOLERANCE: f32 = 1e-3;

/// Values of one kind, with their name for messages.
#[derive(Clone, Debug)]
struct NamedValues {
    name: String,
    values: Vec<f32>,
}

/// Compares a device with the CPU.
///
/// # Errors
/// [`Error::Device`] saying what differed, and those of a pass.
pub async fn self_test(device: &Device) -> Result<()> {
    for is_tied in [true, false] {
        let expected = parts(&Device::flex(), is_tied).await?;
        let found = parts(device, is_tied).await?;
        compare(&found, &expected)?;
    }
    Ok(())
}

fn compare(found: &[NamedValues], expected: &[NamedValues]) -> Result<()> {
    let refused = |reason: String| Error::Device {
        device: "WebGPU".to_owned(),
        reason,
    };
    if found.len() != expected.len() {
        return Err(refused(
            "its self-test gave other parts than the CPU's".to_owned(),
        ));
    }
    for (found, expected) in found.iter().zip(expected) {
        let name = &expected.name;
        if found.values.len() != expected.values.len() {
            return Err(refused(format!(
                "it gave another number of {name} than the CPU"
            )));
        }
        let largest = |most: f32, number: f32| most.max(number.abs());
        let size = expected.values.iter().copied().fold(0.0, largest);
        let pairs = found.values.iter().zip(&expected.values);
        // Not by the largest difference: that would lose a NaN.
        let off = pairs
            .map(|(a, b)| (a - b).abs())
            .find(|off| off.is_nan() || *off > TOLERANCE * size);
        if let Some(off) = off {
            return Err(refused(format!(
                "its {name} differ from the CPU's by {off:e}, expected at most {TOLERANCE:e} of the largest, {size:e}"
            )));
        }
    }
    Ok(())
}

/// Two blocks, heads of more than one vec4, sizes that tiles do not divide.
fn config(is_tied: bool) -> GptConfig {
    let mut config = GptConfig::new(37, 24, 24, 2, 3);
    config.is_tied = is_tied;
    config.eos_token_id = Some(END);
    config
}

/// The token that the weights make the most likely one nearly everywhere.
const FAVOURITE: u32 = 3;

/// The token that ends an answer.
const END: u32 = 5;

/// Weights large enough that every part matters, biases and gains too.
fn weights(layout: &Layout, config: &GptConfig) -> Vec<f32> {
    let mut random = Random::from_seed_for(1, "self-test");
    let mut numbers = Model::initial_weights(layout, config, 1);
    for number in &mut numbers {
        *number += (0.2 * random.normal()) as f32;
    }
    let shape = Shape::new(config);
    let favourite = shape.head.start + FAVOURITE as usize * shape.width;
    for (column, bias) in shape.last.bias.enumerate() {
        numbers[bias] += 3.0 * numbers[favourite + column];
    }
    numbers
}

/// Prompts that two rows share, and some that none does; of several lengths, one empty.
fn rows() -> Vec<Sequence> {
    let mut random = Random::from_seed_for(2, "self-test");
    // Some are the most likely token, so that there is something to be right about.
    let id = |at: usize, drawn: usize| match at % 3 {
        2 => FAVOURITE,
        _ => drawn as u32,
    };
    let mut ids =
        |count: usize| -> Vec<u32> { (0..count).map(|at| id(at, random.below(37))).collect() };
    let (first, second) = (ids(5), ids(3));
    let shapes = [
        (&first, 7),
        (&first, 4),
        (&second, 9),
        (&second, 1),
        (&second, 6),
    ];
    let mut rows: Vec<Sequence> = shapes
        .into_iter()
        .map(|(prompt, completion)| Sequence {
            prompt: prompt.clone(),
            completion: ids(completion),
        })
        .collect();
    for (prompt, completion) in [(2, 11), (0, 8)] {
        rows.push(Sequence {
            prompt: ids(prompt),
            completion: ids(completion),
        });
    }
    rows
}

/// Everything that the kernels give on a device.
async fn parts(device: &Device, is_tied: bool) -> Result<Vec<NamedValues>> {
    let config = config(is_tied);
    let layout = Layout::of(&config);
    let numbers = weights(&layout, &config);
    let arena = Tensor::<1>::from_data(numbers.as_slice(), device);
    let model = Model::new(config, None, device);
    let batch = Batch::new(&rows(), 0)?;
    let forward = forward_logps(&model, &arena, &batch, true)?;
    let mut random = Random::from_seed_for(3, "self-test");
    let upstream: Vec<f32> = (0..batch.scored())
        .map(|_| random.normal() as f32)
        .collect();
    let gradient = forward.tape.backward(&model, &batch, &upstream);
    let mut parts = vec![part("log-probs", read(forward.values).await?)];
    if let Some(statistics) = forward.statistics {
        let statistics = read(statistics).await?;
        for (index, numbers) in statistics.chunks(batch.scored()).enumerate() {
            parts.push(part(
                format!("statistics ({} of {STATISTICS})", index + 1),
                numbers,
            ));
        }
    }
    parts.extend(of_gradient(&model, &read(gradient).await?));
    parts.extend(of_update(&model, &arena).await?);
    parts.extend(of_answers(&model, &arena).await?);
    if is_tied {
        parts.extend(of_scalars(device).await?);
        parts.extend(of_distributions(device).await?);
    }
    Ok(parts)
}

/// Distributions as targets, of a model whose widths are no vec4s.
async fn of_distributions(device: &Device) -> Result<Vec<NamedValues>> {
    let mut config = GptConfig::new(37, 24, 15, 1, 3);
    config.n_inner = 30;
    let layout = Layout::of(&config);
    let numbers = weights(&layout, &config);
    let arena = Tensor::<1>::from_data(numbers.as_slice(), device);
    let model = Model::new(config, None, device);
    let rows = rows();
    let mut random = Random::from_seed_for(6, "self-test");
    let scored = Batch::new(&rows, 0)?.scored();
    let mut id = || random.below(37) as u32;
    let soft_targets = (0..scored).map(|_| vec![(id(), 0.7), (id(), 0.3)]);
    let batch = Batch::towards(&rows, soft_targets.collect(), 0)?;
    let forward = forward_logps(&model, &arena, &batch, false)?;
    let upstream: Vec<f32> = (0..scored).map(|_| random.normal() as f32).collect();
    let gradient = forward.tape.backward(&model, &batch, &upstream);
    let values = read(forward.values).await?;
    let mut parts = vec![part("log-probs under distributions", values)];
    parts.extend(of_gradient(&model, &read(gradient).await?));
    Ok(parts)
}

/// A scalar head at the begin and the end of each row.
async fn of_scalars(device: &Device) -> Result<Vec<NamedValues>> {
    let mut config = config(true);
    config.has_score_head = true;
    let layout = Layout::of(&config);
    let numbers = weights(&layout, &config);
    let arena = Tensor::<1>::from_data(numbers.as_slice(), device);
    let model = Model::new(config, None, device);
    let rows = rows();
    let batch = Batch::whole(&rows, 0)?;
    let len = |row: &Sequence| row.prompt.len() + row.completion.len();
    let places = rows.iter().enumerate();
    let places = places.flat_map(|(index, row)| [(index, 0), (index, len(row) - 1)]);
    let places: Vec<(usize, usize)> = places.collect();
    let forward = forward_scalars(&model, &arena, &batch, &places)?;
    let mut random = Random::from_seed_for(5, "self-test");
    let upstream: Vec<f32> = places.iter().map(|_| random.normal() as f32).collect();
    let gradient = forward.tape.backward(&model, &batch, &upstream);
    let mut parts = vec![part("values of a scalar head", read(forward.values).await?)];
    parts.extend(of_gradient(&model, &read(gradient).await?));
    Ok(parts)
}

fn part(name: impl ToString, numbers: impl Into<Vec<f32>>) -> NamedValues {
    NamedValues {
        name: name.to_string(),
        values: numbers.into(),
    }
}

/// A gradient slot by slot; those of queries, keys and values also each by itself.
fn of_gradient(model: &Model, gradient: &[f32]) -> Vec<NamedValues> {
    let d = model.config.n_embd;
    let mut parts = Vec::new();
    for slot in &model.layout.slots {
        let numbers = &gradient[slot.range()];
        parts.push(part(format!("gradients of {}", slot.name), numbers));
        // Softmax does not feel a shift of the keys: the gradient of their bias is zero, and
        // has no size of its own.
        let thirds: &[(usize, &str)] = match slot.name.rsplit_once("attn.c_attn.") {
            Some((_, "weight")) => &[(0, "queries"), (1, "keys"), (2, "values")],
            Some((_, "bias")) => &[(0, "queries"), (2, "values")],
            _ => &[],
        };
        for &(third, what) in thirds {
            let rows = numbers.chunks_exact(3 * d);
            let own = rows
                .flat_map(|row| &row[third * d..(third + 1) * d])
                .copied();
            let name = format!("gradients of {} ({what})", slot.name);
            parts.push(part(name, own.collect::<Vec<f32>>()));
        }
    }
    parts
}

/// Two steps of the optimiser on gradients that are the same on every device.
async fn of_update(model: &Model, arena: &Tensor<1>) -> Result<Vec<NamedValues>> {
    let settings = TrainSettings {
        max_grad_norm: 1.0,
        weight_decay: 0.1,
        ..TrainSettings::trl_defaults(ObjectiveKind::Dpo.with_beta(0.1))
    };
    let mut adamw = AdamW::new(&model.layout, false, &model.device);
    let mut at = arena.clone();
    let mut norms = Vec::new();
    let mut random = Random::from_seed_for(4, "self-test");
    for _ in 0..2 {
        let gradient: Vec<f32> = (0..model.layout.len)
            .map(|_| random.normal() as f32)
            .collect();
        let gradient = Tensor::from_data(gradient.as_slice(), &model.device);
        let (next, norm) = adamw.clipped_update(at, gradient, 0.01, &settings);
        at = next;
        norms.push(norm.read().await? as f32);
    }
    let moved = read(at - arena.clone()).await?;
    Ok(vec![
        part("gradient norms", norms),
        part("steps of the optimiser", moved),
        part("first moments", read(adamw.first.clone()).await?),
        part("second moments", read(adamw.second.clone()).await?),
    ])
}

/// Seed of the answers: none of their draws is so near to another token that rounding could
/// decide it (a test looks).
const ANSWERS_SEED: u64 = 116;

/// Tokens of an answer at most: several readbacks, and yet few draws that could be near another.
const ANSWER_TOKENS: usize = 10;

/// How the answers are drawn: the likeliest, from everything, and through every filter; the one
/// against what is rare by itself, or no other would be seen to drop anything.
fn picks() -> [(&'static str, Pick); 4] {
    let all = Sampling::default();
    let filters = Sampling {
        temperature: 1.4,
        top_k: Some(6),
        top_p: 0.7,
        repetition_penalty: 1.4,
        ..all
    };
    let not_rare = Sampling { min_p: 0.4, ..all };
    [
        ("likeliest", Pick::Greedy),
        ("sampled", Pick::Sample(all)),
        ("filtered", Pick::Sample(filters)),
        ("not rare", Pick::Sample(not_rare)),
    ]
}

/// What is answered: prompts that two rows share, and one that none does.
fn prompts() -> Vec<Vec<u32>> {
    let rows = rows().into_iter().map(|row| row.prompt);
    rows.filter(|prompt| !prompt.is_empty()).collect()
}

/// Answers with their log-probs. A token is another one or it is not: that is beyond any
/// tolerance.
async fn of_answers(model: &Model, arena: &Tensor<1>) -> Result<Vec<NamedValues>> {
    let mut parts = Vec::new();
    for (what, pick) in picks() {
        let most = ANSWER_TOKENS;
        let answers = generate(model, arena, &prompts(), pick, most, ANSWERS_SEED, 0).await?;
        let ids = answers.iter().flat_map(|answer| &answer.ids);
        let ids: Vec<f32> = ids.map(|&id| id as f32).collect();
        parts.push(part(format!("answers ({what})"), ids));
        let logps = answers.iter().flat_map(|answer| &answer.logps);
        let logps: Vec<f32> = logps.map(|&logp| logp as f32).collect();
        parts.push(part(format!("log-probs of answers ({what})"), logps));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests;
