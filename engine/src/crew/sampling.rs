//! Several workers on one sampling.
//!
//! The rows are cut into pieces, those of one prompt together as far as that leaves the workers
//! alike much to do. Each worker has some pieces at a time and gets another when one is done, so
//! that whoever has the short answers, or the faster core, does more of them. A row draws from a
//! stream of its own, so that an answer is the same whoever samples it: what a helper gives up,
//! or is late with, the first worker samples itself.

use super::sampled::answers_from_numbers;
use super::team::{HelperOrder, HelperReply, SamplingStart, Team};
use crate::breath::rest;
use crate::generate::{
    AnswerRules, GENERATION_BATCH, Generator, LiveBatch, PromptRows, SampledAnswer,
    SamplingRequest, SamplingRoom, all_there,
};
use crate::kernels::cpu::CpuValues;
use crate::kernels::cpu::decode::Decoder;
use crate::kernels::shape::Shape;
use crate::model::Model;
use burn::tensor::Tensor;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll};
use tilt_protocol::Result;

/// How long helpers are awaited between two rests, in ms.
const AWAIT_MS: u32 = 10;
/// Rows of a piece, where there are many and few: in between, an eighth of a worker's share.
const MOST_ROWS: usize = 16;
const LEAST_ROWS: usize = 4;

/// One answer a prompt, in order, by the team where there is one and it pays.
///
/// # Errors
/// Those of [`generate`](crate::generate::generate).
pub async fn sample(
    model: &Model,
    arena: &Tensor<1>,
    request: &SamplingRequest<'_>,
    team: Option<&Team>,
) -> Result<Vec<SampledAnswer>> {
    let shape = Shape::new(&model.config);
    let (rows, most) = (request.prompts.len(), request.max_new_tokens);
    let shared = team.zip(CpuValues::of(arena)).filter(|(team, arena)| {
        let parameters = arena.len();
        team.shares_sampling(shape.vocab, parameters, rows, most)
    });
    let Some((team, numbers)) = shared else {
        return Generator::new(model, arena).sample(request).await;
    };
    request.check(model)?;
    let window = window(rows, team.workers);
    let rules = AnswerRules::new(model, request);
    let room = SamplingRoom::new(&shape, &rules, request.longest_prompt(), window);
    let start = Box::new(SamplingStart { shape, rules, room });
    let helpers = (1..team.workers).map(|_| Hand::default());
    let sampling = SharedSampling {
        team,
        number: team.begin_sampling(),
        start,
        arena: numbers,
        window,
        pieces: pieces(request.groups(), rows, team.workers),
        helpers: helpers.collect(),
        first_stream: request.first_stream,
        answers: vec![None; rows],
        missing: rows,
    };
    sampling.run().await
}

/// Rows that go to a worker together.
#[derive(Clone, Debug, PartialEq)]
struct Piece(Vec<PromptRows>);

impl Piece {
    fn rows(&self) -> usize {
        self.0.iter().map(|group| group.streams.len()).sum()
    }
}

/// Rows that a worker has at a time: three quarters of its share, so that the rest goes to
/// whoever is done first; few rows all at once.
fn window(rows: usize, workers: usize) -> usize {
    let share = rows.div_ceil(workers);
    (3 * share)
        .div_ceil(4)
        .max(share.min(8))
        .min(GENERATION_BATCH)
}

fn pieces(groups: Vec<PromptRows>, rows: usize, workers: usize) -> VecDeque<Piece> {
    let wanted = (rows / (8 * workers)).clamp(LEAST_ROWS, MOST_ROWS);
    let most = (rows / (4 * workers)).max(LEAST_ROWS);
    let mut pieces: VecDeque<Piece> = VecDeque::new();
    for group in groups.into_iter().flat_map(|group| group.split(most)) {
        match pieces.back_mut() {
            Some(piece) if piece.rows() + group.streams.len() <= wanted => piece.0.push(group),
            _ => pieces.push_back(Piece(vec![group])),
        }
    }
    pieces
}

