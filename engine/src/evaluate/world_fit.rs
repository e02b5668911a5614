//! How close a model is to the world it was trained on: its loss against the world's own
//! entropy, which no model can undercut.

use crate::logps;
use crate::model::Model;
use crate::pretrain::sequences_of;
use crate::random::Random;
use crate::sequence::Sequence;
use crate::world::{Exchange, Family, Prompt};
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::Result;

/// A model's loss on fresh answers of the world, and the floor under it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WorldFit {
    pub answers: usize,
    /// Mean nats an answer under the model.
    pub nats: f64,
    /// The same answers under the world itself, exactly.
    pub floor: f64,
    /// Standard error of the difference, nats, over the answers drawn.
    pub standard_error: f64,
}

impl WorldFit {
    /// By how much the loss is above the floor, as a share of the floor.
    pub fn excess(&self) -> f64 {
        self.nats / self.floor - 1.0
    }

    fn of(differences: &[(f64, f64)]) -> WorldFit {
        let count = differences.len().max(1) as f64;
        let mean =
            |read: &dyn Fn(&(f64, f64)) -> f64| differences.iter().map(read).sum::<f64>() / count;
        let (nats, floor) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
        let gap = nats - floor;
        let variance = mean(&|pair| (pair.0 - pair.1 - gap).powi(2));
        WorldFit {
            answers: differences.len(),
            nats,
            floor,
            standard_error: (variance / count).sqrt(),
        }
    }
}

/// The loss on `per_prompt` fresh answers to each prompt; together, and by family.
///
/// # Errors
/// [`tilt_protocol::Error::NoTokenizer`], [`tilt_protocol::Error::Device`].
pub async fn world_fit(
    model: &Model,
    arena: &Tensor<1>,
    prompts: Vec<Prompt>,
    seed: u64,
    per_prompt: usize,
) -> Result<(WorldFit, Vec<(Family, WorldFit)>)> {
    let mut random = Random::from_seed_for(seed, "validation");
    let exchanges: Vec<Exchange> = prompts
        .into_iter()
        .flat_map(|prompt| std::iter::repeat_n(prompt, per_prompt))
        .map(|prompt| Exchange::answer_to(prompt, &mut random))
        .collect();
    let sequences = sequences_of(model, &exchanges)?;
    let refs: Vec<&Sequence> = sequences.iter().collect();
    let scored = logps::sequence_logps(model, arena, &refs, 32).await?;
    let losses: Vec<(Family, (f64, f64))> = exchanges
        .iter()
        .zip(&scored)
        .map(|(exchange, logp)| (exchange.prompt.family, (-logp.sum.0, exchange.answer_nats)))
        .collect();
    let all: Vec<(f64, f64)> = losses.iter().map(|(_, pair)| *pair).collect();
    let families = Family::ALL
        .into_iter()
        .map(|family| {
            let own: Vec<(f64, f64)> = losses
                .iter()
                .filter(|(other, _)| *other == family)
                .map(|(_, pair)| *pair)
                .collect();
            (family, WorldFit::of(&own))
        })
        .collect();
    Ok((WorldFit::of(&all), families))
}
