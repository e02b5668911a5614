//! Reading golden sets.

use serde_json::Value;
use tilt_engine::sequence::Sequence;

/// One folder of golden files.
pub struct GoldenSet {
    pub name: String,
    #[cfg(not(target_arch = "wasm32"))]
    folder: std::path::PathBuf,
}

#[cfg(not(target_arch = "wasm32"))]
impl GoldenSet {
    /// The folders below `TILT_GOLDEN` (or the project's own) that hold `losses.json`;
    /// the folder itself where it does.
    pub fn all() -> Vec<GoldenSet> {
        let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let root = std::env::var_os("TILT_GOLDEN").map_or(own, std::path::PathBuf::from);
        let below = std::fs::read_dir(&root)
            .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
            .filter_map(|entry| Some(entry.ok()?.path()));
        let mut folders: Vec<_> = std::iter::once(root.clone()).chain(below).collect();
        folders.retain(|folder| folder.join("losses.json").is_file());
        folders.sort();
        folders
            .into_iter()
            .map(|folder| GoldenSet {
                name: folder
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                folder,
            })
            .collect()
    }

    pub fn has(&self, file: &str) -> bool {
        self.folder.join(file).is_file()
    }

    pub fn bytes(&self, file: &str) -> Vec<u8> {
        let path = self.folder.join(file);
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }
}

/// As wasm there are no files: the project's own set is part of the test.
#[cfg(target_arch = "wasm32")]
impl GoldenSet {
    pub fn all() -> Vec<GoldenSet> {
        vec![GoldenSet {
            name: "open (as wasm)".to_owned(),
        }]
    }

    pub fn has(&self, _: &str) -> bool {
        true
    }

    pub fn bytes(&self, file: &str) -> Vec<u8> {
        macro_rules! open {
            ($($name:literal),*) => {
                match file {
                    $($name => include_bytes!(concat!("open/", $name)).to_vec(),)*
                    other => panic!("{other}: not part of the test"),
                }
            };
        }
        open!(
            "config.json",
            "dataset.json",
            "e2e_model/config.json",
            "e2e_model/model.safetensors",
            "edge_cases.json",
            "generation.json",
            "gpt2_variants.json",
            "gpt2_variants/inverse_layer_idx/config.json",
            "gpt2_variants/inverse_layer_idx/model.safetensors",
            "gpt2_variants/ln_eps_large/config.json",
            "gpt2_variants/ln_eps_large/model.safetensors",
            "gpt2_variants/n_inner/config.json",
            "gpt2_variants/n_inner/model.safetensors",
            "gpt2_variants/no_attn_scale/config.json",
            "gpt2_variants/no_attn_scale/model.safetensors",
            "gpt2_variants/no_attn_scale_inverse_layer_idx/config.json",
            "gpt2_variants/no_attn_scale_inverse_layer_idx/model.safetensors",
            "gpt2_variants/reorder_upcast/config.json",
            "gpt2_variants/reorder_upcast/model.safetensors",
            "gpt2_variants/untied/config.json",
            "gpt2_variants/untied/model.safetensors",
            "logps.json",
            "losses.json",
            "pipeline.json",
            "policy/config.json",
            "policy/model.safetensors",
            "reference/config.json",
            "reference/model.safetensors",
            "rl.json",
            "rloo.json",
            "scalar_tables.json",
            "schedules.json",
            "tokenizer.json",
            "tokenizer_golden.json",
            "trainer_runs.json"
        )
    }
}

impl GoldenSet {
    pub fn json(&self, file: &str) -> Value {
        let text = self.text(file);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// All pairs of `dataset.json`, chosen and rejected.
    pub fn pairs(&self) -> Vec<(Sequence, Sequence)> {
        let dataset = self.json("dataset.json");
        let rows = dataset["examples"].as_array().expect("examples");
        let sequence = |row: &Value, completion: &str| Sequence {
            prompt: ids(&row["prompt_ids"]),
            completion: ids(&row[completion]),
        };
        rows.iter()
            .map(|row| (sequence(row, "chosen_ids"), sequence(row, "rejected_ids")))
            .collect()
    }
}

pub fn ids(value: &Value) -> Vec<u32> {
    numbers(value).into_iter().map(|id| id as u32).collect()
}

/// A list of numbers; "NaN" and the infinities stand as strings.
pub fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

pub fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().expect("a number"),
        other => other.as_f64().expect("a number"),
    }
}
