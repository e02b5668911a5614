//! The workers that share this one's training steps and samplings on the CPU.

use crate::channel::scope;
use crate::{help, turn};
use futures_channel::oneshot;
use js_sys::Float32Array;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use tilt_engine::crew::{Crew, HelperOrder, HelperReply, Pause, Team};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Workers that share the work where nobody asks for another number.
const MOST_WORKERS: usize = 4;

/// As many as the machine has cores for, one of them left to the page.
pub fn team() -> Option<Team> {
    let cores = scope().navigator().hardware_concurrency() as usize;
    let workers = cores.saturating_sub(1).clamp(1, MOST_WORKERS);
    Some(Team::new(Rc::new(Helpers::default()), workers))
}

/// Started when they are first asked.
#[derive(Default)]
struct Helpers {
    hands: RefCell<Vec<Option<Hand>>>,
}

/// Answers that are awaited, by their orders' numbers. None of them comes once the worker is
/// gone.
type Waiting = Rc<RefCell<Option<HashMap<u32, Asked>>>>;

struct Asked {
    sender: oneshot::Sender<Vec<f32>>,
    /// The answer is as large as the parameters.
    is_gradient: bool,
}

/// Memory between two messages: a fresh one of this size each time costs more than copying.
type Spare = Rc<RefCell<Option<Float32Array>>>;

struct Hand {
    worker: Worker,
    waiting: Waiting,
    /// Orders so far.
    orders: Cell<u32>,
    /// The memory that the last gradient came in: the next parameters go back in it.
    spare: Spare,
    /// What it held at most, as it says itself.
    peak_bytes: Rc<Cell<usize>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Crew for Helpers {
    fn ask(&self, helper: usize, order: &HelperOrder, numbers: &[f32]) -> HelperReply {
        let mut hands = self.hands.borrow_mut();
        while hands.len() <= helper {
            // Where workers cannot start workers, this one goes on alone.
            hands.push(Hand::start().ok());
        }
        let answer = hands[helper]
            .as_ref()
            .and_then(|hand| hand.ask(order, numbers));
        Box::pin(async move { answer?.await.ok() })
    }

    fn pause(&self, ms: u32) -> Pause {
        match ms {
            0 => Box::pin(turn::next()),
            ms => Box::pin(turn::pause(ms)),
        }
    }

    fn watch_memory(&self) {
        // Others are started when they are asked. What these were asked for is done here.
        self.hands.borrow_mut().clear();
    }

    fn peak_memory(&self) -> usize {
        let hands = self.hands.borrow();
        hands
            .iter()
            .flatten()
            .map(|hand| hand.peak_bytes.get())
            .sum()
    }
}

impl Hand {
    /// A worker on this one's script, with this one's compiled module.
    fn start() -> Result<Hand, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(help::NAME);
        let worker = Worker::new_with_options(&scope().location().href(), &options)?;
        worker.post_message(&wasm_bindgen::module())?;
        let waiting: Waiting = Rc::new(RefCell::new(Some(HashMap::new())));
        let answered = waiting.clone();
        let spare = Spare::default();
        let kept = spare.clone();
        let peak_bytes: Rc<Cell<usize>> = Rc::default();
        let told = peak_bytes.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let mut answered = answered.borrow_mut();
            let Ok(answer) = help::read_answer(&event.data()) else {
                *answered = None;
                return;
            };
            told.set(told.get().max(answer.peak_bytes));
            // Without numbers nobody is told any: the sender goes.
            let asked = answered
                .as_mut()
                .and_then(|asked| asked.remove(&answer.number));
            if let Some((asked, numbers)) = asked.zip(answer.numbers) {
                // Nobody waits for what was given up.
                let _ = asked.sender.send(numbers.to_vec());
                if asked.is_gradient {
                    *kept.borrow_mut() = Some(numbers);
                }
            }
        });
        let failed = waiting.clone();
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            // Said nowhere else: its share is computed here.
            event.prevent_default();
            *failed.borrow_mut() = None;
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Hand {
            worker,
            waiting,
            orders: Cell::new(0),
            spare,
            peak_bytes,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    fn ask(&self, order: &HelperOrder, numbers: &[f32]) -> Option<oneshot::Receiver<Vec<f32>>> {
        let mut waiting = self.waiting.borrow_mut();
        let waiting = waiting.as_mut()?;
        let number = self.orders.get().wrapping_add(1);
        self.orders.set(number);
        let numbers = help::written(&mut self.spare.borrow_mut(), numbers);
        let (message, moved) = help::write(number, order, &numbers);
        self.worker
            .post_message_with_transfer(&message, &moved)
            .ok()?;
        let (sender, receiver) = oneshot::channel();
        let is_gradient = matches!(order, HelperOrder::Backward);
        waiting.insert(
            number,
            Asked {
                sender,
                is_gradient,
            },
        );
        Some(receiver)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
