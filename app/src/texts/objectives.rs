//! What the page says of each objective: its group, what it asks for, what to expect.

use tilt_protocol::{ObjectiveKind, RowKind};

/// The groups of `objective-select`, in its order.
pub const GROUPS: [&str; 5] = [
    "Pairs against a reference",
    "Thumbs against a reference",
    "Pairs without a reference",
    "Chosen answers alone",
    "The policy’s own answers, for a reward",
];

/// The group that an objective belongs to.
pub fn group(kind: ObjectiveKind) -> &'static str {
    let needs_reference = kind.with_beta(1.0).needs_reference();
    match (kind.row_kind(), needs_reference) {
        (RowKind::Pairs, true) => GROUPS[0],
        (RowKind::Unpaired, _) => GROUPS[1],
        (RowKind::Pairs, false) => GROUPS[2],
        (RowKind::Texts, _) => GROUPS[3],
        (RowKind::Prompts, _) => GROUPS[4],
    }
}

/// What an objective asks for.
pub fn objective_definition(kind: ObjectiveKind) -> &'static str {
    match kind {
        ObjectiveKind::Dpo => {
            "Direct preference optimisation treats beta times the difference of log-ratios as the log-odds that the chosen answer is better, and fits it to the labels."
        }
        ObjectiveKind::Ipo => {
            "Identity preference optimisation asks for a fixed gap of 1/(2β) between the two log-ratios per token, and no more, so it does not run away when labels never disagree."
        }
        ObjectiveKind::Kto => {
            "Kahneman–Tversky optimisation needs no pairs: each answer is good or bad by itself, and is compared with how far the policy has moved on average."
        }
        ObjectiveKind::Orpo => {
            "Odds ratio preference optimisation trains on the chosen answers as usual and adds one term: their odds should grow against those of the rejected answers. It needs no reference."
        }
        ObjectiveKind::Simpo => {
            "Simple preference optimisation compares the mean log-prob per token of the two answers, and asks the chosen one to lead by γ/β, here half a nat. It needs no reference."
        }
        ObjectiveKind::Cpo => {
            "Contrastive preference optimisation is DPO without the reference: it compares the two log-probs themselves, and adds the chosen answer’s own loss to keep it likely."
        }
        ObjectiveKind::Sft => {
            "Supervised fine-tuning imitates: it makes every token of the chosen answers likelier and never looks at the rejected ones."
        }
        ObjectiveKind::Cdpo => {
            "Conservative DPO assumes that one label in ten is wrong, so it aims to be 90% sure of each pair, not ever surer."
        }
        ObjectiveKind::Hinge => {
            "SLiC’s hinge pulls with constant force until the chosen answer’s implicit reward leads by 1, and then leaves the pair alone."
        }
        ObjectiveKind::Robust => {
            "Robust DPO assumes that one label in ten is flipped, and corrects the loss so that, on average, it is what DPO’s would be on clean labels."
        }
        ObjectiveKind::Exo => {
            "Efficient exact optimisation compares two probabilities that the chosen answer is better, the policy’s and the labels’ (99.9%), by the reverse KL, where DPO uses the forward one."
        }
        ObjectiveKind::Nca => {
            "Noise contrastive alignment works on each answer’s own log-ratio: the rejected one is pushed down, while the chosen one is drawn towards (ln 2)/β and so cannot sink."
        }
        ObjectiveKind::Bco => {
            "Binary classifier optimisation trains a classifier that calls chosen answers good and rejected ones bad; its score is beta times the log-ratio."
        }
        ObjectiveKind::Sppo => {
            "Self-play preference optimisation gives each answer a target of its own: a log-ratio of 1/(2β) for the chosen one and −1/(2β) for the rejected one."
        }
        ObjectiveKind::ApoZero => {
            "Anchored preference optimisation (zero) raises the chosen answer above the reference and lowers the rejected one below it, each by itself: it is meant for chosen answers better than what the model writes."
        }
        ObjectiveKind::ApoDown => {
            "Anchored preference optimisation (down) lowers both answers, the rejected one more: it is meant for a model that already writes better than its chosen answers."
        }
        ObjectiveKind::ApoZeroUnpaired => {
            "APO-zero without pairs: each answer is good or bad by itself and moves away from zero, where KTO measures from how far the policy has moved on average."
        }
        ObjectiveKind::Aot => {
            "Alignment via optimal transport sorts the batch: the policy’s gaps between chosen and rejected, smallest to largest, should each lie above the reference’s gap of the same rank."
        }
        ObjectiveKind::AotUnpaired => {
            "AOT without the pairing: log-ratios of chosen and of rejected answers are sorted separately, and each chosen one should lie above the rejected one of the same rank."
        }
        ObjectiveKind::Discopop => {
            "DiscoPOP was proposed by a language model that was asked to invent losses: it blends DPO’s loss with an exponential one, and the pair’s own gap sets the blend."
        }
        ObjectiveKind::SigmoidNorm => {
            "Length-normalised DPO divides each log-ratio by its answer’s number of tokens, so that a long answer does not weigh more because it is long."
        }
        ObjectiveKind::Rpo => {
            "RPO is DPO plus the chosen answer’s own loss, which keeps that answer likely while the gap grows."
        }
        ObjectiveKind::Mpo => {
            "Mixed preference optimisation adds up three losses: DPO’s for the gap, BCO’s for good and bad, and the chosen answer’s own for how to write."
        }
        ObjectiveKind::LdDpo => {
            "Length-desensitised DPO gives tokens beyond the shorter answer’s length only half their weight, so that length by itself counts for less."
        }
        ObjectiveKind::Wpo => {
            "Weighted preference optimisation is DPO in which a pair counts for more when the policy is likelier to write such answers itself."
        }
        ObjectiveKind::CpoHinge => {
            "CPO with a hinge: it pulls until beta times the gap of the log-probs reaches 1, and adds the chosen answer’s own loss. It needs no reference."
        }
        ObjectiveKind::CpoIpo => {
            "CPO with IPO’s square: the mean log-probs per token should differ by 1/(2β), no more and no less, and the chosen answer’s own loss is added. It needs no reference."
        }
        ObjectiveKind::Alphapo => {
            "AlphaPO is SimPO with a bent scale: at α = 0.25 a difference between two unlikely answers counts for more than one between two likely ones. It needs no reference."
        }
        ObjectiveKind::Dft => {
            "Dynamic fine-tuning is SFT with each token’s loss multiplied by the token’s own probability, so that tokens the model finds absurd do not dominate."
        }
        ObjectiveKind::OnlineDpo => {
            "Online DPO has the policy answer each prompt twice, lets the reward say which answer is better, and takes a step of DPO on that pair: its pairs are never stale."
        }
        ObjectiveKind::Rloo => {
            "REINFORCE leave-one-out has the policy answer each prompt several times, and makes an answer likelier by as much as its reward lies above the mean of the others’."
        }
        ObjectiveKind::Grpo => {
            "Group relative policy optimisation compares each answer with its group: rewards less the group’s mean, divided by their deviation, weigh every token of the answer."
        }
        ObjectiveKind::Ppo => {
            "Proximal policy optimisation makes an answer’s tokens likelier by their advantage: how much more reward came than a second network, the value model, had expected there. Clipping keeps each update small, and the KL is taken off the reward token by token."
        }
        ObjectiveKind::Reward => {
            "A reward model learns a score that is higher for the chosen answer of each pair; it writes no answers of its own."
        }
    }
}

