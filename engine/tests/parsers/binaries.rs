//! Weights, checkpoints and zips.

use serde::{Deserialize, Serialize};
use tilt_engine::checkpoint::{CheckpointKind, CheckpointTensors, read_state};
use tilt_engine::export::{File, unzip_files, zip_files};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::hf::{Precision, read_weights, write_weights};
use tilt_engine::layout::Layout;

fn tiny_config() -> GptConfig {
    GptConfig::new(5, 4, 4, 1, 1)
}

pub fn weights_seeds() -> Vec<Vec<u8>> {
    let layout = Layout::of(&tiny_config());
    let arena: Vec<f32> = (0..layout.len).map(|index| index as f32 / 7.0).collect();
    let write = |precision| write_weights(&arena, &layout, precision).expect("weights");
    vec![write(Precision::F32), write(Precision::F16)]
}

pub fn read_weights_file(input: &[u8]) {
    let layout = Layout::of(&tiny_config());
    if let Ok(arena) = read_weights(input, &layout) {
        assert_eq!(arena.len(), layout.len);
    }
}

const CHECKPOINT: CheckpointKind = CheckpointKind {
    key: "tilt_test",
    format: 1,
};

#[derive(Debug, Serialize, Deserialize)]
struct State {
    step: usize,
    names: Vec<String>,
}

pub fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let state = State {
        step: 3,
        names: vec!["a".to_owned()],
    };
    let device = burn::tensor::Device::flex();
    let arena = burn::tensor::Tensor::from_data([1.0_f32, 2.0, 3.0], &device);
    let tables = [("table", [1, 2], vec![0.5, 1.5])];
    let written =
        tilt_engine::checkpoint::write(CHECKPOINT, &state, vec![("policy", arena)], &tables);
    vec![pollster::block_on(written).expect("a checkpoint")]
}

pub fn read_checkpoint(input: &[u8]) {
    let _ = read_state::<State>(CHECKPOINT, input);
    if let Ok(tensors) = CheckpointTensors::of(input) {
        for shape in [[1, 2], [usize::MAX, 2], [0, 0]] {
            if let Ok(numbers) = tensors.table("table", shape) {
                assert_eq!(numbers.len(), shape[0] * shape[1]);
            }
        }
    }
}

pub fn zip_seeds() -> Vec<Vec<u8>> {
    let files = [
        File::new("config.json", "{}"),
        File::new("a/b.txt", "text ".repeat(30)),
    ];
    vec![zip_files(&files).expect("a zip")]
}

pub fn read_zip(input: &[u8]) {
    const LIMIT: usize = 1 << 16;
    if let Ok(files) = unzip_files(input, LIMIT) {
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        assert!(bytes <= LIMIT, "{bytes} bytes of a zip limited to {LIMIT}");
    }
}
