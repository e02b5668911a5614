//! What the engine says many times a second while a run goes, kept for a moment and handed on
//! together: what each of it changes is drawn anew, which takes as long as a step of a small
//! model does.

use gloo_timers::callback::Timeout;
use js_sys::ArrayBuffer;
use tilt_protocol::{Event, Message};

/// A person sees no more of a curve that grows more often.
const PAUSE_MS: f64 = 100.0;

/// A message of the engine with its buffers.
pub type Heard = (Message, Vec<ArrayBuffer>);

#[derive(Default)]
pub struct Gathered {
    waiting: Vec<Heard>,
    /// When what the last messages changed had been drawn, in ms.
    drawn_ms: f64,
    timer: Option<Timeout>,
}

impl Gathered {
    /// What a run says at each of its steps, or nearly.
    pub fn comes_often(event: &Event) -> bool {
        matches!(
            event,
            Event::Step { .. }
                | Event::Kl { .. }
                | Event::Sampled { .. }
                | Event::Inspected { .. }
                | Event::Candidates { .. }
        )
    }

    /// True where such a message comes too soon after the last ones. A tab in the background
    /// has slow timers, so the time counts and not the timer.
    pub fn is_early(&self, now_ms: f64) -> bool {
        (0.0..PAUSE_MS).contains(&(now_ms - self.drawn_ms))
    }

    /// Keeps a message; `hand_on` is called when it is time.
    pub fn keep(&mut self, heard: Heard, now_ms: f64, hand_on: impl FnOnce() + 'static) {
        self.waiting.push(heard);
        if self.timer.is_none() {
            let rest = (self.drawn_ms + PAUSE_MS - now_ms).clamp(0.0, PAUSE_MS);
            self.timer = Some(Timeout::new(rest.ceil() as u32, hand_on));
        }
    }

    /// What is to be handed on, in order.
    pub fn take(&mut self) -> Vec<Heard> {
        self.timer = None;
        std::mem::take(&mut self.waiting)
    }

    /// What was handed on has been drawn.
    pub fn drawn(&mut self, now_ms: f64) {
        self.drawn_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::EngineStatus;

    #[test]
    fn what_comes_often_waits_for_a_moment_after_the_last_was_drawn() {
        let mut gathered = Gathered::default();
        assert!(!gathered.is_early(5_000.0));
        gathered.drawn(5_000.0);
        assert!(gathered.is_early(5_099.0));
        assert!(!gathered.is_early(5_100.0));
        // A clock that was set back.
        assert!(!gathered.is_early(4_000.0));
    }

    #[test]
    fn what_is_said_once_never_waits() {
        assert!(Gathered::comes_often(&Event::Sampled { run: 1, step: 1 }));
        let status = EngineStatus::Paused;
        assert!(!Gathered::comes_often(&Event::Status { status }));
        assert!(!Gathered::comes_often(&Event::Checkpoint {
            run: 1,
            step: 1
        }));
    }
}