/// What a learner will see with this objective.
pub fn objective_expectation(kind: ObjectiveKind) -> &'static str {
    match kind {
        ObjectiveKind::Dpo => {
            "Expect the loss to start at ln 2 = 0.693 and fall, the margin to grow, and often both log-probs to sink, the rejected one faster: only the gap is trained."
        }
        ObjectiveKind::Ipo => {
            "Expect the loss to start at 1/(4β²), which is 1 at beta 0.5, and fall towards zero as the gap per token nears 1/(2β); overshooting raises it again."
        }
        ObjectiveKind::Kto => {
            "Expect the loss to start at 0.5 and fall, good answers to rise and bad ones to sink; ties count for nothing, while “both good” and “both bad” do count."
        }
        ObjectiveKind::Orpo => {
            "Expect the loss to be mostly the ordinary loss per token and the chosen log-prob to rise; at beta 0.1 the preference is a gentle push, so the win rate may move slowly."
        }
        ObjectiveKind::Simpo => {
            "Expect no fixed starting loss, since nothing is measured from a reference; the margin grows until it passes γ, and with no anchor the KL can climb quickly."
        }
        ObjectiveKind::Cpo => {
            "Expect no fixed starting loss; the gap of the log-probs grows while the added loss holds the chosen one up, so it sinks less than under DPO, if at all."
        }
        ObjectiveKind::Sft => {
            "Expect the loss, in nats per token, to fall and the chosen answer to turn blue on the heat map. There is no reward, so accuracy and margin stay empty; nothing pushes bad answers down."
        }
        ObjectiveKind::Cdpo => {
            "Expect the loss to start at ln 2 = 0.693 and to end no lower than 0.325; pairs whose margin passes ln 9 = 2.2 are pulled back."
        }
        ObjectiveKind::Hinge => {
            "Expect the loss to start at 1 and fall in a straight line at first; once every margin is above 1 it is zero and training stands still."
        }
        ObjectiveKind::Robust => {
            "Expect the loss to start at ln 2 = 0.693, fall faster than DPO’s, and go below zero: it has no floor, so watch the KL."
        }
        ObjectiveKind::Exo => {
            "Expect the loss to start at 2.76 and fall towards zero; the pull fades near the labels’ 99.9%, at a margin of 6.9, and reverses beyond it."
        }
        ObjectiveKind::Nca => {
            "Expect the loss to start at 2 ln 2 = 1.386 and fall, and the chosen log-prob to rise above its reference, where DPO often lets it sink."
        }
        ObjectiveKind::Bco => {
            "Expect the loss to start at 2 ln 2 = 1.386 and fall; the chosen log-prob rises above its reference and the rejected one sinks below."
        }
        ObjectiveKind::Sppo => {
            "Expect the loss to start at 1/(2β²), which is 2 at beta 0.5, and fall as each log-ratio nears its target: 1 nat up for chosen, 1 down for rejected."
        }
        ObjectiveKind::ApoZero => {
            "Expect the loss to start at 1 and fall towards zero, the chosen log-prob to rise and the rejected one to sink; pairs already far apart are left alone."
        }
        ObjectiveKind::ApoDown => {
            "Expect the loss to start at 1 and both log-probs to sink, the rejected one further; the margin grows all the same."
        }
        ObjectiveKind::ApoZeroUnpaired => {
            "Expect the loss to start at 0.5 and fall, good answers to rise and bad ones to sink; “both good” and “both bad” count, ties do not."
        }
        ObjectiveKind::Aot => {
            "Expect the loss to start at ln 2 = 0.693 and fall much as DPO’s does; single pairs may go the wrong way as long as the batch as a whole improves."
        }
        ObjectiveKind::AotUnpaired => {
            "Expect the loss to start at ln 2 = 0.693 and fall, and chosen and rejected answers to drift apart as two groups, not pair by pair."
        }
        ObjectiveKind::Discopop => {
            "Expect the loss to start at ½ ln 2 + ½ = 0.847. It has a dip at a margin of −0.12, so the first pull is the wrong way; only pairs that get past +0.07 are driven apart."
        }
        ObjectiveKind::SigmoidNorm => {
            "Expect the loss to start at ln 2 = 0.693 and fall; margins are per token inside the loss, so beta is larger here, about 2, than with DPO."
        }
        ObjectiveKind::Rpo => {
            "Expect the loss to start at ln 2 plus the chosen answer’s loss per token; the chosen log-prob holds or rises, where under DPO it often sinks."
        }
        ObjectiveKind::Mpo => {
            "Expect three falling parts in one curve, so no fixed starting loss; the chosen log-prob rises, the rejected one sinks, and the margin grows."
        }
        ObjectiveKind::LdDpo => {
            "Expect the loss to start at ln 2 = 0.693 and fall as DPO’s does; when the labels favour long answers, the policy’s grow less than under DPO."
        }
        ObjectiveKind::Wpo => {
            "Expect a lower loss than DPO’s from the first step, because the weights are usually below 1; pairs the policy would hardly write count for little."
        }
        ObjectiveKind::CpoHinge => {
            "Expect no fixed starting loss; pairs whose gap is wide enough fall silent one by one, and then only the chosen answer’s own loss trains."
        }
        ObjectiveKind::CpoIpo => {
            "Expect no fixed starting loss; the gap per token settles near 1/(2β), one nat at beta 0.5, and the chosen log-prob rises."
        }
        ObjectiveKind::Alphapo => {
            "Expect curves like SimPO’s; α changes how hard unlikely answers are pushed, and so how far both log-probs sink. The KL can climb quickly."
        }
        ObjectiveKind::Dft => {
            "Expect a small loss that changes little, though likely tokens of the chosen answers become likelier; unlikely ones are left almost alone. Accuracy and margin stay empty."
        }
        ObjectiveKind::OnlineDpo => {
            "Expect the loss to start at ln 2 = 0.693 and stay near it, since each step has new pairs; watch the reward rise instead. Pairs of equal reward teach little."
        }
        ObjectiveKind::Rloo => {
            "Expect a loss that hovers around zero and says nothing: the reward is what rises. Groups whose answers all have the same reward teach nothing."
        }
        ObjectiveKind::Grpo => {
            "Expect a loss near zero at each first pass, whatever is learnt: the reward is what rises, quickly at first, while groups still disagree."
        }
        ObjectiveKind::Ppo => {
            "Expect a loss that says little, and a reward that rises more slowly than GRPO’s at first: the value model has to learn what to expect before advantages mean much."
        }
        ObjectiveKind::Reward => {
            "Expect the loss to start near ln 2 = 0.693 and the accuracy to rise."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_objectives_read_alike() {
        let mut texts = std::collections::HashSet::new();
        for kind in ObjectiveKind::ALL {
            assert!(texts.insert(objective_definition(kind)), "{kind:?}");
            assert!(texts.insert(objective_expectation(kind)), "{kind:?}");
        }
    }
}
