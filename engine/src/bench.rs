//! The benchmark's training step, the same numbers as other frameworks are timed with:
//! weights and data come from small generators that any language can repeat.
//!
//! Forward, cross-entropy (or DPO), backward and AdamW of a GPT; the loss is read back every
//! step, so that a step's time is all of its work. How fast answers come, of this model or of
//! one that is loaded, is in `sampling.rs`.

mod sampling;

pub use sampling::{SamplingReport, SamplingTimes, time_sampling};

use self::sampling::{SamplingWorkload, tokens_per_s};
use crate::adamw::AdamW;
use crate::batch::Batch;
use crate::crew::{Team, forward_logps};
use crate::gpt_config::GptConfig;
use crate::layout::Layout;
use crate::model::Model;
use crate::parameter_table::{Head, TensorRole};
use crate::readback::read;
use crate::sequence::Sequence;
use crate::session::Session;
use crate::text::TokenisedRow;
use burn::tensor::{Device, Tensor};
use tilt_protocol::statistics::median;
use tilt_protocol::{
    BenchObjective, BenchReport, BenchSettings, GpuCalls, LrSchedule, Objective, ObjectiveKind,
    Result, TrainSettings, metrics,
};
use web_time::Instant;

/// A benchmark under way.
pub struct Bench {
    settings: BenchSettings,
    model: Model,
    workload: Workload,
    losses: Vec<f64>,
    ms: Vec<f64>,
    team: Option<Team>,
    gpu_calls: Option<fn() -> GpuCalls>,
    /// Before the timed steps, and after the last one so far.
    counted: Option<[GpuCalls; 2]>,
}

enum Workload {
    Texts(Box<TextsWorkload>),
    Pairs(Box<Session>),
    Answers(Box<SamplingWorkload>),
}

struct TextsWorkload {
    /// `[parameters]`
    arena: Tensor<1>,
    optimiser: AdamW,
    train: TrainSettings,
}

impl Bench {
    /// # Errors
    /// Those of [`BenchSettings::check`] and [`Session::start`].
    pub fn start(settings: BenchSettings, device: &Device) -> Result<Bench> {
        settings.check()?;
        let mut config = GptConfig::new(
            settings.vocab,
            settings.context,
            settings.d_model,
            settings.layers,
            settings.heads,
        );
        config.is_tied = settings.tied;
        if settings.objective == BenchObjective::Sampling {
            sampling::end_answers(&mut config);
        }
        let layout = Layout::of(&config);
        let arena = Tensor::<1>::from_data(weights(&layout).as_slice(), device);
        let train = train_settings(&settings);
        let model = Model::new(config, None, device);
        let work = match settings.objective {
            BenchObjective::Sft => Workload::Texts(Box::new(TextsWorkload {
                optimiser: AdamW::new(&model.layout, true, device),
                arena,
                train,
            })),
            BenchObjective::Dpo => {
                // The timed steps see the pairs of the others again: their reference is known.
                let rows = (0..BenchSettings::WARM_UP)
                    .flat_map(|step| pairs(&settings, step))
                    .collect();
                let mut session = Session::start(&model, arena.clone(), &arena, rows, train)?;
                session.leave_out_statistics();
                Workload::Pairs(Box::new(session))
            }
            BenchObjective::Sampling => {
                let prompts = prompts(&settings);
                Workload::Answers(Box::new(SamplingWorkload::new(arena, prompts)))
            }
        };
        Ok(Bench {
            settings,
            model,
            workload: work,
            losses: Vec::new(),
            ms: Vec::new(),
            team: None,
            gpu_calls: None,
            counted: None,
        })
    }

    /// Shares each step among as many workers as the settings ask for, or as the team has.
    pub fn with_team(mut self, team: Option<Team>) -> Bench {
        self.team = team.map(|team| match self.settings.workers {
            // Whoever names a number wants to see what it does, worth it or not.
            Some(workers) => team.sharing_everything(workers),
            None => team,
        });
        if let Workload::Pairs(session) = &mut self.workload {
            session.set_team(self.team.clone());
        }
        self
    }

    /// Counts what the timed steps ask of the GPU.
    pub fn with_gpu_calls(mut self, gpu_calls: Option<fn() -> GpuCalls>) -> Bench {
        self.gpu_calls = gpu_calls;
        self
    }

    /// Steps made.
    pub fn steps(&self) -> usize {
        self.losses.len()
    }

    /// Steps in all.
    pub fn of(&self) -> usize {
        BenchSettings::WARM_UP + self.settings.steps
    }

