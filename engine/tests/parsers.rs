//! Whatever comes from outside, every reader answers with a value or an error: it does not
//! panic, and what it takes in means the same when it goes out again.
//!
//! A seeded generator changes good inputs: `cargo test` a few thousand of each kind,
//! `cargo xtask torture --only parsers` as many as are asked for. Two variables of the
//! environment say what: `TILT_INPUTS` (inputs a reader), `TILT_SEED`, and for one input
//! alone `TILT_INPUT` (its number, as a failure prints it).

#[path = "parsers/generator.rs"]
mod generator;
#[path = "parsers/targets.rs"]
mod targets;

use generator::Generator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use targets::{TARGETS, Target};

/// Inputs a reader when nothing is said: seconds in all.
const USUAL_INPUTS: u64 = 10_000;
/// A campaign gives the readers that are slow (tokenizers) no more than this each.
const LONGEST: Duration = Duration::from_secs(10 * 60);

fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name}={text}: expected a whole number")))
}

/// How many inputs were tried.
fn campaign(target: &Target) -> u64 {
    let inputs = from_environment("TILT_INPUTS").unwrap_or(USUAL_INPUTS);
    let seed = from_environment("TILT_SEED").unwrap_or(1);
    let generator = Generator::new(seed, target.name, (target.seeds)());
    for seed in generator.seeds() {
        (target.read)(seed);
    }
    if let Some(number) = from_environment("TILT_INPUT") {
        (target.read)(&generator.input(number));
        return 1;
    }
    let started = Instant::now();
    for number in 0..inputs {
        if started.elapsed() > LONGEST {
            return number;
        }
        let input = generator.input(number);
        // The panic's own message has been printed when this returns.
        if catch_unwind(AssertUnwindSafe(|| (target.read)(&input))).is_err() {
            panic!(
                "{}: seed {seed}, input {number}; again with TILT_SEED={seed} TILT_INPUT={number}\n{}",
                target.name,
                String::from_utf8_lossy(&input)
            );
        }
    }
    inputs
}

fn tried(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.expect("a reader of that name");
    let started = Instant::now();
    let inputs = campaign(target);
    assert!(inputs > 0, "nothing was tried");
    println!(
        "{name}: {inputs} inputs in {:.0} s",
        started.elapsed().as_secs_f64()
    );
}

macro_rules! readers {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            tried(stringify!($name));
        })*

        #[test]
        fn every_reader_has_a_test() {
            let tested = [$(stringify!($name)),*];
            assert_eq!(TARGETS.each_ref().map(|target| target.name), tested);
        }
    };
}

readers!(
    data,
    labels,
    rollouts,
    trl_config,
    gpt_config,
    weights,
    checkpoint,
    zip,
    tokenizer,
    older_tokenizer,
    template,
    messages,
    lesson,
);
