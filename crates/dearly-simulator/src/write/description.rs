//! The truth in words and numbers.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;

use serde_json::{Value, json};

use crate::simulation::Simulation;
use crate::touchpoints::{NEWSLETTER, play_effects};
use crate::world::LEAD_DAYS;

/// One row per renewal drawn, those due after the end of the book included.
pub(super) fn write_truth(simulation: &Simulation, file: BufWriter<File>) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record([
        "account",
        "subscription",
        "product",
        "add_on",
        "due_on",
        "as_of",
        "deployment",
        "engagement",
        "adoption",
        "roi",
        "segment",
        "tenure_years",
        "year",
        "year_shock",
        "linear_predictor",
        "probability",
        "renewed",
        "outcome",
        "due_arr",
        "renewed_arr",
        "in_book",
    ])?;
    for renewal in simulation.renewals() {
        let [d, e, a, r] =
            renewal.scores.values().map(|score| score.map(|score| score.to_string()).unwrap_or_default());
        writer.write_record([
            renewal.account.as_str(),
            renewal.subscription.as_str(),
            renewal.product,
            &renewal.add_on.to_string(),
            &renewal.due_on.to_string(),
            &renewal.as_of.to_string(),
            &d,
            &e,
            &a,
            &r,
            renewal.segment,
            &renewal.tenure_years.to_string(),
            &renewal.year.to_string(),
            &renewal.year_shock.to_string(),
            &renewal.linear_predictor.to_string(),
            &renewal.probability.to_string(),
            &renewal.renewed.to_string(),
            renewal.outcome(),
            &super::as_money(renewal.due_cents),
            &super::as_money(renewal.renewed_cents),
            &(renewal.due_on <= simulation.settings.until).to_string(),
        ])?;
    }
    writer.flush()
}

pub(super) fn as_json(simulation: &Simulation) -> Value {
    let until = simulation.settings.until;
    let decided: Vec<_> = simulation.renewals().filter(|renewal| renewal.due_on <= until).collect();
    let main: Vec<_> = decided.iter().filter(|renewal| !renewal.add_on).collect();
    let shocks: Vec<Value> =
        simulation.year_shocks.iter().map(|(year, shock)| json!({ "year": year, "shock": shock })).collect();
    let plays: Vec<Value> = play_effects()
        .into_iter()
        .map(|(playbook, lifts, by)| json!({ "playbook": playbook, "lifts": lifts, "by": by }))
        .chain([json!({ "playbook": NEWSLETTER, "lifts": null, "by": 0.0 })])
        .collect();
    json!({
        "settings": simulation.settings,
        "year_shocks": shocks,
        "plays": plays,
        "realised": {
            "n_accounts_ever": simulation.accounts.len(),
            "n_renewals": decided.len(),
            "n_churned": decided.iter().filter(|renewal| !renewal.renewed).count(),
            "n_main_renewals": main.len(),
            "n_main_churned": main.iter().filter(|renewal| !renewal.renewed).count(),
            "mean_probability_of_main_renewal":
                main.iter().map(|renewal| renewal.probability).sum::<f64>() / main.len().max(1) as f64,
        },
    })
}

pub(super) fn as_markdown(simulation: &Simulation) -> String {
    let law = &simulation.settings.coefficients;
    let settings = &simulation.settings;
    let mut text = format!(
        "# The law of this book\n\n\
         {} accounts are customers on {}; {} years of renewals lie before. Seed {}.\n\n\
         Each renewal is drawn from the component scores that `dearly-health` gives {LEAD_DAYS} days before the due day, \
         on the facts up to that day, under the default workbook with the features and set-up steps of the simulated \
         products:\n\n\
         ```\n\
         logit P(renewed) = {}\n  \
         + {} D/10 + {} E/10 + {} A/10 + {} R/10      an unknown component enters as {}\n  \
         + {} smb | 0 mid_market | {} enterprise\n  \
         + {} per full year as a customer, at most {} years\n  \
         + {} for an add-on product\n  \
         + shock of the due day's calendar year, normal with SD {}\n\
         ```\n\n\
         The products of an account that are due on a day share one uniform number: an add-on lapses before the main \
         product does, never without it staying, and each by itself follows the law. An evergreen add-on is never due; \
         it ends with the account, which the law did not draw.\n\n\
         ## Amounts, given renewal\n\n\
         | part | logit at 70 | D per 10 | A per 10 | R per 10 | least | greatest |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
        settings.n_accounts,
        settings.until,
        settings.years,
        settings.seed,
        law.intercept,
        law.deployment_per_10,
        law.engagement_per_10,
        law.adoption_per_10,
        law.roi_per_10,
        law.neutral_score,
        law.smb,
        law.enterprise,
        law.tenure_per_year,
        law.tenure_years_at_most,
        law.add_on,
        law.year_shock_sd,
    );
    for (name, part) in [("contraction", &law.contraction), ("expansion, unless contracted", &law.expansion)]
    {
        writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {} |",
            part.at_70,
            part.deployment_per_10,
            part.adoption_per_10,
            part.roi_per_10,
            part.least,
            part.greatest
        )
        .expect("a string takes all");
    }
    text.push_str(
        "\nThe size is least + (greatest − least) u², u uniform. Seats and add-ons bought between renewals come from \
         latent health.\n\n## Years\n\n| year | shock |\n| --- | --- |\n",
    );
    for (year, shock) in &simulation.year_shocks {
        writeln!(text, "| {year} | {shock:.4} |").expect("a string takes all");
    }
    text.push_str(
        "\n## Plays\n\nCSMs run a play in a four-week period with probability logit⁻¹(−3.1 − 1.1 × perceived health), so \
         that the sick get more of them. A play lifts latent health once; the lift fades by 7 % a period. The newsletter \
         goes to the healthy and does nothing.\n\n| playbook | lifts | by |\n| --- | --- | --- |\n",
    );
    for (playbook, lifts, by) in play_effects() {
        writeln!(text, "| {playbook} | {lifts} | {by} |").expect("a string takes all");
    }
    text.push_str("| newsletter | – | 0 |\n");
    text
}
