//! Several workers on one training step: each takes a share of the batch's rows forward and
//! back, and their gradients are added up.
//!
//! The first worker holds parameters, optimiser and loss. In each step it hands every
//! helper the parameters and a share of the rows, takes a share itself, and puts the
//! log-probs together; with the loss's derivatives the same ways back. What a helper does
//! not answer, the first worker computes itself. The CPU's kernels only.

use crate::batch::Batch;
use crate::kernels::cpu::gpt::{self, Trace};
use crate::kernels::cpu::{Numbers, Scored};
use crate::kernels::shape::Shape;
use crate::kernels::{self, Packed, Share, statistics_of};
use crate::model::Model;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use tilt_protocol::{Error, Result};

/// What a helper is told, with numbers beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Read these rows; the numbers are the parameters. Answered by five numbers a scored
    /// token, as [`to_numbers`] writes them.
    Forward { shape: Box<Shape>, packed: Packed },
    /// The same rows back; the numbers are the loss's derivatives by each scored token's
    /// log-prob. Answered by the gradient, `[parameters]`.
    Back,
}

/// The helper's numbers, or `None` when it is gone.
pub type Answer = Pin<Box<dyn Future<Output = Option<Vec<f32>>>>>;

/// Workers that can be asked to help.
pub trait Crew {
    /// Sends the order at once; helpers answer in the order they are asked.
    fn ask(&self, helper: usize, order: &Order, numbers: &[f32]) -> Answer;
}

/// How many share a step, and who helps.
#[derive(Clone)]
pub struct Team {
    pub crew: Rc<dyn Crew>,
    /// The first worker included.
    pub workers: usize,
    /// Parameters times rows below which sharing costs more than it saves.
    pub least_work: usize,
}

impl Team {
    /// Copying parameters and gradients to and fro takes about as long as computing this
    /// much.
    pub const LEAST_WORK: usize = 50_000_000;

    fn is_worth(&self, parameters: usize, rows: usize) -> bool {
        self.workers > 1 && parameters.saturating_mul(rows) >= self.least_work
    }
}

/// A forward pass, shared or not.
pub struct Forward {
    /// Log-probs of the batch's scored tokens in nats, `[n]`; or rewards, one a sequence.
    pub values: Tensor<1>,
    /// `[STATISTICS * n]`, one quantity after the other.
    pub statistics: Option<Tensor<1>>,
    /// For the way back.
    pub pass: Pass,
}

/// A forward pass that waits for its way back.
pub enum Pass {
    Alone(kernels::Pass),
    Shared(Box<Shared>),
}

/// A pass of which helpers hold parts.
pub struct Shared {
    team: Team,
    shape: Box<Shape>,
    arena: Numbers,
    shares: Vec<(Share, Place)>,
}

/// Where a share was computed.
enum Place {
    Here(Box<Trace>),
    Helper(usize),
}

impl From<kernels::Forward> for Forward {
    fn from(forward: kernels::Forward) -> Forward {
        Forward {
            values: forward.values,
            statistics: forward.statistics,
            pass: Pass::Alone(forward.trace),
        }
    }
}

/// [`kernels::forward_logps`] by the team, where there is one and it pays.
pub async fn forward_logps(
    model: &Model,
    arena: &Tensor<1>,
    batch: &Batch,
    statistics: bool,
    team: Option<&Team>,
) -> Forward {
    let alone = || Forward::from(kernels::forward_logps(model, arena, batch, statistics));
    let Some((team, numbers)) = team.zip(Numbers::of(arena)) else {
        return alone();
    };
    if !team.is_worth(numbers.len(), batch.packed.rows()) {
        return alone();
    }
    let shape = Shape::new(&model.config, &model.layout);
    let (shared, scored) = Shared::forward(team, shape, numbers, &batch.packed).await;
    let logps: Vec<f32> = scored.iter().map(|scored| scored.logp).collect();
    let tensor = |numbers: &[f32]| Tensor::from_data(numbers, &model.device);
    Forward {
        values: tensor(&logps),
        statistics: statistics.then(|| tensor(&statistics_of(&scored))),
        pass: Pass::Shared(Box::new(shared)),
    }
}

impl Pass {
    /// As [`kernels::Pass::backward`].
    pub async fn backward(self, model: &Model, batch: &Batch, upstream: &[f32]) -> Tensor<1> {
        match self {
            Pass::Alone(pass) => pass.backward(model, batch, upstream),
            Pass::Shared(shared) => {
                let gradient = shared.backward(upstream).await;
                Tensor::from_data(gradient.as_slice(), &model.device)
            }
        }
    }
}

