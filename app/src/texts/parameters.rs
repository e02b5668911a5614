//! What the page says of each parameter: symbol, name, range, choices. What it is stands in
//! `parameter_definitions.rs`.

pub const OFF: &str = "off";
pub const ON: &str = "on";

pub const REVERSE_KL: &str = "reverse KL";
pub const FORWARD_KL: &str = "forward KL";
pub const JENSEN_SHANNON: &str = "Jensen\u{2013}Shannon";
pub const ALPHA_DIVERGENCE: &str = "\u{3b1}-divergence";

pub const CONSTANT: &str = "constant";
pub const CONSTANT_AFTER_WARMUP: &str = "constant after warm-up";
pub const LINEAR: &str = "linear to 0";
pub const COSINE: &str = "cosine to 0";
pub const COSINE_WITH_RESTARTS: &str = "cosine with restarts";
pub const POLYNOMIAL: &str = "polynomial";
pub const INVERSE_SQUARE_ROOT: &str = "inverse square root";

/// The words of a parameter.
pub struct Words {
    /// The paper's symbol, where there is one.
    pub symbol: &'static str,
    pub name: &'static str,
    /// The values that are allowed, as messages name them.
    pub range: &'static str,
}

pub const EPSILON: Words = Words {
    symbol: "ε",
    name: "smoothing",
    range: "a number from 0 to below 1, for robust below 0.5",
};

pub const GAMMA: Words = Words {
    symbol: "γ",
    name: "lead",
    range: "a number, such as 1",
};

pub const ALPHA: Words = Words {
    symbol: "α",
    name: "bend",
    range: "a number, such as 0.25",
};

pub const TAU: Words = Words {
    symbol: "τ",
    name: "blend",
    range: "a number above 0, such as 0.05",
};

pub const DESIRABLE_WEIGHT: Words = Words {
    symbol: "λ_D",
    name: "good",
    range: "a number above 0, such as 1",
};

pub const UNDESIRABLE_WEIGHT: Words = Words {
    symbol: "λ_U",
    name: "bad",
    range: "a number above 0, such as 1",
};

pub const CPO_ALPHA: Words = Words {
    symbol: "λ",
    name: "chosen’s loss",
    range: "a number, such as 1",
};

pub const LD_ALPHA: Words = Words {
    symbol: "α",
    name: "tail’s share",
    range: "a number from 0 to 1",
};

pub const WEIGHT: Words = Words {
    symbol: "w",
    name: "weight",
    range: "a number, such as 1",
};

pub const COMPLETION_ONLY: Words = Words {
    symbol: "",
    name: "answers only",
    range: "on or off",
};

pub const DIVERGENCE: Words = Words {
    symbol: "f",
    name: "divergence",
    range: "reverse_kl, forward_kl, js_divergence or alpha_divergence",
};

pub const DIVERGENCE_ALPHA: Words = Words {
    symbol: "α",
    name: "of divergence",
    range: "a number, such as 0.5",
};

pub const SYNC_REFERENCE: Words = Words {
    symbol: "",
    name: "moving reference",
    range: "on or off",
};

pub const MIXUP_ALPHA: Words = Words {
    symbol: "α",
    name: "policy’s share",
    range: "a number from 0 to 1",
};

pub const SYNC_STEPS: Words = Words {
    symbol: "",
    name: "every … steps",
    range: "a whole number from 1 to 100000, such as 20",
};

pub const REWARD: Words = Words {
    symbol: "r",
    name: "reward",
    range: "judge: with principles and weights, such as judge:polite=1,short=0.3",
};

pub const GENERATIONS: Words = Words {
    symbol: "G",
    name: "answers a prompt",
    range: "a whole number from 2 to 256 that divides the batch size",
};

pub const NEW_TOKENS: Words = Words {
    symbol: "",
    name: "length limit",
    range: "a whole number from 1 to 100000, such as 96",
};

pub const TEMPERATURE: Words = Words {
    symbol: "",
    name: "temperature",
    range: "a number above 0, such as 1",
};

pub const ITERATIONS: Words = Words {
    symbol: "μ",
    name: "passes",
    range: "a whole number from 1 to 64, such as 1",
};

pub const BATCHES_SAMPLED: Words = Words {
    symbol: "",
    name: "batches a sampling",
    range: "0, or a multiple of the accumulation up to 256",
};

pub const RENEW_REFERENCE: Words = Words {
    symbol: "",
    name: "reference of each round",
    range: "on or off",
};

pub const PAIR_LOSS: Words = Words {
    symbol: "",
    name: "loss",
    range: "one of DPO’s losses of a pair",
};

