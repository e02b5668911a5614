//! A shared sampling against one alone.

use super::*;
use crate::breath::{LongWork, until_rest};
use crate::crew::sample;
use crate::generate::{Generator, Pick, SampledAnswer, SamplingRequest};
use tilt_protocol::{Result, Sampling};

/// A model whose answers are of all lengths.
fn model(seed: u64) -> (Model, Tensor<1>) {
    let mut config = GptConfig::new(29, 40, 16, 2, 2);
    config.eos_token_id = Some(1);
    config.more_eos_ids = vec![2, 3];
    let numbers = Model::initial_weights(&Layout::of(&config), &config, seed);
    let device = Device::flex();
    let arena = Tensor::from_data(numbers.as_slice(), &device);
    (Model::new(config, None, &device), arena)
}

/// Prompts with 1 to 23 rows, which do not all stand together.
fn prompts() -> Vec<Vec<u32>> {
    let prompt = |group: usize| vec![4 + group as u32; 1 + group % 5];
    let rows = [1, 9, 3, 23, 2, 1, 1, 5];
    let grouped = rows.iter().enumerate();
    let grouped = grouped.flat_map(|(group, &rows)| std::iter::repeat_n(prompt(group), rows));
    grouped.chain([prompt(1), prompt(3)]).collect()
}

fn request(prompts: &[Vec<u32>]) -> SamplingRequest<'_> {
    SamplingRequest {
        prompts,
        pick: Pick::Sample(Sampling {
            // More digits than a short number has.
            temperature: 0.7 + f64::EPSILON,
            repetition_penalty: 1.1,
            ..Sampling::default()
        }),
        max_new_tokens: 30,
        seed: u64::MAX - 5,
        first_stream: 1000,
    }
}

fn alone(seed: u64) -> Vec<SampledAnswer> {
    let (model, arena) = model(seed);
    let (mut generator, prompts) = (Generator::new(&model, &arena), prompts());
    block_on(generator.sample(&request(&prompts))).unwrap()
}

/// To the last bit what one samples alone.
fn check(team: &Team) {
    let ((model, arena), prompts) = (model(3), prompts());
    let answers = block_on(sample(&model, &arena, &request(&prompts), Some(team)));
    assert_eq!(answers.unwrap(), alone(3));
}

fn check_crew(crew: Rc<Local>, workers: usize) {
    check(&Team::new(crew, workers).sharing_everything(workers));
}

#[test]
fn answers_are_the_same_whatever_the_number_of_workers() {
    let lengths = alone(3);
    let mut lengths: Vec<usize> = lengths.iter().map(|answer| answer.ids.len()).collect();
    lengths.sort_unstable();
    assert!(
        lengths[0] <= 3 && lengths[lengths.len() - 1] > 20,
        "{lengths:?}"
    );
    for workers in 1..=4 {
        let crew = Local::new(workers, usize::MAX, usize::MAX);
        check_crew(crew.clone(), workers);
        // Each helper was given something, and nothing is left with it.
        let orders = crew.orders.get() as usize;
        assert!(orders >= 3 * (workers - 1), "{orders} orders");
        assert!(crew.helpers.borrow().iter().all(Helper::is_idle));
        // A second one finds the helpers as they are now.
        check_crew(crew, workers);
    }
}

#[test]
fn what_a_helper_gives_up_is_sampled() {
    for left in 0..6 {
        check_crew(Local::new(3, left, usize::MAX), 3);
    }
    for pieces in 0..6 {
        check_crew(Local::new(3, usize::MAX, pieces), 3);
    }
}

/// Takes every order and answers none.
struct Silent;

impl Crew for Silent {
    fn ask(&self, _: usize, _: &HelperOrder, _: &[f32]) -> HelperReply {
        Box::pin(std::future::pending())
    }

    fn pause(&self, _: u32) -> Pause {
        Box::pin(ready(()))
    }
}

#[test]
fn nobody_waits_for_a_helper_that_says_nothing() {
    check(&Team::new(Rc::new(Silent), 3).sharing_everything(3));
}

/// A sampling under way, of other weights for each seed.
fn sampling(seed: u64, team: &Team) -> LongWork<Result<Vec<SampledAnswer>>> {
    let team = team.clone();
    Box::pin(async move {
        let ((model, arena), prompts) = (model(seed), prompts());
        sample(&model, &arena, &request(&prompts), Some(&team)).await
    })
}

#[test]
fn samplings_and_steps_may_begin_while_another_is_under_way() {
    let crew = Local::new(3, usize::MAX, usize::MAX);
    let team = Team::new(crew, 3).sharing_everything(3);
    let mut first = sampling(3, &team);
    assert!(block_on(until_rest(&mut first)).is_none());
    super::check(&team, true);
    let mut second = sampling(4, &team);
    assert!(block_on(until_rest(&mut second)).is_none());
    let mut given_up = sampling(5, &team);
    assert!(block_on(until_rest(&mut given_up)).is_none());
    drop(given_up);
    assert_eq!(block_on(first).unwrap(), alone(3));
    assert_eq!(block_on(second).unwrap(), alone(4));
}

#[test]
fn few_answers_are_not_worth_it() {
    let team = Team::new(Rc::new(Silent), 2);
    let shares = |parameters, rows, most| team.shares_sampling(512, parameters, rows, most);
    assert!(shares(1_000_000, 64, 48));
    assert!(!shares(1_000_000, 1, 1_000));
    assert!(!shares(1_000_000, 64, 3));
    assert!(!shares(10_000, 64, 48));
    assert!(!Team::new(Rc::new(Silent), 1).shares_sampling(512, 1_000_000, 64, 48));
}
