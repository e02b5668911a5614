//! A shared step against one alone.

use super::*;
use crate::gpt_config::GptConfig;
use crate::layout::Layout;
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::Device;
use pollster::block_on;
use std::cell::RefCell;

/// Helpers in this thread; their orders go through JSON as they do between workers.
struct Local {
    helpers: RefCell<Vec<Helper>>,
    /// Orders that are answered before all are gone.
    left: RefCell<usize>,
}

impl Local {
    fn team(workers: usize, left: usize) -> Team {
        let helpers = (1..workers).map(|_| Helper::default()).collect();
        Team {
            crew: Rc::new(Local {
                helpers: RefCell::new(helpers),
                left: RefCell::new(left),
            }),
            workers,
            shares_everything: true,
        }
    }
}

impl Crew for Local {
    fn ask(&self, helper: usize, order: &HelperOrder, numbers: &[f32]) -> HelperReply {
        let mut left = self.left.borrow_mut();
        if *left == 0 {
            return Box::pin(std::future::ready(None));
        }
        *left -= 1;
        let json = serde_json::to_string(order).unwrap();
        let order = serde_json::from_str(&json).unwrap();
        let mut helpers = self.helpers.borrow_mut();
        let answer = helpers[helper].obey(order, numbers.to_vec()).unwrap();
        Box::pin(std::future::ready(Some(answer)))
    }
}

fn model(is_tied: bool) -> (Model, Tensor<1>) {
    let mut config = GptConfig::new(29, 24, 16, 2, 2);
    config.is_tied = is_tied;
    let layout = Layout::of(&config);
    let numbers = Model::initial_weights(&layout, &config, 3);
    let device = Device::flex();
    let arena = Tensor::from_data(numbers.as_slice(), &device);
    let model = Model::new(config, None, &device);
    (model, arena)
}

/// Three pairs, chosen first: partners with one prompt lie apart.
fn batch() -> Batch {
    let pair = |side: u32| {
        (0..3).map(move |pair: u32| Sequence {
            prompt: vec![pair + 1, 7, pair + 2],
            completion: (0..4 + pair * 2 + side)
                .map(|t| (t * 5 + side) % 29)
                .collect(),
        })
    };
    let sequences: Vec<Sequence> = pair(0).chain(pair(1)).collect();
    Batch::new(&sequences, 0).unwrap()
}

fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    block_on(read(tensor)).unwrap()
}

/// Log-probs and statistics are the same to the last bit, the gradient to rounding.
fn check(team: &Team, is_tied: bool) {
    let (model, arena) = model(is_tied);
    let batch = batch();
    let run = |team: Option<&Team>| {
        let forward = block_on(forward_logps(&model, &arena, &batch, true, team)).unwrap();
        let upstream: Vec<f32> = (0..batch.scored()).map(|i| 0.1 - i as f32 * 0.01).collect();
        let gradient = block_on(forward.tape.backward(&model, &batch, &upstream));
        (
            numbers(forward.values),
            forward.statistics.map(numbers),
            numbers(gradient),
        )
    };
    let (logps, statistics, gradient) = run(None);
    let (shared_logps, shared_statistics, shared_gradient) = run(Some(team));
    assert_eq!(logps, shared_logps);
    assert_eq!(statistics, shared_statistics);
    let largest = gradient.iter().fold(0.0f32, |most, g| most.max(g.abs()));
    assert!(largest > 0.01);
    assert_eq!(gradient.len(), shared_gradient.len());
    for (one, shared) in gradient.iter().zip(&shared_gradient) {
        assert!((one - shared).abs() <= 1e-6 * largest, "{one} {shared}");
    }
}

#[test]
fn several_workers_compute_what_one_does() {
    for workers in 1..=4 {
        check(&Local::team(workers, usize::MAX), workers % 2 == 0);
    }
}

#[test]
fn what_a_helper_leaves_undone_is_done() {
    for left in 0..4 {
        check(&Local::team(3, left), true);
    }
}

#[test]
fn a_backward_pass_alone_is_refused() {
    assert!(
        Helper::default()
            .obey(HelperOrder::Backward, vec![1.0])
            .is_err()
    );
}
