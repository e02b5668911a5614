//! Memory that goes from step to step: fresh pages cost as much as filling them.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Most numbers kept for later, 1 GiB.
const KEPT: usize = 1 << 28;

thread_local! {
    static FREE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Values of a step; their memory is kept when they are dropped.
#[derive(Default)]
pub struct Buffer(Vec<f32>);

impl Buffer {
    /// `len` numbers of any value.
    pub fn any(len: usize) -> Buffer {
        let found = FREE.with_borrow_mut(|free| {
            let fits = |buffer: &Vec<f32>| buffer.capacity() >= len;
            let best = (0..free.len())
                .filter(|&index| fits(&free[index]))
                .min_by_key(|&index| free[index].capacity());
            best.or_else(|| free.len().checked_sub(1))
                .map(|index| free.swap_remove(index))
        });
        let mut numbers = found.unwrap_or_default();
        if numbers.capacity() < len {
            // Room to spare: the next batch is often a little longer.
            numbers = Vec::with_capacity(len + len / 8);
        }
        numbers.resize(len, 0.0);
        Buffer(numbers)
    }

    pub fn zeros(len: usize) -> Buffer {
        let mut buffer = Buffer::any(len);
        buffer.fill(0.0);
        buffer
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let numbers = std::mem::take(&mut self.0);
        if numbers.capacity() == 0 {
            return;
        }
        // A thread that ends has no list any more.
        let _ = FREE.try_with(|free| {
            if let Ok(mut free) = free.try_borrow_mut() {
                let kept: usize = free.iter().map(Vec::capacity).sum();
                if kept + numbers.capacity() <= KEPT {
                    free.push(numbers);
                }
            }
        });
    }
}

/// Gives up what this thread keeps for later.
pub fn forget() {
    FREE.with_borrow_mut(Vec::clear);
}

impl Deref for Buffer {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}
