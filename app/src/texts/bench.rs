//! The benchmark: what this machine can do.

pub const BENCHMARK: &str = "Benchmark";
pub const WHAT_IT_IS: &str = "A training step of a small GPT with fixed weights and data, timed on this machine: forward, loss, backward and AdamW, and the loss read back every step. Or the answers that it samples to a batch of prompts.";
pub const CLOSE: &str = "Close the benchmark";
pub const CLOSE_SIGN: &str = "\u{d7}";

pub const WHAT_TO_DO: &str = "Press Run: the first five steps warm up, the others are timed. Numbers from other machines can be compared when the settings are the same.";

pub const DEVICE: &str = "Device";
pub const AS_THE_LAB: &str = "Same as the lab";
pub const WEBGPU: &str = "WebGPU";
pub const CPU: &str = "CPU";
pub const INSTRUCTIONS: &str = "CPU instructions";
pub const FASTEST: &str = "Fastest here";
pub const PLAIN: &str = "Plain SIMD";
pub const RELAXED: &str = "Relaxed SIMD";
pub const OBJECTIVE: &str = "Objective";
pub const SFT: &str = "SFT";
pub const DPO: &str = "DPO";
pub const SAMPLING: &str = "Sampling answers";
pub const TIED: &str = "Head";
pub const TIED_YES: &str = "Tied";
pub const TIED_NO: &str = "Untied";

pub const LAYERS: &str = "Layers";
pub const WIDTH: &str = "Width";
pub const HEADS: &str = "Heads";
pub const VOCAB: &str = "Vocabulary";
pub const CONTEXT: &str = "Context";
pub const BATCH: &str = "Batch";
pub const STEPS: &str = "Timed steps";
pub const WORKERS: &str = "Workers";
/// What an empty field of workers means.
pub const AUTOMATIC: &str = "auto";

pub const RUN: &str = "Run";
pub const CANCEL: &str = "Cancel";
pub const PROGRESS: &str = "Steps of the benchmark";
pub const STARTING: &str = "Starting an engine of its own\u{2026}";
pub const ENGINE_IS_BUSY: &str = "The engine is at work: it and the benchmark would slow each other down. Wait until it is ready, or pause it.";

pub fn progress(step: usize, of: usize, ms: &str) -> String {
    format!("step {step} of {of} \u{b7} {ms} ms")
}

pub const MEDIAN: &str = "Median step";
pub const FASTEST_STEP: &str = "Fastest step";
pub const FIRST_STEP: &str = "First step";
pub const TOKENS: &str = "Tokens a second";
pub const COMPOSED_TOKENS: &str = "By burn\u{2019}s own operations";
pub const TIMES_COMPOSED: &str = "Faster than these";
pub const DISPATCHES: &str = "Dispatches a step";
pub const SUBMISSIONS: &str = "Submissions a step";
pub const GPU_MEMORY: &str = "GPU memory";
pub const LAST_LOSS: &str = "Last loss";

pub fn milliseconds(number: &str) -> String {
    format!("{number} ms")
}

pub fn times(ratio: &str) -> String {
    format!("{ratio}\u{d7}")
}

/// What was measured on what.
pub fn measured(parameters: &str, device: &str, workers: usize) -> String {
    let workers = match workers {
        1 => String::new(),
        many => format!(", {many} workers"),
    };
    format!("{parameters} parameters on {device}{workers}")
}

pub fn steps_chart(count: usize) -> String {
    format!("Time of each step, {count} in all; the first ones warm up and are not counted")
}

pub const AS_JSON: &str = "As JSON";
pub const COPY: &str = "Copy";
pub const COPIED: &str = "Copied";
pub const DONE: &str = "The benchmark is done.";

pub fn device_refused(reason: &str) -> String {
    format!("The CPU was measured instead of WebGPU: {reason}.")
}

pub const RELAXED_REFUSED: &str =
    "Plain SIMD was measured: this browser, or this copy of Tilt, has no relaxed SIMD.";
pub const WORKERS_REFUSED: &str =
    "On WebGPU one worker does it all: only on the CPU do several share a step.";

pub const A_WHOLE_NUMBER: &str = "a whole number";
