//! `tilt generate`: one answer, or the next-token distribution.

use crate::files;
use burn::tensor::Device;
use pollster::block_on;
use serde_json::json;
use std::path::PathBuf;
use tilt_engine::evaluate::{check_sampling, prompt_ids};
use tilt_engine::generate::{Pick, generate, next_token_logits, probabilities};
use tilt_protocol::{Error, Result, Sampling};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("input").required(true))]
pub struct Arguments {
    /// Model folder.
    #[arg(long)]
    model: PathBuf,
    /// A person's words; the model's chat template is applied.
    #[arg(long, group = "input")]
    prompt: Option<String>,
    /// Token ids, as they are: 1,2,3.
    #[arg(long, group = "input", value_delimiter = ',')]
    prompt_ids: Option<Vec<u32>>,
    /// Always the most likely token.
    #[arg(long)]
    greedy: bool,
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    #[arg(long)]
    top_k: Option<usize>,
    #[arg(long, default_value_t = 1.0)]
    top_p: f64,
    #[arg(long, default_value_t = 0.0)]
    min_p: f64,
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f64,
    #[arg(long, default_value_t = Sampling::NEW_TOKENS)]
    max_new_tokens: usize,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print the next token's probabilities by id instead.
    #[arg(long)]
    next_token: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let (model, arena) = files::load_model(&arguments.model, &Device::flex())?;
    let ids = match (&arguments.prompt, &arguments.prompt_ids) {
        (Some(prompt), _) => prompt_ids(&model, prompt)?,
        (None, Some(ids)) => ids.clone(),
        (None, None) => Vec::new(),
    };
    let sampling = Sampling {
        temperature: arguments.temperature,
        top_k: arguments.top_k,
        top_p: arguments.top_p,
        min_p: arguments.min_p,
        repetition_penalty: arguments.repetition_penalty,
        max_new_tokens: arguments.max_new_tokens,
        seed: arguments.seed,
    };
    check_sampling(&sampling)?;
    if arguments.next_token {
        let logits = block_on(next_token_logits(&model, &arena, &ids))?;
        return files::print_json(&json!({
            "prompt_ids": ids,
            "probabilities": probabilities(&logits, &ids, &sampling),
        }));
    }
    let pick = if arguments.greedy {
        Pick::Greedy
    } else {
        Pick::Sample(sampling)
    };
    let (max, seed) = (arguments.max_new_tokens, arguments.seed);
    let answers = block_on(generate(
        &model,
        &arena,
        std::slice::from_ref(&ids),
        pick,
        max,
        seed,
        0,
    ))?;
    let answer = answers
        .into_iter()
        .next()
        .ok_or_else(|| Error::internal("an answer was lost"))?;
    files::print_json(&json!({
        "text": model.text.as_ref().map(|text| text.decode(&answer.ids)),
        "prompt_ids": ids,
        "ids": answer.ids,
        "logps": answer.logps,
        "finished": answer.finished,
    }))
}
