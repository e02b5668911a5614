//! How much memory a program holds: what it asks its allocator for, counted. A program that is
//! to know it makes [`CountingAllocator`] its global allocator. What lies on a GPU is not seen.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counted.
pub struct CountingAllocator;

/// Bytes.
static HELD: AtomicUsize = AtomicUsize::new(0);
/// At most since the last [`PeakMemory::watch`].
static MOST: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(held, Ordering::Relaxed);
}

fn shrink(bytes: usize) {
    HELD.fetch_sub(bytes, Ordering::Relaxed);
}

// SAFETY: hands everything on to the system's allocator, whose promises hold.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::alloc`.
        let place = unsafe { System.alloc(layout) };
        if !place.is_null() {
            grow(layout.size());
        }
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(place, layout) };
        shrink(layout.size());
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::alloc_zeroed`.
        let place = unsafe { System.alloc_zeroed(layout) };
        if !place.is_null() {
            grow(layout.size());
        }
        place
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::realloc`.
        let new = unsafe { System.realloc(place, layout, size) };
        if !new.is_null() {
            match size.checked_sub(layout.size()) {
                Some(more) => grow(more),
                None => shrink(layout.size() - size),
            }
        }
        new
    }
}

/// The most that a piece of work holds at a time. One is watched at a time.
#[derive(Clone, Copy, Debug)]
pub struct PeakMemory {
    /// Bytes that were held before it.
    before: usize,
}

impl PeakMemory {
    /// Of what is done from now on; `None` where nobody counts.
    pub fn watch() -> Option<PeakMemory> {
        let before = HELD.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        // Every program holds something before it comes here.
        (before > 0).then_some(PeakMemory { before })
    }

    /// Bytes so far, beyond what was held before.
    pub fn bytes(self) -> usize {
        MOST.load(Ordering::Relaxed).saturating_sub(self.before)
    }
}

/// Bytes that the whole program held at most since the last call.
pub fn take_peak() -> usize {
    MOST.swap(HELD.load(Ordering::Relaxed), Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static COUNTING: CountingAllocator = CountingAllocator;

    #[test]
    fn what_was_held_for_a_moment_is_seen() {
        // Other tests hold and release beside this one.
        let is_seen = (0..100).any(|_| {
            let watched = PeakMemory::watch().expect("a counted program");
            drop(vec![1_u8; 50_000_000]);
            (50_000_000..60_000_000).contains(&watched.bytes())
        });
        assert!(is_seen);
    }
}
