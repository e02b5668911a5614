//! The README of a zip that continues a run in TRL.

use super::card::push_changes;
use super::meta::ExportMeta;
use super::papers::sources;
use super::trainer::TrlRun;
use crate::settings::TrainSettings;
use std::fmt::Write as _;

/// Below it Adam's steps follow what rounding leaves where a gradient cancels.
pub const SMALL_EPSILON: f64 = 1e-6;

/// What `README.md` beside `train.py` says. `rows` are those of `labels.jsonl`, `dropped`
/// those too long for the model, `shown_steps` those that `expected.json` has.
pub fn trl_readme(
    run: &TrlRun,
    settings: &TrainSettings,
    meta: &ExportMeta,
    rows: usize,
    dropped: usize,
    shown_steps: usize,
) -> String {
    let mut text = format!("# {} with TRL: a run of Tilt, continued\n\n", run.title);
    let base = meta.base_name();
    let _ = writeln!(
        text,
        "This folder repeats a run of Tilt with Hugging Face TRL: {} on {rows} rows, from {base}. \
         It runs on one machine as it is, and with `accelerate launch` on many. From here on the \
         model, the data and the settings are yours to make larger.\n",
        run.title
    );
    text.push_str(
        "| file | what is in it |\n|---|---|\n\
         | `reference/` | the model that the run starts from, in f32, for `from_pretrained` |\n\
         | `labels.jsonl` | the rows in TRL's format, in the order of the run's first epoch |\n\
         | `train.py` | the run |\n\
         | `requirements.txt` | the packages, in the versions that were tested |\n\
         | `expected.json` | the first losses, as Tilt computes them from these files |\n\n",
    );
    push_commands(
        &mut text,
        "prints both losses of each step",
        settings.batch_size,
    );
    text.push_str("## What is equal, and what is not\n\n");
    let _ = writeln!(
        text,
        "- The first {shown_steps} losses agree with `expected.json` to about 1e-5 of their \
         size on a CPU in f32; later ones drift apart as rounding adds up.\n\
         - Rows are visited in the order of the file, in every epoch. {}\n\
         - Everything is computed in f32, without dropout.",
        if settings.keep_order {
            "So did the run."
        } else {
            "The run shuffled them anew in later epochs: set `train_sampling_strategy=\"random\"` \
             in `train.py` to shuffle too (KTO needs the order)."
        }
    );
    if settings.adam_epsilon < SMALL_EPSILON {
        let _ = writeln!(
            text,
            "- `adam_epsilon` is {:e}: Adam then takes whole steps along gradients that are rounding \
             alone, and from the second step on losses may differ by some 1e-4.",
            settings.adam_epsilon
        );
    }
    if dropped > 0 {
        let _ = writeln!(
            text,
            "- {dropped} rows were too long for `max_length` and are left out, as TRL would."
        );
    }
    for note in &run.notes {
        let _ = writeln!(text, "- {note}");
    }
    if !meta.changes.is_empty() {
        text.push_str(
            "- The run was changed while it trained; `train.py` and `expected.json` have the last \
             values from the first step on, so they do not repeat it:\n\n",
        );
        push_changes(&mut text, meta);
    }
    push_sources(&mut text, settings);
    text
}

/// How the script is run; a `look` at its first steps does what this says.
pub(super) fn push_commands(text: &mut String, look: &str, batch_size: usize) {
    let _ = writeln!(
        text,
        "## On one machine\n\n```sh\npython -m venv .venv && . .venv/bin/activate\n\
         pip install -r requirements.txt\npython train.py --stop-after 3   # a first look: {look}\n\
         python train.py                  # the whole run; the model goes to trained/\n```\n"
    );
    let _ = writeln!(
        text,
        "## On many\n\n```sh\naccelerate config          # once: how many machines and devices\n\
         accelerate launch train.py\n```\n\n\
         or without questions, for two processes: `accelerate launch --num_processes 2 train.py` \
         (on CPUs: add `--cpu`). A micro-batch of {batch_size} rows is shared among the processes, so the run \
         stays the same; to train faster on larger batches, raise `BATCH_SIZE` in `train.py`.\n"
    );
}

/// Where the objective comes from.
pub(super) fn push_sources(text: &mut String, settings: &TrainSettings) {
    text.push_str("\n## The objective\n\n");
    for source in sources(&settings.objective) {
        let equation = match source.equation {
            Some(equation) => format!(", equation {equation}"),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "- {}: [{}]({}){equation}",
            source.part, source.paper, source.url
        );
    }
    text.push_str("\nTRL: von Werra et al., [github.com/huggingface/trl](https://github.com/huggingface/trl).\n");
}

#[cfg(test)]
mod tests {
    use super::super::trainer::trl_run;
    use super::*;
    use crate::objective_kind::ObjectiveKind;

    #[test]
    fn it_says_how_to_run_and_what_differs() {
        let settings = TrainSettings::lab_defaults(ObjectiveKind::Cdpo);
        let run = trl_run(&settings).unwrap();
        let text = trl_readme(&run, &settings, &ExportMeta::default(), 64, 2, 3);
        for part in [
            "accelerate launch",
            "64 rows",
            "2 rows were",
            "cdpo.pdf",
            "TRL has no cDPO",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_run_that_was_changed_in_its_midst_is_not_said_to_be_repeated() {
        let settings = TrainSettings::lab_defaults(ObjectiveKind::Dpo);
        let run = trl_run(&settings).unwrap();
        let mut meta = ExportMeta::default();
        assert!(!trl_readme(&run, &settings, &meta, 64, 0, 3).contains("was changed"));
        meta.changes = vec!["after step 40: \u{3b2} 0.1 \u{2192} 0.3".to_owned()];
        let text = trl_readme(&run, &settings, &meta, 64, 0, 3);
        assert!(text.contains("do not repeat it") && text.contains("after step 40"));
    }
}
