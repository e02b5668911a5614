//! The README of a zip that continues a run on its own answers in TRL.

use super::card::push_changes;
use super::guide::{push_commands, push_sources};
use super::meta::ExportMeta;
use super::trainer::{TrlReward, TrlRun};
use crate::settings::TrainSettings;
use std::fmt::Write as _;

/// What `README.md` beside `train.py` says; `prompts` are those of `prompts.jsonl`.
pub fn online_readme(
    run: &TrlRun,
    settings: &TrainSettings,
    meta: &ExportMeta,
    prompts: usize,
) -> String {
    let mut text = format!("# {} with TRL: a run of Tilt, continued\n\n", run.title);
    let _ = writeln!(
        text,
        "This folder repeats a run of Tilt with Hugging Face TRL: {} on the policy's own answers to \
         {prompts} prompts, from {}. It runs on one machine as it is, and with `accelerate launch` \
         on many. From here on the model, the prompts and the settings are yours to make larger.\n",
        run.title,
        meta.base_name(),
    );
    text.push_str(
        "| file | what is in it |\n|---|---|\n\
         | `reference/` | the model that the run starts from, in f32, for `from_pretrained` |\n\
         | `prompts.jsonl` | the prompts in TRL's format |\n",
    );
    if run.rewards.contains(&TrlReward::Model) {
        text.push_str(
            "| `reward_model/` | the reward model of the labels, for `AutoModelForSequenceClassification` |\n",
        );
    }
    text.push_str(
        "| `train.py` | the run |\n\
         | `requirements.txt` | the packages, in the versions that were tested |\n\n",
    );
    push_commands(&mut text, "prints loss and reward", settings.batch_size);
    text.push_str("## What is equal, and what is not\n\n");
    text.push_str(
        "- Model, settings and rewards are those of the run. The answers are drawn anew, by another \
         generator: losses and rewards agree in distribution and not number by number.\n",
    );
    if run.rewards.contains(&TrlReward::Model) {
        text.push_str(
            "- Tilt gives a reward model's rewards in deviations from their mean over the labels. The \
             deviation is in the weights here; the mean is not, and makes no difference, since answers \
             are compared with each other.\n\
             - TRL reads an answer as text once more before it is scored, Tilt as the ids that were \
             drawn; an answer that was cut off gets an end of text in TRL.\n",
        );
    }
    text.push_str("- Everything is computed in f32, without dropout.\n");
    for note in &run.notes {
        let _ = writeln!(text, "- {note}");
    }
    if !meta.changes.is_empty() {
        text.push_str(
            "- The run was changed while it trained; `train.py` has the last values from the first \
             step on:\n\n",
        );
        push_changes(&mut text, meta);
    }
    push_sources(&mut text, settings);
    text
}

#[cfg(test)]
mod tests {
    use super::super::trainer::trl_run;
    use super::*;
    use crate::objective_kind::ObjectiveKind;
    use crate::reward::Reward;

    #[test]
    fn it_says_what_scores_the_answers_and_what_differs() {
        let settings = TrainSettings {
            rewards: Reward::all_of_specs("model watched:polite=1").unwrap(),
            ..TrainSettings::lab_defaults(ObjectiveKind::Grpo)
        };
        let run = trl_run(&settings).unwrap();
        let text = online_readme(&run, &settings, &ExportMeta::default(), 240);
        for part in [
            "240 prompts",
            "`reward_model/`",
            "drawn anew",
            "no judge of Tilt",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
