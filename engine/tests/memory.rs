//! How many arenas (buffers as large as all parameters) a run holds at once on the CPU:
//! counted by the allocator, so this is a program of its own with one test.
//!
//! Reference, policy, two moments and a gradient are five. The model is so wide and its
//! rows so short that activations are much smaller than an arena.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::alloc::{GlobalAlloc, Layout as Room, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::layout::Layout;
use tilt_engine::model::Model;
use tilt_engine::sequence::Sequence;
use tilt_engine::session::Session;
use tilt_engine::text::TokenisedRow;
use tilt_protocol::{ObjectiveKind, TrainSettings};

/// Counts what is at least as large as an arena, in arenas.
struct Counting;

static ARENA: AtomicUsize = AtomicUsize::new(usize::MAX);
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn arenas(bytes: usize) -> usize {
    bytes / ARENA.load(Ordering::Relaxed)
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, room: Room) -> *mut u8 {
        let held = HELD.fetch_add(arenas(room.size()), Ordering::Relaxed) + arenas(room.size());
        MOST.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(room) }
    }

    unsafe fn dealloc(&self, at: *mut u8, room: Room) {
        HELD.fetch_sub(arenas(room.size()), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, room) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most arenas held at once since the last call.
fn most() -> usize {
    MOST.swap(HELD.load(Ordering::Relaxed), Ordering::Relaxed)
}

fn pair(first: u32) -> TokenisedRow {
    let side = |last: u32| Sequence {
        prompt: vec![first, 3],
        completion: vec![4, last],
    };
    TokenisedRow::Pair {
        chosen: side(5),
        rejected: side(6),
        margin: None,
    }
}

#[test]
fn a_run_holds_five_arenas_and_a_checkpoint_its_own_three_and_one() {
    let config = GptConfig::new(64, 16, 256, 2, 4);
    let layout = Layout::of(&config);
    let device = Device::flex();
    let numbers = Model::initial_weights(&layout, &config, 1);
    ARENA.store(4 * layout.len, Ordering::Relaxed);
    let reference = Tensor::<1>::from_data(numbers.as_slice(), &device);
    drop(numbers);
    HELD.store(1, Ordering::Relaxed);
    let model = Model::new(config, None, &device);
    let settings = TrainSettings {
        batch_size: 2,
        steps: 6,
        ..TrainSettings::trl_defaults(ObjectiveKind::Dpo.with_beta(0.1))
    };
    let rows = (2..10).map(pair).collect();
    let start = Session::start(&model, reference.clone(), &reference, rows, settings);
    let mut session = start.expect("a session");
    println!("at the start: {} arenas at most", most());
    for step in 1..=4 {
        block_on(session.step(&model)).expect("a step");
        let arenas = most();
        println!("step {step}: {arenas} arenas at most");
        assert!(arenas <= 5, "step {step}: {arenas} arenas");
    }
    let saved = block_on(session.save()).expect("a checkpoint");
    let arenas = most();
    println!("a checkpoint: {arenas} arenas at most");
    assert!(arenas <= 8, "a checkpoint: {arenas} arenas");
    drop(saved);
    block_on(session.step(&model)).expect("a step");
    most();
    block_on(session.step(&model)).expect("a step");
    assert!(most() <= 5, "nothing of a checkpoint is kept");
}