    /// One step; its time in ms.
    ///
    /// # Errors
    /// Those of [`Session::step`].
    pub async fn step(&mut self) -> Result<f64> {
        let rows = texts(&self.settings, self.steps());
        if self.steps() == BenchSettings::WARM_UP {
            self.counted = self.gpu_calls.map(|count| [count(); 2]);
        }
        let start = Instant::now();
        let mut of_kernels = None;
        let loss = match &mut self.workload {
            Workload::Texts(work) => {
                let TextsWorkload {
                    arena,
                    optimiser,
                    train,
                } = work.as_mut();
                let batch = Batch::new(&rows, 0)?;
                let team = self.team.as_ref();
                let forward = forward_logps(&self.model, arena, &batch, false, team).await?;
                let upstream = vec![-1.0 / batch.scored() as f32; batch.scored()];
                let gradient = forward.tape.backward(&self.model, &batch, &upstream);
                let gradient = gradient.await;
                let lr = train.learning_rate;
                // Only what nobody else holds can be changed where it lies.
                let policy = std::mem::replace(arena, gradient.clone());
                (*arena, _) = optimiser.clipped_update(policy, gradient, lr, train);
                let logps = read(forward.values).await?;
                -logps.iter().map(|&logp| f64::from(logp)).sum::<f64>() / logps.len() as f64
            }
            Workload::Pairs(session) => {
                let outcome = session.step(&self.model).await?;
                outcome.metrics.get(metrics::LOSS).unwrap_or(f64::NAN)
            }
            Workload::Answers(work) => {
                let step = work.step(&self.model, self.team.as_ref()).await?;
                of_kernels = Some(step.ms);
                step.nats_a_token
            }
        };
        let ms = of_kernels.unwrap_or_else(|| start.elapsed().as_secs_f64() * 1e3);
        self.losses.push(loss);
        self.ms.push(ms);
        if let (Some([_, last]), Some(count)) = (&mut self.counted, self.gpu_calls) {
            *last = count();
        }
        Ok(ms)
    }

    /// What was measured so far; `device` and `adapter` are the caller's.
    pub fn report(&self, device: &str, adapter: &str) -> BenchReport {
        let timed: Vec<f64> = self
            .ms
            .iter()
            .skip(BenchSettings::WARM_UP)
            .copied()
            .collect();
        let median = median(&timed).unwrap_or(f64::NAN);
        let composed = match &self.workload {
            Workload::Answers(work) => work.composed(median),
            Workload::Texts(_) | Workload::Pairs(_) => None,
        };
        let tokens = match &self.workload {
            Workload::Answers(work) => work.tokens(),
            Workload::Texts(_) | Workload::Pairs(_) => self.settings.batch * self.settings.context,
        };
        let steps = timed.len();
        let per_step = |read: fn(&GpuCalls) -> u64| {
            let [before, last] = self.counted.as_ref()?;
            let calls = read(last).saturating_sub(read(before));
            Some(calls as f64 / steps as f64)
        };
        BenchReport {
            settings: self.settings.clone(),
            parameters: self.model.layout.len,
            median_ms: median,
            min_ms: timed
                .iter()
                .copied()
                .min_by(f64::total_cmp)
                .unwrap_or(f64::NAN),
            step_ms: timed,
            first_step_ms: self.ms.first().copied().unwrap_or(f64::NAN),
            tokens_per_s: tokens_per_s(tokens, median),
            dispatches_per_step: per_step(|calls| calls.dispatches),
            submissions_per_step: per_step(|calls| calls.submissions),
            new_buffers_per_step: per_step(|calls| calls.buffers),
            memory_bytes: None,
            gpu_bytes: self.counted.map(|[_, last]| last.bytes),
            losses: self.losses.clone(),
            composed,
            device: device.to_owned(),
            adapter: adapter.to_owned(),
            simd: crate::kernels::SIMD,
            workers: self.team.as_ref().map_or(1, |team| team.workers),
        }
    }
}

/// AdamW with decay on every tensor, no clipping, a constant rate.
fn train_settings(settings: &BenchSettings) -> TrainSettings {
    let objective: Objective = match settings.objective {
        BenchObjective::Sft | BenchObjective::Sampling => ObjectiveKind::Sft.with_beta(0.1),
        BenchObjective::Dpo => ObjectiveKind::Dpo.with_beta(0.1),
    };
    TrainSettings {
        learning_rate: 1e-3,
        weight_decay: 0.01,
        adam_beta1: 0.9,
        adam_beta2: 0.999,
        adam_epsilon: 1e-8,
        max_grad_norm: 0.0,
        lr_schedule: LrSchedule::Constant,
        warmup_steps: 0,
        decay_all: true,
        keep_order: true,
        batch_size: settings.batch / 2,
        max_length: settings.context,
        steps: BenchSettings::WARM_UP + settings.steps,
        ..TrainSettings::trl_defaults(objective)
    }
}

/// Uniform numbers in [0, 1): the generator mulberry32.
struct Mulberry(u32);

impl Mulberry {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() * count as f64) as usize
    }
}

