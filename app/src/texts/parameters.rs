//! What the page says of each parameter: symbol, name, definition, range, choices.

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
    pub definition: &'static str,
}

pub const EPSILON: Words = Words {
    symbol: "ε",
    name: "smoothing",
    range: "a number from 0 to below 1, for robust below 0.5",
    definition: "The share of labels taken to be wrong. Usual: 0 to 0.3; EXO needs it above 0, such as 0.001.",
};

pub const GAMMA: Words = Words {
    symbol: "γ",
    name: "lead",
    range: "a number, such as 1",
    definition: "By how much β times the gap should lead before a pair counts as learnt. The paper gives γ/β, here 0.5; usual: 0.3 to 1.6 times β.",
};

pub const ALPHA: Words = Words {
    symbol: "α",
    name: "bend",
    range: "a number, such as 0.25",
    definition: "How AlphaPO bends the scale of log-probs: 0 leaves it straight (SimPO); above 0, differences between unlikely answers count for more. Usual: −0.5 to 0.5.",
};

pub const TAU: Words = Words {
    symbol: "τ",
    name: "blend",
    range: "a number above 0, such as 0.05",
    definition: "How abruptly DiscoPOP’s blend changes from one loss to the other with the pair’s margin. Usual: 0.01 to 1.",
};

pub const DESIRABLE_WEIGHT: Words = Words {
    symbol: "λ_D",
    name: "good",
    range: "a number above 0, such as 1",
    definition: "How much good answers count. Where good answers are fewer than bad ones, raise it until λ_D times the number of good answers is 1 to 1.33 times λ_U times the number of bad ones.",
};

pub const UNDESIRABLE_WEIGHT: Words = Words {
    symbol: "λ_U",
    name: "bad",
    range: "a number above 0, such as 1",
    definition: "How much bad answers count. Change λ_D or λ_U, not both.",
};

pub const CPO_ALPHA: Words = Words {
    symbol: "λ",
    name: "chosen’s loss",
    range: "a number, such as 1",
    definition: "How much the chosen answer’s own loss counts beside the preference. 0 leaves it out, as SimPO does; CPO has 1.",
};

pub const LD_ALPHA: Words = Words {
    symbol: "α",
    name: "tail’s share",
    range: "a number from 0 to 1",
    definition: "What a token beyond the shorter answer’s length counts for: 1 is DPO, 0 ignores the tail. Usual: 0.3 to 0.7.",
};

pub const WEIGHT: Words = Words {
    symbol: "w",
    name: "weight",
    range: "a number, such as 1",
    definition: "How much this loss counts in the mixture. Usual: 0 to 2; in RPO, the weight of sft is the paper’s α.",
};

pub const COMPLETION_ONLY: Words = Words {
    symbol: "",
    name: "answers only",
    range: "on or off",
    definition: "On: only the answer’s tokens are learnt. Off: the prompt’s too.",
};

pub const DIVERGENCE: Words = Words {
    symbol: "f",
    name: "divergence",
    range: "reverse_kl, forward_kl, js_divergence or alpha_divergence",
    definition: "What holds the policy to its reference. DPO’s is the reverse KL; the others change how fast the pull grows with the log-ratio (f-DPO).",
};

pub const DIVERGENCE_ALPHA: Words = Words {
    symbol: "α",
    name: "of divergence",
    range: "a number, such as 0.5",
    definition: "Which α-divergence: towards 1 it becomes the reverse KL, towards 0 the forward one. Usual: 0.1 to 0.9.",
};

pub const SYNC_REFERENCE: Words = Words {
    symbol: "",
    name: "moving reference",
    range: "on or off",
    definition: "TR-DPO: the reference follows the policy every so many steps, so that the policy may move further. Off: the reference is frozen.",
};

pub const MIXUP_ALPHA: Words = Words {
    symbol: "α",
    name: "policy’s share",
    range: "a number from 0 to 1",
    definition: "How much of the policy the reference takes on each time: 1 replaces it. Usual: 0.3 to 1; the paper has 0.6.",
};