/// What a helper has to do.
#[derive(Default)]
struct Hand {
    asked: Vec<Asked>,
    /// It was asked for something of this sampling.
    has_begun: bool,
    /// It gave something up, and is not asked again.
    is_gone: bool,
}

struct Asked {
    piece: Piece,
    reply: HelperReply,
    /// The first worker has it too.
    is_here: bool,
}

impl Hand {
    fn rows(&self) -> usize {
        self.asked.iter().map(|asked| asked.piece.rows()).sum()
    }

    fn rows_not_here(&self) -> usize {
        let not_here = self.asked.iter().filter(|asked| !asked.is_here);
        not_here.map(|asked| asked.piece.rows()).sum()
    }
}

struct SharedSampling<'a> {
    team: &'a Team,
    number: u32,
    start: Box<SamplingStart>,
    arena: CpuValues,
    window: usize,
    /// Those that no worker has.
    pieces: VecDeque<Piece>,
    helpers: Vec<Hand>,
    first_stream: usize,
    answers: Vec<Option<SampledAnswer>>,
    missing: usize,
}

impl SharedSampling<'_> {
    async fn run(mut self) -> Result<Vec<SampledAnswer>> {
        // Before anything is packed here.
        self.deal();
        let SamplingStart { shape, rules, room } = (*self.start).clone();
        let mut own = LiveBatch::new(Decoder::new(shape, self.arena.clone()), rules, room);
        while self.missing > 0 {
            poll_fn(|context| Poll::Ready(self.take_replies(context))).await;
            self.deal();
            self.take_pieces(&mut own);
            if own.is_idle() {
                self.until_reply().await;
                rest().await;
                continue;
            }
            own.advance()?;
            for (stream, answer) in own.take_finished() {
                self.note(stream, answer);
            }
            rest().await;
            self.team.crew.pause(0).await;
        }
        all_there(std::mem::take(&mut self.answers))
    }

    fn note(&mut self, stream: usize, answer: SampledAnswer) {
        let place = stream.checked_sub(self.first_stream);
        let known = place.and_then(|place| self.answers.get_mut(place));
        if let Some(known) = known.filter(|known| known.is_none()) {
            *known = Some(answer);
            self.missing -= 1;
        }
    }

    /// Hands out pieces, to one helper after the other, while they have room for them.
    fn deal(&mut self) {
        let mut has_dealt = true;
        while std::mem::take(&mut has_dealt) {
            for helper in 0..self.helpers.len() {
                let hand = &self.helpers[helper];
                let has_room = !hand.is_gone && self.has_room(hand.rows());
                if has_room && let Some(piece) = self.pieces.pop_front() {
                    self.ask(helper, piece);
                    has_dealt = true;
                }
            }
        }
    }

    /// Whether somebody with so many rows can take the next piece.
    fn has_room(&self, rows: usize) -> bool {
        let next = self.pieces.front().map_or(0, Piece::rows);
        rows == 0 || rows + next <= self.window
    }

    fn ask(&mut self, helper: usize, piece: Piece) {
        let needs_start = self.team.needs_start(helper, self.number);
        let order = HelperOrder::Sample {
            sampling: self.number,
            start: needs_start.then(|| self.start.clone()),
            prompts: piece.0.clone(),
        };
        let numbers: &[f32] = if needs_start { &self.arena } else { &[] };
        let reply = self.team.crew.ask(helper, &order, numbers);
        let hand = &mut self.helpers[helper];
        hand.has_begun = true;
        hand.asked.push(Asked {
            piece,
            reply,
            is_here: false,
        });
    }

    /// The first worker's next pieces; where none is left, one that a helper has and may be
    /// late with.
    fn take_pieces(&mut self, own: &mut LiveBatch) {
        while self.has_room(own.unfinished()) {
            let Some(piece) = self.pieces.pop_front() else {
                break;
            };
            piece.0.into_iter().for_each(|group| own.add(group));
        }
        if own.is_idle() {
            let hands = self.helpers.iter_mut();
            let fullest = hands.max_by_key(|hand| hand.rows_not_here());
            let asked = fullest.map(|hand| hand.asked.iter_mut().rev());
            if let Some(last) = asked.into_iter().flatten().find(|asked| !asked.is_here) {
                last.is_here = true;
                let groups = last.piece.0.iter().cloned();
                groups.for_each(|group| own.add(group));
            }
        }
    }

    /// Waits for helpers, but not for long.
    async fn until_reply(&mut self) {
        let mut pause = self.team.crew.pause(AWAIT_MS);
        poll_fn(|context| match self.take_replies(context) {
            true => Poll::Ready(()),
            false => pause.as_mut().poll(context),
        })
        .await;
    }

    /// Takes in what helpers have answered; true where one has.
    fn take_replies(&mut self, context: &mut Context<'_>) -> bool {
        let mut has_news = false;
        for helper in 0..self.helpers.len() {
            let mut asked = std::mem::take(&mut self.helpers[helper].asked);
            asked.retain_mut(|asked| {
                let Poll::Ready(numbers) = asked.reply.as_mut().poll(context) else {
                    return true;
                };
                has_news = true;
                let rows = asked.piece.rows();
                match numbers.and_then(|numbers| answers_from_numbers(&numbers, rows)) {
                    Some(answers) => {
                        let streams = asked.piece.0.iter().flat_map(|group| &group.streams);
                        for (&stream, answer) in streams.zip(answers) {
                            self.note(stream, answer);
                        }
                    }
                    None => {
                        self.helpers[helper].is_gone = true;
                        if !asked.is_here {
                            self.pieces.push_front(asked.piece.clone());
                        }
                    }
                }
                false
            });
            self.helpers[helper].asked = asked;
        }
        has_news
    }
}