/// Matrices uniform with deviation 0.02, in the order of the layout; gains 1, biases 0. A
/// head of its own is drawn as `[width, vocab]`.
fn weights(layout: &Layout) -> Vec<f32> {
    let mut random = Mulberry(1234);
    let most = 0.02 * 3.0f64.sqrt();
    let mut arena = vec![0.0; layout.len];
    for slot in &layout.slots {
        let numbers = &mut arena[slot.range()];
        match slot.shape[..] {
            [rows, columns] => {
                let drawn: Vec<f32> = numbers
                    .iter()
                    .map(|_| ((random.next() * 2.0 - 1.0) * most) as f32)
                    .collect();
                if slot.role == TensorRole::Head(Head::Language) {
                    for (index, number) in numbers.iter_mut().enumerate() {
                        *number = drawn[index % columns * rows + index / columns];
                    }
                } else {
                    numbers.copy_from_slice(&drawn);
                }
            }
            _ if slot.role == TensorRole::Gain => numbers.fill(1.0),
            _ => {}
        }
    }
    arena
}

/// Step `step`'s sequences of `context + 1` tokens, each drawn from the one before:
/// (5 x + 17 + one of 0 to 3) mod vocab. Its entropy is ln 4 nats a token.
fn texts(settings: &BenchSettings, step: usize) -> Vec<Sequence> {
    let mut random = Mulberry(9000 + step as u32);
    (0..settings.batch)
        .map(|_| {
            let mut token = random.below(settings.vocab);
            let mut completion = Vec::with_capacity(settings.context);
            let first = token as u32;
            for _ in 0..settings.context {
                token = (5 * token + 17 + random.below(4)) % settings.vocab;
                completion.push(token as u32);
            }
            Sequence {
                prompt: vec![first],
                completion,
            }
        })
        .collect()
}

/// Pairs whose sequences have `context` tokens, of which the first half is shared.
fn pairs(settings: &BenchSettings, step: usize) -> Vec<TokenisedRow> {
    let half = settings.context / 2;
    let texts = texts(settings, step);
    texts
        .chunks_exact(2)
        .map(|two| {
            let prompt: Vec<u32> = two[0].completion[..half].to_vec();
            let side = |text: &Sequence| Sequence {
                prompt: prompt.clone(),
                completion: text.completion[half..].to_vec(),
            };
            TokenisedRow::Pair {
                chosen: side(&two[0]),
                rejected: side(&two[1]),
                margin: None,
            }
        })
        .collect()
}

/// As many prompts as there are sequences in a step, of a quarter of the context.
fn prompts(settings: &BenchSettings) -> Vec<Vec<u32>> {
    let length = (settings.context / 4).max(1);
    let texts = texts(settings, 0).into_iter();
    texts
        .map(|text| text.completion[..length].to_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;

    /// The losses that other frameworks reach from these weights with this data.
    #[test]
    fn a_step_too_short_for_the_clock_has_no_rate() {
        assert_eq!(tokens_per_s(16, 0.5), Some(32_000.0));
        assert_eq!(tokens_per_s(16, 0.0), None);
        assert_eq!(tokens_per_s(16, f64::NAN), None);
    }

    #[test]
    fn the_specified_step_has_the_known_losses() {
        let settings = BenchSettings {
            steps: 1,
            ..BenchSettings::default()
        };
        let mut bench = Bench::start(settings, &Device::flex()).unwrap();
        for _ in 0..5 {
            block_on(bench.step()).unwrap();
        }
        let report = bench.report("cpu", "");
        assert_eq!(report.parameters, 932_608);
        assert!(
            (report.losses[0] - 6.253_89).abs() < 1e-4,
            "{:?}",
            report.losses
        );
        assert!(
            (report.losses[4] - 6.208_9).abs() < 1e-3,
            "{:?}",
            report.losses
        );
    }

    #[test]
    fn answers_are_of_many_lengths_and_both_ways_sample_them() {
        let settings = BenchSettings {
            objective: BenchObjective::Sampling,
            steps: 2,
            layers: 1,
            batch: 40,
            ..BenchSettings::default()
        };
        let mut bench = Bench::start(settings, &Device::flex()).unwrap();
        while bench.steps() < bench.of() {
            block_on(bench.step()).unwrap();
        }
        let report = bench.report("cpu", "");
        let composed = report.composed.unwrap();
        // Of 48 tokens at most an answer has about 25: one token in 32 ends it.
        assert!(
            (40 * 15..40 * 35).contains(&composed.tokens),
            "{composed:?}"
        );
        assert!(composed.same_answers >= 39, "{composed:?}");
        assert_eq!((report.step_ms.len(), composed.step_ms.len()), (2, 2));
        let nats = report.losses[0];
        assert!((nats - f64::ln(512.0)).abs() < 0.1, "{nats}");
        assert!(report.losses.iter().all(|loss| *loss == nats));
    }

    #[test]
    fn pairs_start_at_ln_2() {
        let settings = BenchSettings {
            objective: BenchObjective::Dpo,
            steps: 1,
            layers: 1,
            ..BenchSettings::default()
        };
        let mut bench = Bench::start(settings, &Device::flex()).unwrap();
        block_on(bench.step()).unwrap();
        let loss = bench.report("cpu", "").losses[0];
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-9, "{loss}");
    }
}
