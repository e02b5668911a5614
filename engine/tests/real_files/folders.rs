//! Model folders as people have them, put together of the smallest shipped model and of
//! what a case says otherwise.

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The inputs, a folder a case.
pub fn inputs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_files/inputs")
}

pub fn nano() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/nano")
}

/// A fresh folder for what a test writes.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("real_files")
        .join(name);
    // It need not be there.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

pub fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

pub fn json(path: &Path) -> Value {
    serde_json::from_slice(&read(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folder of a case's model, or the smallest shipped model for `nano`.
pub fn model(case: &str, name: &str) -> PathBuf {
    if name == "nano" {
        return nano();
    }
    let folder = scratch(&format!("{case}-{name}"));
    for entry in std::fs::read_dir(inputs().join(case).join(name)).expect("a model's folder") {
        let path = entry.expect("a file").path();
        write(&folder.join(path.file_name().expect("a name")), read(&path));
    }
    if !folder.join("tokenizer.json").exists() && !folder.join("vocab.json").exists() {
        write(
            &folder.join("tokenizer.json"),
            read(&nano().join("tokenizer.json")),
        );
    }
    let weights = read(&nano().join("model.safetensors"));
    match (case, name) {
        ("30-added-tokens-json", _) => {
            write_weights(&folder, &with_ids_in_front_at_the_end(&tensors(&weights)));
        }
        ("42-sharded", _) => write_shards(&folder, &tensors(&weights)),
        ("45-wrapped-names" | "48-value-head-prefix", _) => {
            write_weights(&folder, &wrapped(name, tensors(&weights)));
        }
        _ => write(&folder.join("model.safetensors"), weights),
    }
    folder
}

/// A tensor: type, shape, bytes.
#[derive(Clone)]
pub struct Tensor {
    dtype: safetensors::Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

type Tensors = BTreeMap<String, Tensor>;

pub fn tensors(file: &[u8]) -> Tensors {
    let file = SafeTensors::deserialize(file).expect("a safetensors file");
    let tensor = |view: TensorView<'_>| Tensor {
        dtype: view.dtype(),
        shape: view.shape().to_vec(),
        bytes: view.data().to_vec(),
    };
    let tensors = file.tensors().into_iter();
    tensors.map(|(name, view)| (name, tensor(view))).collect()
}

fn serialized(tensors: &Tensors) -> Vec<u8> {
    let views = tensors.iter().map(|(name, tensor)| {
        let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes);
        (name, view.expect("a tensor"))
    });
    safetensors::serialize(views, None).expect("a safetensors file")
}

fn write_weights(folder: &Path, tensors: &Tensors) {
    write(&folder.join("model.safetensors"), serialized(tensors));
}

/// The four special tokens of the shipped model have its first ids; in a folder of
/// `vocab.json` and added tokens they are the last ones.
fn with_ids_in_front_at_the_end(tensors: &Tensors) -> Tensors {
    let mut tensors = tensors.clone();
    let (_, embedding) = tensors
        .iter_mut()
        .find(|(name, _)| name.ends_with("wte.weight"))
        .expect("the embedding");
    let special = 4 * embedding.bytes.len() / embedding.shape[0];
    embedding.bytes.rotate_left(special);
    tensors
}

fn write_shards(folder: &Path, tensors: &Tensors) {
    let index = json(&folder.join("model.safetensors.index.json"));
    let files = index["weight_map"].as_object().expect("names and files");
    let mut shards: BTreeMap<&str, Tensors> = BTreeMap::new();
    for (name, file) in files {
        let shard = shards.entry(file.as_str().expect("a file")).or_default();
        shard.insert(name.clone(), tensors[name].clone());
    }
    assert_eq!(shards.len(), 2);
    for (file, tensors) in shards {
        write(&folder.join(file), serialized(&tensors));
    }
}

/// The names as something that wraps a model leaves them.
fn wrapped(name: &str, tensors: Tensors) -> Tensors {
    let head = Tensor {
        dtype: safetensors::Dtype::F32,
        shape: vec![1, 64],
        bytes: vec![0; 256],
    };
    let mask = |shape: Vec<usize>, value: u8| Tensor {
        dtype: safetensors::Dtype::U8,
        bytes: vec![value; shape.iter().product()],
        shape,
    };
    let prefix = match name {
        "module" => "_module.",
        "orig-mod" => "_orig_mod.",
        "peft" => "base_model.model.",
        "old-masks" => "",
        // TRL's value head.
        _ => "pretrained_model.",
    };
    let mut tensors: Tensors = tensors
        .into_iter()
        .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
        .collect();
    match name {
        "old-masks" => {
            for layer in 0..3 {
                let name = format!("transformer.h.{layer}.attn.bias");
                tensors.insert(name, mask(vec![1, 1, 128, 128], 1));
                let name = format!("transformer.h.{layer}.attn.masked_bias");
                tensors.insert(name, mask(vec![1], 0));
            }
        }
        "value-head" | "model" => {
            tensors.insert("v_head.summary.weight".to_owned(), head);
        }
        _ => {}
    }
    tensors
}
