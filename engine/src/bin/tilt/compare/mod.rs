//! `tilt compare`: the roads from labels to a policy, one beside the other: what each needs,
//! and what comes of it.

mod table;

use crate::files;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::path::PathBuf;
use table::Table;
use tilt_engine::evaluate::{DECISIVE_WANTED, RoadTask};
use tilt_engine::model::Model;
use tilt_protocol::roads::{Road, RoadOutcome, RoadRow};
use tilt_protocol::{Error, Principle, Result, TrainSettings};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long)]
    model: PathBuf,
    /// What the judge labels by, and rewards.
    #[arg(long)]
    principle: String,
    /// Of labels, runs and measurements.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4,5")]
    seeds: Vec<u64>,
    /// Objectives on labels (dpo), on these in two rounds (dpo+dpo), on the policy's own answers
    /// under the judge (grpo), or under a reward model that is trained on the labels
    /// (reward_model+grpo).
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "dpo,dpo+dpo,ipo,kto,orpo,simpo,online_dpo,rloo,grpo,ppo,reward_model+rloo,reward_model+ppo"
    )]
    roads: Vec<String>,
    /// Factors of the page's learning rate that are tried too, from the first seed: lr_share is
    /// the share of them that ends well.
    #[arg(long, value_delimiter = ',')]
    rates: Vec<f64>,
    /// Decisive pairs that the judge labels.
    #[arg(long, default_value_t = 64)]
    labels: usize,
    /// Decisive comparisons of a win rate.
    #[arg(long, default_value_t = DECISIVE_WANTED)]
    decisive: usize,
    /// Optimiser steps in place of the page's.
    #[arg(long)]
    steps: Option<usize>,
    /// In place of the page's learning rate.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Write the table here too.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write it as Markdown instead of JSON.
    #[arg(long)]
    markdown: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let principle = Principle::from_slug(&arguments.principle).ok_or_else(|| {
        let slugs = Principle::ALL.map(Principle::slug).join(", ");
        Error::invalid("--principle", &arguments.principle, slugs)
    })?;
    let roads = arguments.roads.iter().map(|slug| {
        let expected = "an objective that trains a policy, one on labels twice, such as dpo+dpo, or reward_model+ and one that samples its answers, such as reward_model+grpo";
        Road::from_slug(slug.trim()).ok_or_else(|| Error::invalid("--roads", slug, expected))
    });
    let roads = roads.collect::<Result<Vec<_>>>()?;
    if let Some(rate) = arguments
        .rates
        .iter()
        .find(|rate| rate.is_nan() || **rate <= 0.0)
    {
        return Err(Error::invalid("--rates", rate, "factors above 0"));
    }
    let (model, reference) = files::load_model(&arguments.model, &Device::flex())?;
    let mut table = Table {
        principle: principle.slug().to_owned(),
        model: files::name_of(&arguments.model),
        labels: arguments.labels,
        rows: Vec::new(),
    };
    for road in roads {
        let tasks = Tasks {
            arguments,
            model: &model,
            reference: &reference,
            road,
            principle,
        };
        table.rows.push(tasks.row()?);
    }
    if let Some(file) = &arguments.out {
        let text = match arguments.markdown {
            true => table.markdown(),
            false => serde_json::to_string_pretty(&table).map_err(Error::internal)?,
        };
        files::write(file, text)?;
    }
    match arguments.markdown {
        true => print!("{}", table.markdown()),
        false => files::print_json(&table)?,
    }
    Ok(())
}

/// The runs of one road.
struct Tasks<'a> {
    arguments: &'a Arguments,
    model: &'a Model,
    reference: &'a Tensor<1>,
    road: Road,
    principle: Principle,
}

impl Tasks<'_> {
    fn row(&self) -> Result<RoadRow> {
        let mut outcomes = Vec::new();
        for &seed in &self.arguments.seeds {
            outcomes.push(self.one(seed, self.arguments.learning_rate)?);
        }
        let mut rates = Vec::new();
        for factor in &self.arguments.rates {
            let usual = TrainSettings::lab_defaults(self.road.objective()).learning_rate;
            let usual = self.arguments.learning_rate.unwrap_or(usual);
            let seed = self.arguments.seeds.first().copied().unwrap_or(1);
            rates.push(self.one(seed, Some(factor * usual))?);
        }
        Ok(RoadRow::new(self.road, outcomes, rates))
    }

    fn one(&self, seed: u64, learning_rate: Option<f64>) -> Result<RoadOutcome> {
        let task = RoadTask {
            road: self.road,
            principle: self.principle,
            seed,
            labels: self.arguments.labels,
            decisive: self.arguments.decisive,
            learning_rate,
            steps: self.arguments.steps,
        };
        let outcome = block_on(task.run(self.model, self.reference, None))?;
        eprintln!("{}", table::sentence(self.road, &outcome));
        Ok(outcome)
    }
}