pub const LOSS_SIGMOID: &str = "DPO";
pub const LOSS_IPO: &str = "IPO";
pub const LOSS_HINGE: &str = "SLiC hinge";
pub const LOSS_CDPO: &str = "cDPO";
pub const LOSS_ROBUST: &str = "Robust DPO";
pub const LOSS_EXO: &str = "EXO";
pub const LOSS_NCA: &str = "NCA";
pub const LOSS_BCO: &str = "BCO";
pub const LOSS_SPPO: &str = "SPPO";
pub const LOSS_APO_ZERO: &str = "APO-zero";
pub const LOSS_APO_DOWN: &str = "APO-down";
pub const LOSS_AOT: &str = "AOT";
pub const LOSS_AOT_UNPAIRED: &str = "AOT, unpaired";
pub const LOSS_DISCOPOP: &str = "DiscoPOP";
pub const LOSS_SIGMOID_NORM: &str = "Length-normalised DPO";

pub const OF_GROUP: &str = "of the group";
pub const OF_BATCH: &str = "of the batch";
pub const OF_NOTHING: &str = "not at all";
pub const OF_TOKEN: &str = "each token";
pub const OF_ANSWER: &str = "the answer";

pub const CLIP_RANGE: Words = Words {
    symbol: "ε",
    name: "clipping",
    range: "a number from 0, such as 0.2",
};

pub const SCALE_REWARDS: Words = Words {
    symbol: "",
    name: "divide by the deviation",
    range: "of the group, of the batch, or not at all",
};

pub const RATIO_OF: Words = Words {
    symbol: "w",
    name: "ratio of",
    range: "each token, or the answer",
};

pub const CORRECT_KL: Words = Words {
    symbol: "",
    name: "KL times the ratio",
    range: "on or off",
};

pub const ESTIMATE_K1: &str = "the log-ratio";
pub const ESTIMATE_K3: &str = "e⁻ᵏ − 1 + k";

pub const PPO_EPOCHS: Words = Words {
    symbol: "",
    name: "passes",
    range: "a whole number from 1 to 64, such as 4",
};

pub const MINI_BATCHES: Words = Words {
    symbol: "",
    name: "steps a pass",
    range: "a whole number from 1 to 64, such as 2",
};

pub const POLICY_CLIP: Words = Words {
    symbol: "ε",
    name: "clipping",
    range: "a number from 0, such as 0.2",
};

pub const VALUE_CLIP: Words = Words {
    symbol: "",
    name: "value’s clipping",
    range: "a number from 0, such as 0.2",
};

pub const VALUE_WEIGHT: Words = Words {
    symbol: "c",
    name: "value’s weight",
    range: "a number from 0, such as 0.1",
};

pub const DISCOUNT: Words = Words {
    symbol: "γ",
    name: "discount",
    range: "a number from 0 to 1",
};

pub const LAMBDA: Words = Words {
    symbol: "λ",
    name: "of the advantage",
    range: "a number from 0 to 1",
};

pub const KL_TARGET: Words = Words {
    symbol: "",
    name: "KL to keep to",
    range: "a number of nats from 0, such as 6; 0 steers nothing",
};

pub const KL_ESTIMATE: Words = Words {
    symbol: "",
    name: "estimate of the KL",
    range: "k1 or k3",
};

pub const SHARE_TRUNK: Words = Words {
    symbol: "",
    name: "values from the policy",
    range: "on or off",
};

pub const WHITEN_REWARDS: Words = Words {
    symbol: "",
    name: "even rewards out",
    range: "on or off",
};

pub const TOP_P: Words = Words {
    symbol: "",
    name: "top-p",
    range: "a number above 0, up to 1",
};

pub const TOP_K: Words = Words {
    symbol: "",
    name: "top-k",
    range: "a whole number from 0 to 100000, such as 0",
};

pub const REPETITION_PENALTY: Words = Words {
    symbol: "",
    name: "repetition penalty",
    range: "a number above 0, such as 1",
};

pub const BATCH_SIZE: Words = Words {
    symbol: "",
    name: "batch size",
    range: "a whole number from 1 to 256 (KTO: from 2), such as 8",
};

pub const ACCUMULATION: Words = Words {
    symbol: "",
    name: "accumulation",
    range: "a whole number from 1 to 256, such as 1",
};

pub const SCHEDULE: Words = Words {
    symbol: "",
    name: "schedule",
    range: "one of transformers’ seven schedules",
};

pub const WARMUP: Words = Words {
    symbol: "",
    name: "warm-up steps",
    range: "a whole number from 0 to 100000, such as 12",
};

pub const WEIGHT_DECAY: Words = Words {
    symbol: "",
    name: "weight decay",
    range: "a number from 0, such as 0.01",
};

pub const ADAM_EPSILON: Words = Words {
    symbol: "",
    name: "Adam's epsilon",
    range: "a number from 0, such as 0.001",
};

pub const MAX_GRAD_NORM: Words = Words {
    symbol: "",
    name: "gradient limit",
    range: "a number from 0, such as 1",
};
