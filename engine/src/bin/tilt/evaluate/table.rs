//! The report as Markdown, and its place in a model card.

use super::report::{Aligned, AttributeShare, Report};
use std::fmt::Write as _;
use tilt_engine::evaluate::Alignment;
use tilt_protocol::Principle;
use tilt_protocol::statistics::median;

pub const BEGIN: &str = "<!-- tilt evaluate -->";
pub const END: &str = "<!-- end of tilt evaluate -->";

/// The card with its table replaced; `None` without the two lines.
pub fn into_card(card: &str, table: &str) -> Option<String> {
    let (before, rest) = card.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

/// One line of progress.
pub fn sentence(alignment: &Alignment) -> String {
    let report = &alignment.report;
    format!(
        "{} for {}, seed {}: win rate {}, KL {:.1}",
        alignment.objective,
        alignment.principle.slug(),
        alignment.seed,
        report.win_rate.map_or("none".to_owned(), percent),
        report.kl
    )
}

pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Made by `{}`.\n", report.command);
    fit(&mut text, report);
    spoken(&mut text, report);
    aligned(&mut text, &report.aligned);
    text
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn fit(text: &mut String, report: &Report) {
    let fit = &report.fit;
    let _ = writeln!(
        text,
        "**Loss, nats an answer.** The world's own entropy is {:.2} ± {:.2} (standard error of a \
         Monte Carlo estimate); the floor is the exact entropy of the very answers that are scored.\n",
        fit.entropy, fit.entropy_error
    );
    let _ = writeln!(text, "| prompts | answers | loss | floor | above it |");
    let _ = writeln!(text, "|---|---|---|---|---|");
    let rows = [
        ("held-out".to_owned(), &fit.held_out),
        ("training".to_owned(), &fit.training),
    ];
    let families = fit.families.iter().map(|(family, held)| {
        let name = serde_json::to_value(family).ok();
        let name = name.and_then(|name| name.as_str().map(str::to_owned));
        let name = name.unwrap_or_default().replace('_', " ");
        (format!("held-out, {name}"), held)
    });
    for (name, held) in rows.into_iter().chain(families) {
        let _ = writeln!(
            text,
            "| {name} | {} | {:.3} ± {:.3} | {:.3} | {} |",
            held.answers,
            held.nats,
            held.standard_error,
            held.floor,
            percent(held.excess)
        );
    }
}

fn spoken(text: &mut String, report: &Report) {
    let spoken = &report.spoken;
    let _ = writeln!(
        text,
        "\n**Answers to held-out prompts at temperature 1.** {} of {} parse under the grammar, on \
         topic where they were to be. Shares are over all answers, as the judge reads them.\n",
        percent(spoken.parses),
        spoken.answers
    );
    let _ = writeln!(text, "| attribute | share | generator |");
    let _ = writeln!(text, "|---|---|---|");
    for share in &spoken.frequencies {
        let expected = share.expected.map(percent).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {} | {} of {} | {expected} |",
            share.attribute,
            percent(share.share),
            share.answers
        );
    }
    let _ = writeln!(
        text,
        "\n**The judge against what was drawn**, on the world's text and on the model's.\n"
    );
    let _ = writeln!(text, "| attribute | world | model |");
    let _ = writeln!(text, "|---|---|---|");
    for (world, model) in report.judge_on_world.iter().zip(&spoken.judge) {
        let cell =
            |share: &AttributeShare| format!("{} of {}", percent(share.share), share.answers);
        let (world_cell, model_cell) = (cell(world), cell(model));
        let _ = writeln!(
            text,
            "| {} | {world_cell} | {model_cell} |",
            world.attribute
        );
    }
}

fn aligned(text: &mut String, runs: &[Aligned]) {
    let Some(first) = runs.first() else { return };
    let _ = writeln!(
        text,
        "\n**Preference training**: {} pairs labelled by the judge, {} steps with the page's \
         defaults, then policy against reference on held-out prompts. Rates are those of the \
         attribute, KL is in nats an answer, length in words.\n",
        first.labels, first.steps
    );
    let _ = writeln!(
        text,
        "| objective | principle | seed | win rate | 95% interval | rate before | after | KL | words before | after |"
    );
    let _ = writeln!(text, "|---|---|---|---|---|---|---|---|---|---|");
    for run in runs {
        let report = &run.report;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} to {} | {} | {} | {:.1} | {:.1} | {:.1} |",
            run.objective,
            run.principle.slug(),
            run.seed,
            report.win_rate.map_or("–".to_owned(), percent),
            percent(report.low),
            percent(report.high),
            percent(report.reference_rate),
            percent(report.policy_rate),
            report.kl,
            report.reference_words,
            report.policy_words
        );
    }
    let _ = writeln!(text, "\nMedians of DPO over its seeds:\n");
    let _ = writeln!(text, "| principle | win rate | KL |");
    let _ = writeln!(text, "|---|---|---|");
    for principle in Principle::ALL {
        let own: Vec<&Aligned> = runs
            .iter()
            .filter(|run| run.objective == "dpo" && run.principle == principle)
            .collect();
        if own.is_empty() {
            continue;
        }
        let rates: Vec<f64> = own
            .iter()
            .map(|run| run.report.win_rate.unwrap_or(0.5))
            .collect();
        let kls: Vec<f64> = own.iter().map(|run| run.report.kl).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {:.1} |",
            principle.slug(),
            percent(median(&rates).unwrap_or(f64::NAN)),
            median(&kls).unwrap_or(f64::NAN)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_keeps_all_but_its_table() {
        let card = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let new = into_card(&card, "new\n").unwrap();
        assert_eq!(new, format!("a\n{BEGIN}\nnew\n{END}\nb\n"));
        assert_eq!(into_card("a", "new"), None);
    }
}
