//! How much memory the program held at most: what it asks the system for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(more: usize, less: usize) {
    let before = HELD.fetch_add(more, Ordering::Relaxed);
    if more > less {
        PEAK.fetch_max(before + more - less, Ordering::Relaxed);
    }
    HELD.fetch_sub(less, Ordering::Relaxed);
}

// SAFETY: hands everything on to the system's allocator, whose promises hold.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::alloc`.
        let place = unsafe { System.alloc(layout) };
        if !place.is_null() {
            count(layout.size(), 0);
        }
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(place, layout) };
        count(0, layout.size());
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::alloc_zeroed`.
        let place = unsafe { System.alloc_zeroed(layout) };
        if !place.is_null() {
            count(layout.size(), 0);
        }
        place
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::realloc`.
        let new = unsafe { System.realloc(place, layout, size) };
        if !new.is_null() {
            count(size, layout.size());
        }
        new
    }
}

/// The most bytes that the program held at a time.
pub fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_held_for_a_moment_is_seen() {
        let held = HELD.load(Ordering::Relaxed);
        drop(vec![1_u8; 50_000_000]);
        assert!(peak() >= held.max(50_000_000));
    }
}