impl Shared {
    async fn forward(
        team: &Team,
        shape: Shape,
        arena: Numbers,
        packed: &Packed,
    ) -> (Shared, Vec<Scored>) {
        let mut shares = packed.split(team.workers).into_iter();
        let own = shares.next().unwrap_or_default();
        let shape = Box::new(shape);
        let asked: Vec<(Share, Answer)> = shares
            .enumerate()
            .map(|(helper, share)| {
                let order = Order::Forward {
                    shape: shape.clone(),
                    packed: share.packed.clone(),
                };
                let answer = team.crew.ask(helper, &order, &arena);
                (share, answer)
            })
            .collect();
        let mut scored = vec![Scored::default(); packed.scored.len()];
        let mut note = |share: &Share, of_share: &[Scored]| {
            for (&place, &one) in share.places.iter().zip(of_share) {
                scored[place] = one;
            }
        };
        let (trace, of_own) = read(&shape, &arena, &own.packed);
        note(&own, &of_own);
        let mut places = vec![(own, Place::Here(trace))];
        for (helper, (share, answer)) in asked.into_iter().enumerate() {
            let answer = answer.await.and_then(|numbers| from_numbers(&numbers));
            let place = match answer.filter(|answer| answer.len() == share.places.len()) {
                Some(of_share) => {
                    note(&share, &of_share);
                    Place::Helper(helper)
                }
                None => {
                    let (trace, of_share) = read(&shape, &arena, &share.packed);
                    note(&share, &of_share);
                    Place::Here(trace)
                }
            };
            places.push((share, place));
        }
        let shared = Shared {
            team: team.clone(),
            shape,
            arena,
            shares: places,
        };
        (shared, scored)
    }

    async fn backward(self, upstream: &[f32]) -> Vec<f32> {
        let Shared {
            team,
            shape,
            arena,
            shares,
        } = self;
        let mut here = Vec::new();
        let mut asked = Vec::new();
        for (share, place) in shares {
            let of_share: Vec<f32> = share.places.iter().map(|&place| upstream[place]).collect();
            match place {
                Place::Here(trace) => here.push((share, trace, of_share)),
                Place::Helper(helper) => {
                    let answer = team.crew.ask(helper, &Order::Back, &of_share);
                    asked.push((share, of_share, answer));
                }
            }
        }
        let mut total = Vec::new();
        for (share, trace, upstream) in here {
            add(
                &mut total,
                trace.backward(&shape, &arena, &share.packed, &upstream),
            );
        }
        for (share, upstream, answer) in asked {
            let gradient = answer
                .await
                .filter(|gradient| gradient.len() == arena.len());
            let gradient = gradient.unwrap_or_else(|| {
                let (trace, _) = read(&shape, &arena, &share.packed);
                trace.backward(&shape, &arena, &share.packed, &upstream)
            });
            add(&mut total, gradient);
        }
        total
    }
}

fn read(shape: &Shape, arena: &[f32], packed: &Packed) -> (Box<Trace>, Vec<Scored>) {
    let mut trace = gpt::forward(shape, arena, packed);
    let scored = trace.logps(shape, arena, packed);
    (Box::new(trace), scored)
}

