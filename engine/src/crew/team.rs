//! Who helps the first worker, and what helpers are told.

use crate::generate::{AnswerRules, PromptRows, SamplingRoom};
use crate::kernels::Packed;
use crate::kernels::shape::Shape;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// What a helper is told, with numbers beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HelperOrder {
    /// Read these rows; the numbers are the parameters. Answered by five numbers a scored
    /// token.
    Forward { shape: Box<Shape>, packed: Packed },
    /// Backward over the same rows; the numbers are the loss's derivatives by each scored
    /// token's log-prob. Answered by the gradient, `[parameters]`.
    Backward,
    /// Answer these prompts. Answered by the answers of all rows in order, as `sampled.rs`
    /// writes them.
    Sample {
        /// Which sampling they belong to.
        sampling: u32,
        /// Where the helper does not have the sampling yet; the numbers are then the
        /// parameters, and otherwise there are none. Whatever is under way of another sampling
        /// is given up.
        start: Option<Box<SamplingStart>>,
        prompts: Vec<PromptRows>,
    },
    /// Nothing more is wanted of this sampling. Answered by no number.
    EndSampling { sampling: u32 },
}

/// What all rows of a sampling have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SamplingStart {
    pub shape: Shape,
    pub rules: AnswerRules,
    pub room: SamplingRoom,
}

/// The helper's numbers, or `None` where it has given the order up or is gone.
pub type HelperReply = Pin<Box<dyn Future<Output = Option<Vec<f32>>>>>;

/// Over when others have had their turn.
pub type Pause = Pin<Box<dyn Future<Output = ()>>>;

/// Workers that can be asked to help.
pub trait Crew {
    /// Sends the order at once. A pass is made in the order in which it is asked for, and
    /// before the answers that are under way.
    fn ask(&self, helper: usize, order: &HelperOrder, numbers: &[f32]) -> HelperReply;

    /// Lets in what helpers have sent meanwhile, and is over after so many milliseconds: a
    /// worker that computes without a pause never hears of it.
    fn pause(&self, ms: u32) -> Pause;

    /// Begins what [`Crew::peak_memory`] tells: with helpers that hold nothing yet.
    fn watch_memory(&self) {}

    /// Bytes that the helpers held at most since then, each at its own time. What a helper
    /// holds it says with its answers; 0 of helpers that share this one's memory.
    fn peak_memory(&self) -> usize {
        0
    }
}

/// How many share the work, and who helps.
#[derive(Clone)]
pub struct Team {
    pub crew: Rc<dyn Crew>,
    /// The first worker included.
    pub workers: usize,
    /// Also where it costs more than it saves.
    pub shares_everything: bool,
    samplings: Rc<RefCell<Samplings>>,
}

/// Which sampling each helper has the parameters of.
#[derive(Default)]
struct Samplings {
    begun: u32,
    by_helper: Vec<Option<u32>>,
}

impl Team {
    /// Parameters and gradient go to and fro whatever the batch; the rows have to be worth it.
    const LEAST_ROWS: usize = 200;
    /// Parameters times rows: below, the messages take as long as the work.
    const LEAST_WORK: usize = 60_000_000;
    /// Tokens of a usual answer, where none is limited to fewer.
    const USUAL_ANSWER: usize = 24;
    /// Sending and packing parameters takes as long as so many tokens; some more, to be worth it.
    const LEAST_TOKENS: usize = 240;
    /// Ids travel as f32.
    const MOST_VOCAB: usize = 1 << f32::MANTISSA_DIGITS;

    pub fn new(crew: Rc<dyn Crew>, workers: usize) -> Team {
        Team {
            crew,
            workers,
            shares_everything: false,
            samplings: Rc::default(),
        }
    }

    /// So many workers, that share also what costs more than it saves.
    pub fn sharing_everything(self, workers: usize) -> Team {
        Team {
            workers,
            shares_everything: true,
            ..self
        }
    }

    /// Whether a training pass over so many rows is shared.
    pub fn shares_pass(&self, parameters: usize, rows: usize) -> bool {
        let pays = rows >= Self::LEAST_ROWS && parameters.saturating_mul(rows) >= Self::LEAST_WORK;
        self.workers > 1 && (pays || self.shares_everything)
    }

    /// Whether so many answers of at most so many tokens are shared.
    pub fn shares_sampling(
        &self,
        vocab: usize,
        parameters: usize,
        rows: usize,
        most: usize,
    ) -> bool {
        let tokens = rows.saturating_mul(most.min(Self::USUAL_ANSWER));
        let pays =
            tokens >= Self::LEAST_TOKENS && parameters.saturating_mul(tokens) >= Self::LEAST_WORK;
        let can = self.workers > 1 && rows > 1 && vocab <= Self::MOST_VOCAB;
        can && (pays || self.shares_everything)
    }

    /// The number of a new sampling.
    pub fn begin_sampling(&self) -> u32 {
        let mut samplings = self.samplings.borrow_mut();
        samplings.begun = samplings.begun.wrapping_add(1);
        samplings.begun
    }

    /// Notes that a helper is asked for rows of this sampling; true where it needs the
    /// parameters first.
    pub fn needs_start(&self, helper: usize, sampling: u32) -> bool {
        let mut samplings = self.samplings.borrow_mut();
        let by_helper = &mut samplings.by_helper;
        by_helper.resize(by_helper.len().max(helper + 1), None);
        by_helper[helper].replace(sampling) != Some(sampling)
    }
}
