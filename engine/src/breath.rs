//! Where long work lets others in.
//!
//! A long function says [`rest`] where it could be left for a moment. Whoever drives it
//! through [`until_rest`] gets the word there, may do something else, go on later, or drop
//! the work, which is how it is cancelled. Under any other executor a rest is no more than a
//! turn of the loop.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

thread_local! {
    /// The work that was polled last wants a rest, rather than waiting for the device.
    static RESTS: Cell<bool> = const { Cell::new(false) };
}

/// Work that owns what it needs.
pub type LongWork<T> = Pin<Box<dyn Future<Output = T>>>;

/// A place to stop for a moment.
pub async fn rest() {
    let mut is_over = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        RESTS.set(true);
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Drives work to its end, which it gives, or to its next rest.
pub async fn until_rest<T>(work: &mut LongWork<T>) -> Option<T> {
    poll_fn(|context| {
        RESTS.set(false);
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if RESTS.take() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;

    #[test]
    fn work_goes_on_from_rest_to_rest_and_elsewhere_in_one_go() {
        async fn count() -> usize {
            for _ in 0..3 {
                rest().await;
            }
            7
        }
        let mut work: LongWork<usize> = Box::pin(count());
        let pieces: Vec<Option<usize>> = (0..4).map(|_| block_on(until_rest(&mut work))).collect();
        assert_eq!(pieces, [None, None, None, Some(7)]);
        assert_eq!(block_on(count()), 7);
    }
}
