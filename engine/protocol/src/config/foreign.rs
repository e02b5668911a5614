//! Fields of a config file that are not read, and what they are.
//!
//! The config that TRL itself writes (`to_json_string`) has all arguments of its trainer. It
//! is refused, since a field that is passed over might have been meant; but all at once, and
//! with the word that most of them can simply go.

use crate::error::Error;

/// Arguments of TRL's trainers that say where and how to compute, log and store: here they
/// change nothing.
const WITHOUT_EFFECT: [&str; 103] = [
    "accelerator_config",
    "activation_checkpointing",
    "activation_checkpointing_kwargs",
    "activation_offloading",
    "auto_find_batch_size",
    "batch_eval_metrics",
    "bf16_full_eval",
    "dataloader_in_order",
    "dataloader_multiprocessing_context",
    "dataloader_num_workers",
    "dataloader_persistent_workers",
    "dataloader_pin_memory",
    "dataloader_prefetch_factor",
    "dataset_num_proc",
    "ddp_backend",
    "ddp_broadcast_buffers",
    "ddp_bucket_cap_mb",
    "ddp_find_unused_parameters",
    "ddp_static_graph",
    "ddp_timeout",
    "debug",
    "deepspeed",
    "disable_tqdm",
    "do_eval",
    "do_predict",
    "do_train",
    "enable_jit_checkpoint",
    "eval_accumulation_steps",
    "eval_delay",
    "eval_do_concat_batches",
    "eval_on_start",
    "eval_packing",
    "eval_steps",
    "eval_strategy",
    "eval_use_gather_object",
    "evaluation_strategy",
    "fp16_full_eval",
    "fsdp",
    "fsdp_config",
    "full_determinism",
    "generate_during_eval",
    "gradient_checkpointing",
    "gradient_checkpointing_kwargs",
    "greater_is_better",
    "hub_always_push",
    "hub_model_id",
    "hub_private_repo",
    "hub_revision",
    "hub_strategy",
    "hub_token",
    "ignore_data_skip",
    "include_for_metrics",
    "include_num_input_tokens_seen",
    "is_encoder_decoder",
    "jit_mode_eval",
    "label_names",
    "length_column_name",
    "liger_kernel_config",
    "load_best_model_at_end",
    "local_rank",
    "log_level",
    "log_level_replica",
    "log_on_each_node",
    "logging_dir",
    "logging_first_step",
    "logging_nan_inf_filter",
    "logging_steps",
    "logging_strategy",
    "metric_for_best_model",
    "no_cuda",
    "output_dir",
    "overwrite_output_dir",
    "parallelism_config",
    "per_device_eval_batch_size",
    "precompute_ref_batch_size",
    "precompute_ref_log_probs",
    "prediction_loss_only",
    "project",
    "push_to_hub",
    "remove_unused_columns",
    "report_to",
    "restore_callback_states_from_checkpoint",
    "resume_from_checkpoint",
    "run_name",
    "save_on_each_node",
    "save_only_model",
    "save_safetensors",
    "save_steps",
    "save_strategy",
    "save_total_limit",
    "skip_memory_metrics",
    "torch_compile",
    "torch_compile_backend",
    "torch_compile_mode",
    "torch_empty_cache_steps",
    "trackio_bucket_id",
    "trackio_space_id",
    "trackio_static_space_id",
    "trust_remote_code",
    "use_cache",
    "use_cpu",
    "use_liger_kernel",
    "use_mps_device",
];

/// Arguments that change a run's numbers in TRL, and that Tilt does not have.
const NOT_HERE: [&str; 32] = [
    "assistant_only_loss",
    "average_tokens_across_devices",
    "bf16",
    "chat_template_path",
    "data_seed",
    "dataloader_drop_last",
    "dataset_kwargs",
    "dataset_text_field",
    "disable_dropout",
    "eos_token",
    "fp16",
    "group_by_length",
    "label_smoothing_factor",
    "lr_scheduler_kwargs",
    "max_prompt_length",
    "model_init_kwargs",
    "neftune_noise_alpha",
    "optim",
    "optim_args",
    "optim_target_modules",
    "packing",
    "packing_strategy",
    "pad_to_multiple_of",
    "pad_token",
    "padding_free",
    "padding_value",
    "router_aux_loss_coef",
    "shuffle_dataset",
    "tf32",
    "train_sampling_strategy",
    "truncation_mode",
    "warmup_ratio",
];

/// The refusal of fields that are not `known`; `None` where all are.
pub fn refusal<'a>(names: impl Iterator<Item = &'a String>, known: &[&str]) -> Option<Error> {
    let foreign: Vec<&String> = names
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    let of = |list: &[&str]| -> Vec<String> {
        let listed = foreign.iter().filter(|name| list.contains(&name.as_str()));
        listed.map(|name| (*name).clone()).collect()
    };
    let (without_effect, not_here) = (of(&WITHOUT_EFFECT), of(&NOT_HERE));
    let unknown: Vec<(String, Option<String>)> = foreign
        .iter()
        .filter(|name| !without_effect.contains(name) && !not_here.contains(name))
        .map(|name| ((*name).clone(), nearest(name, known).map(str::to_owned)))
        .collect();
    match (&without_effect[..], &not_here[..], &unknown[..]) {
        ([], [], []) => None,
        ([], [], [(field, nearest)]) => Some(Error::UnknownField {
            field: field.clone(),
            nearest: nearest.clone(),
        }),
        _ => Some(Error::ForeignFields {
            without_effect,
            not_here,
            unknown,
        }),
    }
}

/// The known name with the smallest edit distance, if it is near enough to be a slip.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (edit_distance(name, candidate), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= name.len().max(4) / 2)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FIELDS;

    #[test]
    fn no_field_stands_in_two_lists() {
        for name in WITHOUT_EFFECT {
            assert!(
                !NOT_HERE.contains(&name) && !FIELDS.contains(&name),
                "{name}"
            );
        }
        assert!(NOT_HERE.iter().all(|name| !FIELDS.contains(name)));
    }

    #[test]
    fn all_foreign_fields_are_told_at_once() {
        let told = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            refusal(names.iter(), &FIELDS).map(|error| error.to_string())
        };
        assert_eq!(told(&["beta", "seed"]), None);
        assert_eq!(
            told(&["beta", "learning_rat"]).as_deref(),
            Some("unknown field \"learning_rat\", did you mean \"learning_rate\"?")
        );
        assert_eq!(
            told(&["betta", "bf16", "output_dir", "report_to", "zzzzzzzzzzzz"]).as_deref(),
            Some(
                "fields that are not read: \"betta\" (unknown, did you mean \"beta\"?), \
                 \"zzzzzzzzzzzz\" (unknown); \"bf16\" (an argument of TRL's trainers that changes a run, and that \
                 Tilt does not have); \"output_dir\", \"report_to\" (arguments of TRL's trainers \
                 without effect here); take them out"
            )
        );
    }
}
