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

/// Keeps a slider where `steps` says; `None` leaves it as it is.
pub fn follow(slider: NodeRef<Input>, steps: impl Fn() -> Option<Steps> + 'static) {
    Effect::new(move |_| {
        if let (Some(steps), Some(slider)) = (steps(), slider.get()) {
            // In this order: a slider cuts its value to the ends that it has.
            slider.set_min(&steps.first.to_string());
            slider.set_max(&steps.last.to_string());
            slider.set_value(&steps.chosen.to_string());
        }
    });
}