impl Drop for SharedSampling<'_> {
    /// Done, or given up in the middle: helpers let go of it.
    fn drop(&mut self) {
        let order = HelperOrder::EndSampling {
            sampling: self.number,
        };
        for (helper, hand) in self.helpers.iter().enumerate() {
            if hand.has_begun {
                drop(self.team.crew.ask(helper, &order, &[]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows a piece, and pieces in which each prompt comes.
    fn cut(groups: &[usize], workers: usize) -> (Vec<usize>, Vec<usize>) {
        let all: usize = groups.iter().sum();
        let prompt_rows = |(group, &rows): (usize, &usize)| PromptRows {
            prompt: vec![group as u32],
            streams: (0..rows).collect(),
        };
        let of_prompts = groups.iter().enumerate().map(prompt_rows).collect();
        let pieces = pieces(of_prompts, all, workers);
        let holds =
            |piece: &Piece, group: usize| piece.0.iter().any(|rows| rows.prompt == [group as u32]);
        let comes = |group| pieces.iter().filter(|piece| holds(piece, group)).count();
        let each = (0..groups.len()).map(comes).collect();
        (pieces.iter().map(Piece::rows).collect(), each)
    }

    #[test]
    fn rows_of_a_prompt_stay_together_as_far_as_that_leaves_enough_pieces() {
        // Rollouts: eight answers to each of eight prompts.
        assert_eq!(cut(&[8; 8], 2), (vec![8; 8], vec![1; 8]));
        // One prompt each, and one prompt for all.
        assert_eq!(cut(&[1; 64], 2), (vec![4; 16], vec![1; 64]));
        assert_eq!(cut(&[64], 2), (vec![8; 8], vec![8]));
        // Pairs.
        assert_eq!(cut(&[2; 16], 4), (vec![4; 8], vec![1; 16]));
        assert_eq!(cut(&[3, 2, 2, 1], 2), (vec![3, 4, 1], vec![1; 4]));
        assert_eq!(cut(&[], 2), (vec![], vec![]));
    }

    #[test]
    fn a_worker_has_most_of_its_share_at_a_time_and_no_more_than_a_batch() {
        assert_eq!(window(64, 2), 24);
        assert_eq!(window(16, 2), 8);
        assert_eq!(window(6, 2), 3);
        assert_eq!(window(10_000, 2), GENERATION_BATCH);
    }
}
