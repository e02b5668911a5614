//! The panel of the objective's formula: its words, the words inside formulas, and the
//! selected pair's numbers.

pub const PANEL: &str = "The objective";
pub const LOSS: &str = "The loss as a formula";
pub const PARAMETERS_AND_MEANING: &str = "Parameters and meaning";
pub const FOR_DEFAULTS: &str = "The numbers in these sentences hold for the default parameters.";

pub const REWARD_LOG_RATIO: &str = "Beta times a log-ratio";
pub const REWARD_BENT: &str = "Beta times r";
pub const REWARD_LOG_PROB: &str = "Beta times a log-prob";
pub const REWARD_MEAN_LOG_PROB: &str = "Beta times the mean log-prob per token";

/// Before the term; `what` is one of the rewards above.
pub fn reward_is_before(what: &str) -> String {
    format!("{what} is the answer\u{2019}s ")
}

pub const REWARD_IS_AFTER: &str = ".";

// Inside formulas.
pub const SCORE: &str = "score of prompt and answer";
pub const SIGN_OF_THUMB: &str = "+ for good, − for bad";
pub const ANOTHER_ROWS_ANSWER: &str = "another row’s answer";
pub const MEAN_LOSS_OF_ALL: &str = "mean loss of the tokens of prompt and chosen";
pub const WITHOUT_GRADIENT: &str = "as a number, without gradient";
pub const MEAN: &str = "mean";
pub const DEVIATION: &str = "deviation";
pub const BETTER_OF_TWO: &str = "the better of two fresh answers";
pub const REWARD: &str = "reward of a fresh answer";
pub const REWARD_AT_THE_END: &str = "reward, at the last token";
pub const VALUE: &str = "what the value model expects from here on";
pub const MEAN_OF_OTHERS: &str = "mean r of the other answers";
pub const SORT: &str = "sort";

// What the live values are.
pub const BETA: &str = "beta";
pub const LOG_RATIO_CHOSEN: &str = "log-ratio, chosen";
pub const LOG_RATIO_REJECTED: &str = "log-ratio, rejected";
pub const LOG_RATIO_GOOD: &str = "log-ratio, good";
pub const LOG_RATIO_BAD: &str = "log-ratio, bad";
pub const LOG_PROB_CHOSEN: &str = "log-prob, chosen";
pub const LOG_PROB_REJECTED: &str = "log-prob, rejected";
pub const MEAN_LOG_PROB_CHOSEN: &str = "mean log-prob, chosen";
pub const MEAN_LOG_PROB_REJECTED: &str = "mean log-prob, rejected";
pub const AFTER_DIVERGENCE: &str = "after the divergence";
pub const GAP: &str = "their gap";
pub const GAP_A_TOKEN: &str = "their gap per token";
pub const GAP_ASKED_FOR: &str = "the gap asked for";
pub const BETA_TIMES_GAP: &str = "beta times the gap";
pub const LEAD_ASKED_FOR: &str = "the lead asked for";
pub const DRIFT: &str = "the batch’s drift";
pub const LOG_OF_ODDS_RATIO: &str = "log of the odds ratio";
pub const TERM_OF_PREFERENCE: &str = "the preference term";
pub const TOKENS_OF_CHOSEN: &str = "tokens of the chosen answer";
pub const LOSS_A_TOKEN: &str = "its loss per token";
pub const LOSS_OF_BOTH: &str = "mean of the two losses";
pub const LOSS_BEFORE_WEIGHTS: &str = "loss before the weights";
pub const LOSS_OF_PAIR: &str = "this pair’s loss";

/// The line beside the summary; `numbers` is one of what follows, or an equation.
pub fn this_pair(numbers: &str) -> String {
    format!("this pair: {numbers}")
}

pub fn log_ratios(chosen: &str, rejected: &str, loss: &str) -> String {
    format!("log-ratios {chosen} chosen, {rejected} rejected; loss {loss}")
}

pub fn log_ratios_before_weights(chosen: &str, rejected: &str, loss: &str) -> String {
    format!("log-ratios {chosen} chosen, {rejected} rejected; loss {loss} before the weights")
}

pub fn log_ratios_of_sorted(chosen: &str, rejected: &str) -> String {
    format!(
        "log-ratios {chosen} chosen, {rejected} rejected; the loss sorts the batch, so a single pair has no loss of its own"
    )
}

pub fn log_ratios_against(chosen: &str, rejected: &str, z: &str, loss: &str) -> String {
    format!("log-ratios {chosen} chosen, {rejected} rejected, against z = {z}; loss {loss}")
}

pub fn log_probs(is_mean: bool, chosen: &str, rejected: &str, loss: &str) -> String {
    let unit = if is_mean { " per token" } else { "" };
    format!("log-probs{unit} {chosen} chosen, {rejected} rejected; loss {loss}")
}

pub fn loss_of_chosen(loss: &str) -> String {
    format!("the chosen answer\u{2019}s loss {loss} per token")
}

/// Under a formula other than the one that the weights were trained by.
pub fn weights_of(run: &str) -> String {
    format!(
        "These numbers are what this objective makes of the policy of {run}, which was trained with other settings."
    )
}