pub const SYNC_STEPS: Words = Words {
    symbol: "",
    name: "every … steps",
    range: "a whole number from 1 to 100000, such as 20",
    definition: "Optimiser steps between two moves of the reference. TRL has 512, for runs of thousands of steps.",
};

pub const REWARD: Words = Words {
    symbol: "r",
    name: "reward",
    range: "judge: with principles and weights, such as judge:polite=1,short=0.3",
    definition: "What scores each answer that the policy has just written: the judge, under a weighted sum of principles. Several, with a space between them, are added up.",
};

pub const GENERATIONS: Words = Words {
    symbol: "G",
    name: "answers a prompt",
    range: "a whole number from 2 to 256 that divides the batch size",
    definition: "How many answers to the same prompt are compared with each other. Usual: 4 to 16.",
};

pub const NEW_TOKENS: Words = Words {
    symbol: "",
    name: "length limit",
    range: "a whole number from 1 to 100000, such as 96",
    definition: "Tokens of an answer at most. Answers that the limit cuts off are scored as they are.",
};

pub const TEMPERATURE: Words = Words {
    symbol: "",
    name: "temperature",
    range: "a number above 0, such as 1",
    definition: "How freely the policy answers while it trains: below 1 its answers are more alike, and there is less to compare.",
};

pub const ITERATIONS: Words = Words {
    symbol: "μ",
    name: "passes",
    range: "a whole number from 1 to 64, such as 1",
    definition: "How often the answers of one sampling are trained on before the policy answers again. Beyond 1 the ratio w leaves 1, and clipping matters.",
};

pub const OF_GROUP: &str = "of the group";
pub const OF_BATCH: &str = "of the batch";
pub const OF_NOTHING: &str = "not at all";
pub const OF_TOKEN: &str = "each token";
pub const OF_ANSWER: &str = "the answer";

pub const CLIP_RANGE: Words = Words {
    symbol: "ε",
    name: "clipping",
    range: "a number from 0, such as 0.2",
    definition: "How far the ratio w may leave 1 before it counts no further. It matters from the second pass over the same answers on. Usual: 0.1 to 0.3.",
};

pub const SCALE_REWARDS: Words = Words {
    symbol: "",
    name: "divide by the deviation",
    range: "of the group, of the batch, or not at all",
    definition: "What a reward’s distance from its group’s mean is divided by. Not at all is Dr. GRPO’s choice: then easy prompts do not count for more.",
};

pub const RATIO_OF: Words = Words {
    symbol: "w",
    name: "ratio of",
    range: "each token, or the answer",
    definition: "Whether each token has a ratio of its own, or all of an answer their geometric mean (GSPO).",
};

pub const CORRECT_KL: Words = Words {
    symbol: "",
    name: "KL times the ratio",
    range: "on or off",
    definition: "Whether the KL’s term is multiplied by w, which makes its gradient right for answers of an earlier policy. TRL has it on.",
};

pub const ESTIMATE_K1: &str = "the log-ratio";
pub const ESTIMATE_K3: &str = "e⁻ᵏ − 1 + k";

pub const PPO_EPOCHS: Words = Words {
    symbol: "",
    name: "passes",
    range: "a whole number from 1 to 64, such as 4",
    definition: "How often the answers of one sampling are trained on before the policy answers again. Clipping keeps later passes from going too far.",
};

pub const MINI_BATCHES: Words = Words {
    symbol: "",
    name: "steps a pass",
    range: "a whole number from 1 to 64, such as 2",
    definition: "Steps that a pass over the answers takes, each with a batch of its own. The policy writes as many answers at once as all of them hold.",
};

pub const POLICY_CLIP: Words = Words {
    symbol: "ε",
    name: "clipping",
    range: "a number from 0, such as 0.2",
    definition: "How far the ratio w may leave 1 before it counts no further. Usual: 0.1 to 0.3.",
};

pub const VALUE_CLIP: Words = Words {
    symbol: "",
    name: "value’s clipping",
    range: "a number from 0, such as 0.2",
    definition: "How far a value may move in one round of passes before it counts no further.",
};

pub const VALUE_WEIGHT: Words = Words {
    symbol: "c",
    name: "value’s weight",
    range: "a number from 0, such as 0.1",
    definition: "How much the value model’s loss counts beside the policy’s. Usual: 0.1 to 1.",
};

