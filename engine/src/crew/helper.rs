//! A helper's side: passes of shared steps, and answers of shared samplings.

use super::sampled::answers_to_numbers;
use super::team::{HelperOrder, SamplingStart};
use super::{read_rows, to_numbers};
use crate::generate::{LiveBatch, PromptRows, SampledAnswer};
use crate::kernels::Packed;
use crate::kernels::cpu::CpuValues;
use crate::kernels::cpu::decode::Decoder;
use crate::kernels::cpu::gpt::Activations;
use crate::kernels::shape::Shape;
use std::collections::HashMap;
use tilt_protocol::{Error, Result};

/// Carries out orders. It keeps a pass between the two of a step, and a sampling beside that.
#[derive(Default)]
pub struct Helper {
    under_way: Option<UnderWay>,
    sampling: Option<Sampling>,
    answers: Vec<HelperAnswer>,
}

struct UnderWay {
    shape: Box<Shape>,
    arena: Vec<f32>,
    packed: Packed,
    activations: Box<Activations>,
}

struct Sampling {
    number: u32,
    start: Box<SamplingStart>,
    batch: LiveBatch,
    /// Orders that are not answered yet.
    asked: Vec<AskedRows>,
    /// By stream, of these orders.
    finished: HashMap<usize, SampledAnswer>,
}

/// The rows of one order.
struct AskedRows {
    order: u32,
    streams: Vec<usize>,
}

/// What an order came to.
#[derive(Clone, Debug, PartialEq)]
pub struct HelperAnswer {
    pub order: u32,
    /// `None` where it could not be carried out, or was given up.
    pub numbers: Option<Vec<f32>>,
}

impl Helper {
    /// Takes order number `order`: a pass is made now, answers are begun.
    pub fn take(&mut self, order: u32, what: HelperOrder, numbers: Vec<f32>) {
        let done = match what {
            HelperOrder::Forward { shape, packed } => {
                self.forward(shape, packed, numbers).map(Some)
            }
            HelperOrder::Backward => self.backward(&numbers).map(Some),
            HelperOrder::Sample {
                sampling,
                start,
                prompts,
            } => self
                .begin(sampling, start, numbers)
                .and_then(|sampling| sampling.ask(order, prompts))
                .map(|()| None),
            HelperOrder::EndSampling { sampling } => {
                let is_here = |here: &Sampling| here.number == sampling;
                if self.sampling.as_ref().is_some_and(is_here) {
                    self.give_up();
                }
                Ok(Some(Vec::new()))
            }
        };
        // What an error says nobody could do anything about: the first worker does the work.
        if let Some(numbers) = done.map_or(Some(None), |numbers| numbers.map(Some)) {
            self.answers.push(HelperAnswer { order, numbers });
        }
    }

    /// Nothing is left to be done in [`Helper::advance`].
    pub fn is_idle(&self) -> bool {
        let sampling = self.sampling.as_ref();
        sampling.is_none_or(|sampling| sampling.asked.is_empty())
    }

    /// One short piece of the answers under way.
    pub fn advance(&mut self) {
        let Some(sampling) = &mut self.sampling else {
            return;
        };
        let advanced = sampling.batch.advance();
        sampling.finished.extend(sampling.batch.take_finished());
        self.answers.extend(sampling.take_answered());
        if advanced.is_err() {
            self.give_up();
        }
    }

    /// What there is to say since the last call.
    pub fn take_answers(&mut self) -> Vec<HelperAnswer> {
        std::mem::take(&mut self.answers)
    }

    /// # Errors
    /// [`Error::Protocol`] for fewer parameters than the shape has.
    fn forward(
        &mut self,
        shape: Box<Shape>,
        packed: Packed,
        numbers: Vec<f32>,
    ) -> Result<Vec<f32>> {
        check_parameters(&shape, &numbers)?;
        let (activations, scored) = read_rows(&shape, &numbers, &packed);
        self.under_way = Some(UnderWay {
            shape,
            arena: numbers,
            packed,
            activations,
        });
        Ok(to_numbers(&scored))
    }

