//! `tilt world`: exchanges of the little world, with their latent attributes.

use crate::files;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tilt_engine::world;
use tilt_protocol::dataset::write_jsonl;
use tilt_protocol::{Content, CuratedSet, Result};

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
    /// Write the curated preference sets into this folder instead.
    #[arg(long)]
    sets: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(folder) = &arguments.sets {
        return write_sets(folder, arguments.seed);
    }
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

/// A file a set, and a README that says what each is.
fn write_sets(folder: &Path, seed: u64) -> Result<()> {
    let mut readme = format!(
        "# Preference sets for practice\n\n\
         Pairs in TRL's conversational format (`prompt`, `chosen`, `rejected`), {} rows each, \
         written by the grammar of Tilt's little world, so that what differs between two answers \
         is known. The page offers them under \"Data and models\".\n\n\
         Made by `tilt world --sets public/datasets --seed {seed}`. `starter-pairs.json` holds \
         unlabelled answers of the shipped model (`tilt judge starter-pairs`).\n\n\
         | file | what is in it |\n|---|---|\n",
        world::SET_ROWS
    );
    for set in CuratedSet::all() {
        let name = format!("{}.jsonl", set.slug());
        let rows = world::curated_set(set, seed);
        files::write(&folder.join(&name), write_jsonl(&rows))?;
        let _ = writeln!(readme, "| [{name}]({name}) | {} |", set.explanation());
        eprintln!("{name}: {} rows", rows.len());
    }
    files::write(&folder.join("README.md"), readme)
}
