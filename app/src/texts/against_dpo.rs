//! What each objective changes against DPO, in one sentence.

use tilt_protocol::ObjectiveKind;

/// `None` for DPO itself.
pub fn against_dpo(kind: ObjectiveKind) -> Option<&'static str> {
    Some(match kind {
        ObjectiveKind::Dpo => return None,
        ObjectiveKind::Ipo => {
            "The log of the sigmoid becomes the squared distance to a target, and log-ratios are divided by length: the pull stops at the target instead of fading."
        }
        ObjectiveKind::Kto => {
            "Single answers with a thumb take the place of pairs, and the batch’s mean log-ratio z takes the place of the other answer."
        }
        ObjectiveKind::Orpo => {
            "No reference: the odds of the two answers are compared, and the ordinary loss on prompt and chosen answer holds the policy in place."
        }
        ObjectiveKind::Simpo => {
            "No reference: mean log-probs take the place of log-ratios, and the chosen answer must lead by γ."
        }
        ObjectiveKind::Cpo => {
            "No reference: log-probs take the place of log-ratios, and the chosen answer’s own loss is added."
        }
        ObjectiveKind::Sft => {
            "Neither reference nor rejected answer: the chosen answer’s loss alone."
        }
        ObjectiveKind::Cdpo => {
            "A second term with weight ε pulls the other way, so the pull reverses once the policy is surer than 1 − ε."
        }
        ObjectiveKind::Hinge => {
            "A straight line down to a margin of 1 takes the place of the log of the sigmoid: the pull is constant up to there and zero beyond."
        }
        ObjectiveKind::Robust => {
            "DPO’s loss counts 1 − ε, the flipped label’s loss is subtracted with weight ε, and the difference is scaled up by 1/(1 − 2ε)."
        }
        ObjectiveKind::Exo => {
            "The KL between the policy’s probability and the labels’ runs the other way: reverse where DPO’s is forward."
        }
        ObjectiveKind::Nca => {
            "Each answer has terms of its own in place of the gap, and the chosen one is held from both sides."
        }
        ObjectiveKind::Bco => {
            "Two separate questions, is this answer good and is that one bad, take the place of the gap."
        }
        ObjectiveKind::Sppo => {
            "Two squared distances, each to its answer’s target, take the place of the log of the sigmoid of the gap."
        }
        ObjectiveKind::ApoZero => {
            "Each answer is measured from the reference by itself, and the log before the sigmoid is gone, so pairs far apart are left alone."
        }
        ObjectiveKind::ApoDown => {
            "The log before the sigmoid is gone, and a second term lowers the chosen answer too."
        }
        ObjectiveKind::ApoZeroUnpaired => {
            "Single answers with a thumb take the place of pairs, and the log before the sigmoid is gone."
        }
        ObjectiveKind::Aot => {
            "The gaps of policy and reference are sorted over the batch before they are compared, so the comparison goes rank by rank, not pair by pair."
        }
        ObjectiveKind::AotUnpaired => {
            "Chosen and rejected log-ratios are sorted separately before they are compared, so the comparison goes rank by rank, not pair by pair."
        }
        ObjectiveKind::Discopop => {
            "An exponential loss is blended in, with a share that the pair’s own margin sets."
        }
        ObjectiveKind::SigmoidNorm => "Each log-ratio is divided by its answer’s number of tokens.",
        ObjectiveKind::Rpo => "The chosen answer’s own loss is added.",
        ObjectiveKind::Mpo => {
            "DPO’s loss counts less, and two more are added: BCO’s and the chosen answer’s own."
        }
        ObjectiveKind::LdDpo => {
            "Tokens beyond the shorter answer’s length count only in part in both log-ratios."
        }
        ObjectiveKind::Wpo => {
            "Each pair’s loss is multiplied by how likely the policy finds its two answers."
        }
        ObjectiveKind::CpoHinge => {
            "No reference, a straight line down to a margin of 1 in place of the log of the sigmoid, and the chosen answer’s own loss on top."
        }
        ObjectiveKind::CpoIpo => {
            "No reference, the squared distance to a target in place of the log of the sigmoid, and the chosen answer’s own loss on top."
        }
        ObjectiveKind::Alphapo => {
            "No reference: mean log-probs on a scale bent by α take the place of log-ratios, and the chosen answer must lead by γ."
        }
        ObjectiveKind::Dft => {
            "Neither reference nor rejected answer: the chosen answer’s loss, with each token’s part multiplied by the token’s own probability."
        }
        ObjectiveKind::OnlineDpo => {
            "The loss is DPO’s; the pairs are the policy’s own fresh answers, and a reward takes the place of your labels."
        }
        ObjectiveKind::Rloo => {
            "Several fresh answers take the place of a pair, and how far each reward lies above the others’ mean takes the place of chosen and rejected; the KL is taken off the reward."
        }
        ObjectiveKind::Grpo => {
            "A group of fresh answers takes the place of a pair, and the reward’s distance from the group’s mean weighs each token; the KL is a term of its own."
        }
        ObjectiveKind::Ppo => {
            "Fresh answers and a reward take the place of pairs, and a value model, trained along, says at each token how much of the reward was to be expected."
        }
        ObjectiveKind::Reward => "A score takes the place of the log-ratio; no policy is trained.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_objective_but_dpo_has_a_sentence_of_its_own() {
        let mut texts = std::collections::HashSet::new();
        for kind in ObjectiveKind::ALL {
            let text = against_dpo(kind);
            assert_eq!(text.is_none(), kind == ObjectiveKind::Dpo);
            assert!(texts.insert(text), "{kind:?}");
        }
    }
}
