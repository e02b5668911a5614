//! Rollouts: rows as they come, and what a model is then given of them.

use tilt_engine::gpt_config::GptConfig;
use tilt_engine::session::check_rollouts;
use tilt_protocol::dataset::parse_rollouts;
use tilt_protocol::{Error, GrpoObjective, OnlineDpoObjective, OnlineObjective, RlooObjective};

pub fn rollout_seeds() -> Vec<Vec<u8>> {
    files!("data/rollouts.jsonl")
}

/// Each row is good or refused by its line; a good one has as many numbers as it needs, and
/// ids that the model has.
pub fn read_rollouts(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let parsed = parse_rollouts(text);
    let rows = text.lines().filter(|line| !line.trim().is_empty()).count();
    assert_eq!(parsed.rows.len() + parsed.errors.len(), rows);
    let is_by_line = |error: &Error| (1..=text.lines().count()).contains(&error.line());
    assert!(parsed.errors.iter().all(is_by_line));
    for completion in parsed.rows.iter().flat_map(|row| &row.completions) {
        let old = completion.old_logps.as_ref();
        assert!(old.is_none_or(|old| old.len() == completion.ids.len()));
        assert!(completion.advantage.is_some() == completion.rewards.is_empty());
    }
    let mut config = GptConfig::new(10, 8, 8, 1, 2);
    config.eos_token_id = Some(9);
    for objective in [
        OnlineObjective::OnlineDpo(OnlineDpoObjective::default()),
        OnlineObjective::Rloo(RlooObjective::default()),
        OnlineObjective::Grpo(GrpoObjective::default()),
    ] {
        let all = parsed.rows.len();
        let (good, bad) = check_rollouts(parsed.rows.clone(), &objective, &config, None);
        assert_eq!(good.len() + bad.len(), all);
        assert!(bad.iter().all(is_by_line));
        let ids = |row: &tilt_protocol::dataset::RolloutRow| {
            let completions = row.completions.iter().flat_map(|one| one.ids.clone());
            row.prompt.clone().into_iter().chain(completions).max()
        };
        assert!(good.iter().filter_map(ids).all(|id| id < 10));
    }
}