    /// # Errors
    /// [`Error::Protocol`] for a backward pass before a forward one, or numbers that do not fit.
    fn backward(&mut self, numbers: &[f32]) -> Result<Vec<f32>> {
        let pass = self.under_way.take();
        let pass = pass.ok_or_else(|| broken("no rows were read before"))?;
        if numbers.len() != pass.packed.scored.len() {
            return Err(broken("not one derivative a scored token"));
        }
        let UnderWay {
            shape,
            arena,
            packed,
            activations,
        } = pass;
        Ok(activations.backward(&shape, &arena, &packed, numbers))
    }

    /// The sampling of this number, which begins where it comes with its parameters.
    ///
    /// # Errors
    /// [`Error::Protocol`] for numbers that do not fit, or another sampling than the one that
    /// is here.
    fn begin(
        &mut self,
        number: u32,
        start: Option<Box<SamplingStart>>,
        numbers: Vec<f32>,
    ) -> Result<&mut Sampling> {
        if let Some(start) = start {
            self.give_up();
            check_parameters(&start.shape, &numbers)?;
            let decoder = Decoder::new(start.shape.clone(), CpuValues::of_numbers(numbers));
            self.sampling = Some(Sampling {
                number,
                batch: LiveBatch::new(decoder, start.rules.clone(), start.room),
                start,
                asked: Vec::new(),
                finished: HashMap::new(),
            });
        }
        let sampling = self.sampling.as_mut();
        sampling
            .filter(|sampling| sampling.number == number)
            .ok_or_else(|| broken("rows of a sampling that is not here"))
    }

    /// The sampling that is here is no more; whoever waits for it hears so.
    fn give_up(&mut self) {
        let asked = self.sampling.take().map(|sampling| sampling.asked);
        let given_up = asked.into_iter().flatten().map(|asked| HelperAnswer {
            order: asked.order,
            numbers: None,
        });
        self.answers.extend(given_up);
    }
}

impl Sampling {
    /// # Errors
    /// [`Error::Protocol`] for prompts that the model or the room cannot take.
    fn ask(&mut self, order: u32, prompts: Vec<PromptRows>) -> Result<()> {
        let SamplingStart { shape, room, .. } = &*self.start;
        let fits = |group: &PromptRows| {
            let ids = &group.prompt;
            let is_known = ids.iter().all(|&id| (id as usize) < shape.vocab);
            !ids.is_empty() && ids.len() <= room.capacity && is_known
        };
        if !prompts.iter().all(fits) {
            return Err(broken("a prompt that does not fit the model"));
        }
        let streams = prompts.iter().flat_map(|group| group.streams.clone());
        let streams = streams.collect();
        self.asked.push(AskedRows { order, streams });
        prompts.into_iter().for_each(|group| self.batch.add(group));
        Ok(())
    }

    /// Orders of which every row has its answer.
    fn take_answered(&mut self) -> Vec<HelperAnswer> {
        let finished = &mut self.finished;
        let has_all =
            |asked: &AskedRows| asked.streams.iter().all(|row| finished.contains_key(row));
        let (answered, asked) = std::mem::take(&mut self.asked)
            .into_iter()
            .partition::<Vec<AskedRows>, _>(has_all);
        self.asked = asked;
        let answer = |AskedRows { order, streams }: AskedRows| {
            let rows: Vec<SampledAnswer> = streams
                .iter()
                .filter_map(|stream| finished.remove(stream))
                .collect();
            HelperAnswer {
                order,
                numbers: Some(answers_to_numbers(&rows)),
            }
        };
        answered.into_iter().map(answer).collect()
    }
}

fn check_parameters(shape: &Shape, numbers: &[f32]) -> Result<()> {
    match numbers.len() < shape.last.bias.end.max(shape.head.end) {
        true => Err(broken("fewer parameters than the shape has")),
        false => Ok(()),
    }
}

fn broken(reason: &str) -> Error {
    Error::Protocol {
        reason: reason.to_owned(),
    }
}
