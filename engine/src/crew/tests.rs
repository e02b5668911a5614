//! A shared step against one alone. Shared samplings are in `tests/sampling.rs`.

mod sampling;

use super::*;
use crate::gpt_config::GptConfig;
use crate::layout::Layout;
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::Device;
use pollster::block_on;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{poll_fn, ready};
use std::rc::Rc;
use std::task::Poll;

/// What helpers have answered, by helper and order.
type Answered = Rc<RefCell<HashMap<(usize, u32), Option<Vec<f32>>>>>;

/// Helpers in this thread; their orders go through JSON as they do between workers. They go on
/// with what is under way in the first worker's pauses.
struct Local {
    helpers: RefCell<Vec<Helper>>,
    answered: Answered,
    orders: Cell<u32>,
    /// Orders that are taken before all are gone.
    left: Cell<usize>,
    /// Pieces that they do before all are gone.
    pieces: Cell<usize>,
    are_gone: Rc<Cell<bool>>,
}

impl Local {
    fn new(workers: usize, left: usize, pieces: usize) -> Rc<Local> {
        let helpers = (1..workers).map(|_| Helper::default()).collect();
        Rc::new(Local {
            helpers: RefCell::new(helpers),
            answered: Answered::default(),
            orders: Cell::new(0),
            left: Cell::new(left),
            pieces: Cell::new(pieces),
            are_gone: Rc::default(),
        })
    }

    fn team(workers: usize, left: usize) -> Team {
        let crew = Local::new(workers, left, usize::MAX);
        Team::new(crew, workers).sharing_everything(workers)
    }

    /// One less; false where there was none left, and from then on for ever.
    fn spend(&self, left: &Cell<usize>) -> bool {
        let spent = left.get().checked_sub(1);
        left.set(spent.unwrap_or(0));
        self.are_gone.set(self.are_gone.get() || spent.is_none());
        !self.are_gone.get()
    }

    fn collect(&self, helper: usize) {
        for answer in self.helpers.borrow_mut()[helper].take_answers() {
            let mut answered = self.answered.borrow_mut();
            answered.insert((helper, answer.order), answer.numbers);
        }
    }
}

impl Crew for Local {
    fn ask(&self, helper: usize, order: &HelperOrder, numbers: &[f32]) -> HelperReply {
        if !self.spend(&self.left) {
            return Box::pin(ready(None));
        }
        let number = self.orders.get();
        self.orders.set(number + 1);
        let json = serde_json::to_string(order).unwrap();
        let order = serde_json::from_str(&json).unwrap();
        self.helpers.borrow_mut()[helper].take(number, order, numbers.to_vec());
        self.collect(helper);
        let (answered, are_gone) = (self.answered.clone(), self.are_gone.clone());
        let key = (helper, number);
        Box::pin(poll_fn(move |_| {
            let answer = answered.borrow_mut().remove(&key);
            match answer {
                Some(numbers) => Poll::Ready(numbers),
                None if are_gone.get() => Poll::Ready(None),
                None => Poll::Pending,
            }
        }))
    }

    fn pause(&self, _: u32) -> Pause {
        let helpers = self.helpers.borrow().len();
        for helper in 0..helpers {
            let is_idle = self.helpers.borrow()[helper].is_idle();
            if !is_idle && self.spend(&self.pieces) {
                self.helpers.borrow_mut()[helper].advance();
                self.collect(helper);
            }
        }
        Box::pin(ready(()))
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
    let mut helper = Helper::default();
    helper.take(7, HelperOrder::Backward, vec![1.0]);
    let refused = HelperAnswer {
        order: 7,
        numbers: None,
    };
    assert_eq!(helper.take_answers(), [refused]);
}