pub const DISCOUNT: Words = Words {
    symbol: "γ",
    name: "discount",
    range: "a number from 0 to 1",
    definition: "What a reward counts for one token earlier. 1 for answers: the reward is the whole answer’s.",
};

pub const LAMBDA: Words = Words {
    symbol: "λ",
    name: "of the advantage",
    range: "a number from 0 to 1",
    definition: "How far ahead an advantage looks before it trusts the value model: 1 looks to the end, 0 one token. Usual: 0.9 to 1.",
};

pub const KL_TARGET: Words = Words {
    symbol: "",
    name: "KL to keep to",
    range: "a number of nats from 0, such as 6; 0 steers nothing",
    definition: "Above 0, β grows a little after answers that have gone further than this from the reference, and shrinks after others.",
};

pub const KL_ESTIMATE: Words = Words {
    symbol: "",
    name: "estimate of the KL",
    range: "k1 or k3",
    definition: "What is taken off the reward at each token: the log-ratio k to the reference, or e⁻ᵏ − 1 + k, which is never negative and varies less.",
};

pub const WHITEN_REWARDS: Words = Words {
    symbol: "",
    name: "even rewards out",
    range: "on or off",
    definition: "Whether the rewards of all tokens are brought to a deviation of 1 before advantages are made of them.",
};

pub const TOP_P: Words = Words {
    symbol: "",
    name: "top-p",
    range: "a number above 0, up to 1",
    definition: "Answers are drawn from the likeliest tokens that together reach this probability. 1 keeps all, and so what is trained is what is sampled.",
};

pub const TOP_K: Words = Words {
    symbol: "",
    name: "top-k",
    range: "a whole number from 0 to 100000, such as 0",
    definition: "Answers are drawn from so many likeliest tokens; 0 keeps all.",
};

pub const REPETITION_PENALTY: Words = Words {
    symbol: "",
    name: "repetition penalty",
    range: "a number above 0, such as 1",
    definition: "Above 1, tokens that stand there already are drawn less often. 1 leaves them.",
};

pub const BATCH_SIZE: Words = Words {
    symbol: "",
    name: "batch size",
    range: "a whole number from 1 to 256 (KTO: from 2), such as 8",
    definition: "Pairs (for KTO, RLOO, GRPO and PPO: answers) that each gradient is averaged over. Larger is steadier and slower. Usual: 4 to 32.",
};

pub const ACCUMULATION: Words = Words {
    symbol: "",
    name: "accumulation",
    range: "a whole number from 1 to 256, such as 1",
    definition: "Batches whose gradients are added up before the weights change once. Usual: 1 to 8.",
};

pub const SCHEDULE: Words = Words {
    symbol: "",
    name: "schedule",
    range: "one of transformers’ seven schedules",
    definition: "How the learning rate moves over the run, after the warm-up.",
};

pub const WARMUP: Words = Words {
    symbol: "",
    name: "warm-up steps",
    range: "a whole number from 0 to 100000, such as 12",
    definition: "Steps over which the learning rate rises from 0. The page proposes a tenth of the run.",
};

pub const WEIGHT_DECAY: Words = Words {
    symbol: "",
    name: "weight decay",
    range: "a number from 0, such as 0.01",
    definition: "How strongly the weights are pulled towards zero, whatever the loss says; biases and LayerNorm are left out. Usual: 0 to 0.1.",
};

pub const ADAM_EPSILON: Words = Words {
    symbol: "",
    name: "Adam's epsilon",
    range: "a number from 0, such as 0.001",
    definition: "Where the gradient is smaller than this, Adam steps less than the learning rate. A small model soon fits its few pairs, and with TRL's 1e-8 it then keeps moving away from the reference. The page proposes 0.001.",
};

pub const MAX_GRAD_NORM: Words = Words {
    symbol: "",
    name: "gradient limit",
    range: "a number from 0, such as 1",
    definition: "A gradient longer than this is clipped to this length; 0 switches clipping off. Usual: 0.5 to 10.",
};
