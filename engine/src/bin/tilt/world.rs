//! `tilt world`: exchanges of the little world, with their latent attributes.

use crate::files;
use serde_json::json;
use tilt_engine::world;
use tilt_protocol::{Content, Result};

#[derive(clap::Args)]
pub struct Arguments {
    /// Exchanges to write.
    #[arg(long, default_value_t = 100)]
    count: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the prompts instead: training and held-out.
    #[arg(long)]
    prompts: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.prompts {
        let texts = |prompts: Vec<world::Prompt>| -> Vec<String> {
            prompts.into_iter().map(|prompt| prompt.text).collect()
        };
        return files::print_json(&json!({
            "training": texts(world::training_prompts()),
            "held_out": texts(world::held_out_prompts()),
        }));
    }
    for exchange in world::corpus(arguments.seed).take(arguments.count) {
        files::print_json(&json!({
            "prompt": Content::user(&exchange.prompt.text),
            "completion": Content::assistant(&exchange.answer),
            "attributes": exchange.attributes,
            "nats": exchange.answer_nats,
        }))?;
    }
    Ok(())
}
