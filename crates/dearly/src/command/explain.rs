//! `dearly explain`.

use std::io::{self, Write};
use std::process::ExitCode;

use dearly_app::view::{Explanation, MeasureExplanation, ScoreExplanation};

use crate::arguments::{Arguments, ExplainArguments, Format};
use crate::output::{self, Sheet};

pub(crate) async fn run(arguments: &Arguments, own: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let explanation = app.explain(super::when(&own.when), &own.account, own.since).await?;
    match arguments.format {
        Format::Json => output::json(&explanation)?,
        Format::Csv => sheet(&explanation, true).csv()?,
        Format::Table => show(&explanation, own.facts)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(explanation: &Explanation, facts: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{} ({}) as of {}", explanation.name, explanation.account, explanation.as_of)?;
    for score in [&explanation.outcomes, &explanation.experience] {
        writeln!(out, "\n{}", score.sentence)?;
        if let Some(moved) = &score.moved {
            writeln!(out, "since {}: {}", moved.since, moved.sentence)?;
        }
    }
    drop(out);
    sheet(explanation, false).table()?;
    let mut out = io::stdout().lock();
    for score in [&explanation.outcomes, &explanation.experience] {
        for cap in &score.caps {
            let state = match cap.holds {
                Some(true) if cap.contribution < 0.0 => format!("binds, {:.1}", cap.contribution),
                Some(true) => "holds, idle".to_owned(),
                Some(false) => "does not hold".to_owned(),
                None => "nothing known".to_owned(),
            };
            writeln!(out, "cap on {}: {} (at most {}): {state}", score.score_kind, cap.label, cap.at_most)?;
        }
        if facts {
            for measure in score.components.iter().flat_map(|component| &component.measures) {
                show_facts(&mut out, measure)?;
            }
        }
    }
    Ok(())
}

fn show_facts(out: &mut impl Write, measure: &MeasureExplanation) -> io::Result<()> {
    if measure.n_facts == 0 {
        return Ok(());
    }
    writeln!(out, "\n{}", measure.label)?;
    for fact in &measure.facts {
        let mark = if fact.counted { "✓" } else { "·" };
        writeln!(out, "  {mark} {} {} {}", output::optional(fact.on), fact.file, fact.text)?;
    }
    if measure.n_facts > measure.facts.len() {
        writeln!(out, "  … {} more", measure.n_facts - measure.facts.len())?;
    }
    Ok(())
}

fn sheet(explanation: &Explanation, raw: bool) -> Sheet {
    let mut sheet = Sheet::new(&[
        "score",
        "component",
        "measure",
        "value",
        "points",
        "effective_weight",
        "contribution",
        "colour",
    ]);
    for score in [&explanation.outcomes, &explanation.experience] {
        add(&mut sheet, score, raw);
    }
    sheet
}

fn add(sheet: &mut Sheet, score: &ScoreExplanation, raw: bool) {
    let number = |value: Option<f64>| match value {
        Some(value) if raw => value.to_string(),
        Some(value) => format!("{value:.1}"),
        None => String::new(),
    };
    let share = |value: f64| {
        if raw { value.to_string() } else { format!("{:.1} %", value * 100.0) }
    };
    for component in &score.components {
        for measure in &component.measures {
            let value = match (&measure.value_text, measure.value) {
                (_, Some(value)) if raw => value.to_string(),
                (Some(text), _) => text.clone(),
                (None, value) => value.map_or_else(
                    || {
                        format!(
                            "{}: {}",
                            measure.state.replace('_', " "),
                            output::optional(measure.note.as_ref())
                        )
                    },
                    |value| value.to_string(),
                ),
            };
            sheet.push(vec![
                score.score_kind.clone(),
                component.component.clone(),
                if raw { measure.measure.clone() } else { measure.label.clone() },
                value,
                number(measure.points),
                share(measure.effective_weight),
                number(Some(measure.contribution)),
                output::colour(measure.colour).to_owned(),
            ]);
        }
        sheet.push(vec![
            score.score_kind.clone(),
            component.component.clone(),
            String::new(),
            match component.cell.score {
                Some(_) => String::new(),
                None => output::score(&component.cell),
            },
            number(component.cell.score),
            share(component.measures.iter().map(|measure| measure.effective_weight).sum()),
            number(Some(component.contribution)),
            output::colour(component.cell.colour).to_owned(),
        ]);
    }
    for cap in &score.caps {
        sheet.push(vec![
            score.score_kind.clone(),
            "cap".to_owned(),
            cap.label.clone(),
            String::new(),
            String::new(),
            String::new(),
            number(Some(cap.contribution)),
            String::new(),
        ]);
    }
    sheet.push(vec![
        score.score_kind.clone(),
        String::new(),
        String::new(),
        if raw { String::new() } else { output::score(&score.cell) },
        number(score.cell.score),
        String::new(),
        number(score.cell.score),
        output::colour(score.cell.colour).to_owned(),
    ]);
}
