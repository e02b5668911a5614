//! Fresh answers by their prompts, as they are shown.

use tilt_protocol::rollouts::RolloutView;

/// A prompt's answers, in the order in which they were sampled.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptRollouts {
    pub prompt: String,
    /// Whether the answer is the chosen one of a pair; `None` where answers are weighed, not
    /// chosen.
    pub rollouts: Vec<(RolloutView, Option<bool>)>,
}

/// Neighbours with the same prompt belong together.
pub fn by_prompt(rollouts: &[RolloutView]) -> Vec<PromptRollouts> {
    let groups = rollouts.chunk_by(|one, next| one.prompt == next.prompt);
    groups
        .map(|group| PromptRollouts {
            prompt: group
                .first()
                .map(|one| one.prompt.clone())
                .unwrap_or_default(),
            rollouts: group.iter().cloned().zip(chosen(group)).collect(),
        })
        .collect()
}

/// Of two answers without advantages the first is chosen unless the second has more reward.
fn chosen(group: &[RolloutView]) -> Vec<Option<bool>> {
    let [first, second] = group else {
        return vec![None; group.len()];
    };
    if first.advantage.is_some() {
        return vec![None; 2];
    }
    let is_first = first.reward >= second.reward;
    vec![Some(is_first), Some(!is_first)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(prompt: &str, reward: f64, advantage: Option<f64>) -> RolloutView {
        RolloutView {
            prompt: prompt.to_owned(),
            answer: "Yes.".to_owned(),
            tokens: 3,
            is_finished: true,
            rewards: vec![Some(reward)],
            reward: Some(reward),
            advantage,
            of_tokens: Vec::new(),
            kl: None,
        }
    }

    #[test]
    fn the_better_of_two_is_chosen_and_groups_are_weighed() {
        let pairs = [
            one("a", 0.0, None),
            one("a", 1.0, None),
            one("b", 1.0, None),
            one("b", 1.0, None),
        ];
        let marks = |rollouts: &[RolloutView]| -> Vec<Vec<Option<bool>>> {
            let groups = by_prompt(rollouts).into_iter();
            groups
                .map(|group| group.rollouts.into_iter().map(|(_, mark)| mark).collect())
                .collect()
        };
        let [no, yes] = [Some(false), Some(true)];
        assert_eq!(marks(&pairs), [[no, yes], [yes, no]]);
        let group = [one("a", 0.0, Some(-1.0)), one("a", 1.0, Some(1.0))];
        assert_eq!(marks(&group), [[None, None]]);
    }
}
