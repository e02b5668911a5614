//! A pretraining that is cut off goes on as if it had not been.

use burn::tensor::Device;
use pollster::block_on;
use tilt_engine::pretrain::{BATCHES_SORTED, PretrainSettings, Pretraining};
use tilt_engine::readback::read;
use tilt_protocol::ModelName;

fn settings() -> PretrainSettings {
    PretrainSettings {
        steps: 2 * BATCHES_SORTED,
        batch_size: 2,
        ..PretrainSettings::shipped(ModelName::Nano)
    }
}

fn steps(run: &mut Pretraining, count: usize) -> Vec<f64> {
    (0..count)
        .map(|_| block_on(run.step()).expect("a step"))
        .collect()
}

#[test]
fn a_restored_pretraining_has_the_same_numbers() {
    let device = Device::flex();
    let mut whole = Pretraining::start(settings(), &device).expect("a pretraining");
    steps(&mut whole, BATCHES_SORTED);
    let saved = block_on(whole.save()).expect("a checkpoint");
    let losses = steps(&mut whole, BATCHES_SORTED);

    let mut restored = Pretraining::restore(&saved, &device).expect("the checkpoint");
    assert_eq!(restored.step, BATCHES_SORTED);
    assert_eq!(steps(&mut restored, BATCHES_SORTED), losses);
    let numbers = |run: &Pretraining| block_on(read(run.arena.clone())).expect("numbers");
    assert!(numbers(&restored) == numbers(&whole));
}