fn add(total: &mut Vec<f32>, more: Vec<f32>) {
    if total.is_empty() {
        *total = more;
        return;
    }
    for (sum, more) in total.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Five numbers a token: log-prob, and the statistics.
fn to_numbers(scored: &[Scored]) -> Vec<f32> {
    let logps = scored.iter().map(|scored| scored.logp);
    logps.chain(statistics_of(scored)).collect()
}

fn from_numbers(numbers: &[f32]) -> Option<Vec<Scored>> {
    let count = numbers.len() / 5;
    let part = |index: usize| numbers.get(index * count..(index + 1) * count);
    let parts = [part(0)?, part(1)?, part(2)?, part(3)?, part(4)?];
    let scored = |token: usize| Scored {
        logp: parts[0][token],
        entropy: parts[1][token],
        is_top1: parts[2][token],
        mean_logit: parts[3][token],
        log_sum_squares: parts[4][token],
        ..Scored::default()
    };
    Some((0..count).map(scored).collect())
}

/// A helper's side: it carries out orders and keeps a pass between the two of a step.
#[derive(Default)]
pub struct Helper {
    under_way: Option<UnderWay>,
}

struct UnderWay {
    shape: Box<Shape>,
    arena: Vec<f32>,
    packed: Packed,
    trace: Box<Trace>,
}

impl Helper {
    /// # Errors
    /// [`Error::Protocol`] for a way back before a way there, or numbers that do not fit.
    pub fn obey(&mut self, order: Order, numbers: Vec<f32>) -> Result<Vec<f32>> {
        let broken = |reason: &str| Error::Protocol {
            reason: reason.to_owned(),
        };
        match order {
            Order::Forward { shape, packed } => {
                if numbers.len() < shape.last.bias.end {
                    return Err(broken("fewer parameters than the shape has"));
                }
                let (trace, scored) = read(&shape, &numbers, &packed);
                self.under_way = Some(UnderWay {
                    shape,
                    arena: numbers,
                    packed,
                    trace,
                });
                Ok(to_numbers(&scored))
            }
            Order::Back => {
                let pass = self.under_way.take();
                let pass = pass.ok_or_else(|| broken("no rows were read before"))?;
                if numbers.len() != pass.packed.scored.len() {
                    return Err(broken("not one derivative a scored token"));
                }
                let UnderWay {
                    shape,
                    arena,
                    packed,
                    trace,
                } = pass;
                Ok(trace.backward(&shape, &arena, &packed, &numbers))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Sequence;
    use crate::gpt_config::GptConfig;
    use crate::layout::Layout;
    use crate::logps;
    use burn::tensor::Device;
    use pollster::block_on;
    use std::cell::RefCell;

    /// Helpers in this thread; their orders go through JSON as they do between workers.
    struct Local {
        helpers: RefCell<Vec<Helper>>,
        /// Orders that are answered before all are gone.
        left: RefCell<usize>,
    }

    impl Local {
        fn team(workers: usize, left: usize) -> Team {
            let helpers = (1..workers).map(|_| Helper::default()).collect();
            Team {
                crew: Rc::new(Local {
                    helpers: RefCell::new(helpers),
                    left: RefCell::new(left),
                }),
                workers,
                least_work: 0,
            }
        }
    }

    impl Crew for Local {
        fn ask(&self, helper: usize, order: &Order, numbers: &[f32]) -> Answer {
            let mut left = self.left.borrow_mut();
            if *left == 0 {
                return Box::pin(std::future::ready(None));
            }
            *left -= 1;
            let json = serde_json::to_string(order).unwrap();
            let order = serde_json::from_str(&json).unwrap();
            let mut helpers = self.helpers.borrow_mut();
            let answer = helpers[helper].obey(order, numbers.to_vec()).unwrap();
            Box::pin(std::future::ready(Some(answer)))
        }
    }

    fn model(is_tied: bool) -> (Model, Tensor<1>) {
        let mut config = GptConfig::new(29, 24, 16, 2, 2);
        config.is_tied = is_tied;
        let layout = Layout::of(&config);
        let numbers = Model::initial_weights(&layout, &config, 3);
        let device = Device::flex();
        let arena = Tensor::from_data(numbers.as_slice(), &device);
        let text = None;
        let model = Model {
            config,
            layout,
            text,
            device,
        };
        (model, arena)
    }

    /// Three pairs, chosen first: partners with one prompt lie apart.
    fn batch() -> Batch {
        let pair = |side: u32| {
            (0..3).map(move |pair: u32| Sequence {
                prompt: vec![pair + 1, 7, pair + 2],
                completion: (0..4 + pair * 2 + side)
                    .map(|t| (t * 5 + side) % 29)
                    .collect(),
            })
        };
        let sequences: Vec<Sequence> = pair(0).chain(pair(1)).collect();
        Batch::new(&sequences, 0)
    }

    fn numbers(tensor: Tensor<1>) -> Vec<f32> {
        block_on(logps::read(tensor)).unwrap()
    }

    /// Log-probs and statistics are the same to the last bit, the gradient to rounding.
    fn check(team: &Team, is_tied: bool) {
        let (model, arena) = model(is_tied);
        let batch = batch();
        let run = |team: Option<&Team>| {
            let forward = block_on(forward_logps(&model, &arena, &batch, true, team));
            let upstream: Vec<f32> = (0..batch.scored()).map(|i| 0.1 - i as f32 * 0.01).collect();
            let gradient = block_on(forward.pass.backward(&model, &batch, &upstream));
            (
                numbers(forward.values),
                forward.statistics.map(numbers),
                numbers(gradient),
            )
        };
        let (logps, statistics, gradient) = run(None);
        let (shared_logps, shared_statistics, shared_gradient) = run(Some(team));
        assert_eq!(logps, shared_logps);
        assert_eq!(statistics, shared_statistics);
        let largest = gradient.iter().fold(0.0f32, |most, g| most.max(g.abs()));
        assert!(largest > 0.01);
        for (one, shared) in gradient.iter().zip(&shared_gradient) {
            assert!((one - shared).abs() <= 1e-6 * largest, "{one} {shared}");
        }
    }

    #[test]
    fn several_workers_compute_what_one_does() {
        for workers in 1..=4 {
            check(&Local::team(workers, usize::MAX), workers % 2 == 0);
        }
    }

    #[test]
    fn what_a_helper_leaves_undone_is_done() {
        for left in 0..4 {
            check(&Local::team(3, left), true);
        }
    }

    #[test]
    fn a_way_back_alone_is_refused() {
        assert!(Helper::default().obey(Order::Back, vec![1.0]).is_err());
    }
}
