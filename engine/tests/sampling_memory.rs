//! What sampling on the CPU allocates: counted by the allocator, so this is a program of its
//! own with one test.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{VOCAB, model};
use tilt_engine::kernels::cpu::CpuValues;
use tilt_engine::kernels::cpu::decode::{Decoder, NextInput, SharedPrompt};
use tilt_engine::kernels::shape::Shape;

struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, room: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(room) }
    }

    unsafe fn dealloc(&self, at: *mut u8, room: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, room) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_token_allocates_nothing_once_the_first_was_read() {
    let (model, arena) = model();
    let numbers = CpuValues::of(&arena).expect("an arena of the CPU");
    let mut decoder = Decoder::new(Shape::new(&model.config), numbers);
    decoder.begin(7, 30);
    let prompt = [5, 6, 7];
    let shared = [SharedPrompt {
        ids: &prompt,
        slots: &[0, 1, 2, 3, 4, 5, 6],
    }];
    decoder.prefill(&shared);
    let mut inputs: Vec<NextInput> = (0..7)
        .map(|slot| NextInput {
            slot,
            position: prompt.len(),
            id: slot as u32,
        })
        .collect();
    decoder.step(&inputs);
    let before = CALLS.load(Ordering::Relaxed);
    for step in 1..27 {
        // Rows end one after the other.
        inputs.truncate(7 - step / 4);
        for input in &mut inputs {
            input.position += 1;
            input.id = (input.id + 3) % VOCAB as u32;
        }
        let logits = decoder.step(&inputs);
        assert_eq!(logits.len(), inputs.len() * VOCAB);
    }
    assert_eq!(CALLS.load(Ordering::Relaxed), before);
}
