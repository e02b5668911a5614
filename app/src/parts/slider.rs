//! A slider over steps whose ends move.

use leptos::html::Input;
use leptos::prelude::*;

/// First and last step, and the one that is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    pub first: usize,
    pub last: usize,
    pub chosen: usize,
}

/// A slider without a length stands at its left: one of a single step gets room before it,
/// so that the latest step stands at the right there too.
fn ends(steps: Steps) -> (i64, i64) {
    let (first, last) = (steps.first as i64, steps.last as i64);
    (first.min(last - 1), last)
}

/// Keeps a slider where `steps` says; `None` leaves it as it is.
pub fn follow(slider: NodeRef<Input>, steps: impl Fn() -> Option<Steps> + 'static) {
    Effect::new(move |_| {
        if let (Some(steps), Some(slider)) = (steps(), slider.get()) {
            let (first, last) = ends(steps);
            // In this order: a slider cuts its value to the ends that it has.
            slider.set_min(&first.to_string());
            slider.set_max(&last.to_string());
            slider.set_value(&steps.chosen.to_string());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_of_one_step_stands_at_the_right() {
        let steps = |first, last| Steps {
            first,
            last,
            chosen: last,
        };
        assert_eq!(ends(steps(60, 60)), (59, 60));
        assert_eq!(ends(steps(0, 0)), (-1, 0));
        assert_eq!(ends(steps(0, 60)), (0, 60));
    }
}
