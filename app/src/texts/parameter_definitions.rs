//! What each parameter is, in a sentence or two: read where its field is shown, and not loaded
//! before that.

pub const EPSILON: &str =
    "The share of labels taken to be wrong. Usual: 0 to 0.3; EXO needs it above 0, such as 0.001.";
pub const GAMMA: &str = "By how much β times the gap should lead before a pair counts as learnt. The paper gives γ/β, here 0.5; usual: 0.3 to 1.6 times β.";
pub const ALPHA: &str = "How AlphaPO bends the scale of log-probs: 0 leaves it straight (SimPO); above 0, differences between unlikely answers count for more. Usual: −0.5 to 0.5.";
pub const TAU: &str = "How abruptly DiscoPOP’s blend changes from one loss to the other with the pair’s margin. Usual: 0.01 to 1.";
pub const DESIRABLE_WEIGHT: &str = "How much good answers count. Where good answers are fewer than bad ones, raise it until λ_D times the number of good answers is 1 to 1.33 times λ_U times the number of bad ones.";
pub const UNDESIRABLE_WEIGHT: &str = "How much bad answers count. Change λ_D or λ_U, not both.";
pub const CPO_ALPHA: &str = "How much the chosen answer’s own loss counts beside the preference. 0 leaves it out, as SimPO does; CPO has 1.";
pub const LD_ALPHA: &str = "What a token beyond the shorter answer’s length counts for: 1 is DPO, 0 ignores the tail. Usual: 0.3 to 0.7.";
pub const WEIGHT: &str = "How much this loss counts in the mixture. Usual: 0 to 2; in RPO, the weight of sft is the paper’s α.";
pub const COMPLETION_ONLY: &str = "On: only the answer’s tokens are learnt. Off: the prompt’s too.";
pub const DIVERGENCE: &str = "What holds the policy to its reference. DPO’s is the reverse KL; the others change how fast the pull grows with the log-ratio (f-DPO).";
pub const DIVERGENCE_ALPHA: &str = "Which α-divergence: towards 1 it becomes the reverse KL, towards 0 the forward one. Usual: 0.1 to 0.9.";
pub const SYNC_REFERENCE: &str = "TR-DPO: the reference follows the policy every so many steps, so that the policy may move further. Off: the reference is frozen.";
pub const MIXUP_ALPHA: &str = "How much of the policy the reference takes on each time: 1 replaces it. Usual: 0.3 to 1; the paper has 0.6.";
pub const SYNC_STEPS: &str = "Optimiser steps between two moves of the reference. TRL has 512, for runs of thousands of steps.";
pub const REWARD: &str = "What scores each answer that the policy has just written: the judge, under a weighted sum of principles. Several, with a space between them, are added up.";
pub const GENERATIONS: &str =
    "How many answers to the same prompt are compared with each other. Usual: 4 to 16.";
pub const NEW_TOKENS: &str =
    "Tokens of an answer at most. Answers that the limit cuts off are scored as they are.";
pub const TEMPERATURE: &str = "How freely the policy answers while it trains: below 1 its answers are more alike, and there is less to compare.";
pub const ITERATIONS: &str = "How often the answers of one sampling are trained on before the policy answers again. Beyond 1, the ratio w of RLOO and GRPO leaves 1, and clipping matters.";
pub const BATCHES_SAMPLED: &str = "How many batches of answers the policy writes at once. 0: those of one step. More make rounds, in which later steps train on answers of a policy that is a few steps older.";
pub const RENEW_REFERENCE: &str = "Iterative DPO: whenever the policy has answered, it becomes the reference for what comes next. Off: the reference stays what it was at the start.";
pub const PAIR_LOSS: &str =
    "What is minimised on each fresh pair. TRL’s Online DPO has DPO and IPO.";
pub const CLIP_RANGE: &str = "How far the ratio w may leave 1 before it counts no further. It matters from the second pass over the same answers on. Usual: 0.1 to 0.3.";
pub const SCALE_REWARDS: &str = "What a reward’s distance from its group’s mean is divided by. Not at all is Dr. GRPO’s choice: then easy prompts do not count for more.";
pub const RATIO_OF: &str =
    "Whether each token has a ratio of its own, or all of an answer their geometric mean (GSPO).";
pub const CORRECT_KL: &str = "Whether the KL’s term is multiplied by w, which makes its gradient right for answers of an earlier policy. TRL has it on.";
pub const PPO_EPOCHS: &str = "How often the answers of one sampling are trained on before the policy answers again. Clipping keeps later passes from going too far.";
pub const MINI_BATCHES: &str = "Steps that a pass over the answers takes, each with a batch of its own. The policy writes as many answers at once as all of them hold.";
pub const POLICY_CLIP: &str =
    "How far the ratio w may leave 1 before it counts no further. Usual: 0.1 to 0.3.";
pub const VALUE_CLIP: &str =
    "How far a value may move in one round of passes before it counts no further.";
pub const VALUE_WEIGHT: &str =
    "How much the value model’s loss counts beside the policy’s. Usual: 0.1 to 1.";
pub const DISCOUNT: &str =
    "What a reward counts for one token earlier. 1 for answers: the reward is the whole answer’s.";
pub const LAMBDA: &str = "How far ahead an advantage looks before it trusts the value model: 1 looks to the end, 0 one token. Usual: 0.9 to 1.";
pub const KL_TARGET: &str = "Above 0, β grows a little after answers that have gone further than this from the reference, and shrinks after others.";
pub const KL_ESTIMATE: &str = "What is taken off the reward at each token: the log-ratio k to the reference, or e⁻ᵏ − 1 + k, which is never negative and varies less.";
pub const SHARE_TRUNK: &str = "On: the value model is one more head on the policy, so there is one model less in memory, and what it learns of values moves the policy too. Off: a model of its own, as in TRL.";
pub const WHITEN_REWARDS: &str = "Whether the rewards of all tokens are brought to a deviation of 1 before advantages are made of them.";
pub const TOP_P: &str = "Answers are drawn from the likeliest tokens that together reach this probability. 1 keeps all, and so what is trained is what is sampled.";
pub const TOP_K: &str = "Answers are drawn from so many likeliest tokens; 0 keeps all.";
pub const REPETITION_PENALTY: &str =
    "Above 1, tokens that stand there already are drawn less often. 1 leaves them.";
pub const BATCH_SIZE: &str = "Pairs (for KTO, RLOO, GRPO and PPO: answers) that each gradient is averaged over. Larger is steadier and slower. Usual: 4 to 32.";
pub const ACCUMULATION: &str =
    "Batches whose gradients are added up before the weights change once. Usual: 1 to 8.";
pub const SCHEDULE: &str = "How the learning rate moves over the run, after the warm-up.";
pub const WARMUP: &str =
    "Steps over which the learning rate rises from 0. The page proposes a tenth of the run.";
pub const WEIGHT_DECAY: &str = "How strongly the weights are pulled towards zero, whatever the loss says; biases and LayerNorm are left out. Usual: 0 to 0.1.";
pub const ADAM_EPSILON: &str = "Where the gradient is smaller than this, Adam steps less than the learning rate. A small model soon fits its few pairs, and with TRL's 1e-8 it then keeps moving away from the reference. The page proposes 0.001.";
pub const MAX_GRAD_NORM: &str = "A gradient longer than this is clipped to this length; 0 switches clipping off. Usual: 0.5 to 10.";
