//! The workbook of a simulated book: the defaults, with the vendor's own products, features and currency.

use std::fmt::Write;

use dearly_workbook::Document;

use crate::catalogue::{CONNECT, INSIGHT, PLAN, STICKY, WORKFLOW, setup_steps};
use crate::world::CURRENCY;

/// The default workbook with `features.yaml` and `setup.yaml` filled for the simulated products, and the currency set.
pub fn workbook_documents(defaults: &[Document]) -> Vec<Document> {
    let replaced = [("features.yaml", features()), ("setup.yaml", setup())];
    let mut documents: Vec<Document> = defaults
        .iter()
        .map(|document| {
            let text = match document.path.as_str() {
                "organisation.yaml" => with_currency(&document.text),
                path => replaced
                    .iter()
                    .find(|own| own.0 == path)
                    .map_or(document.text.clone(), |own| own.1.clone()),
            };
            Document { path: document.path.clone(), text }
        })
        .collect();
    for (path, text) in replaced {
        if !documents.iter().any(|document| document.path == path) {
            documents.push(Document { path: path.to_owned(), text });
        }
    }
    documents
}

fn with_currency(text: &str) -> String {
    let own = format!("kind: organisation\n\ncurrency: {CURRENCY}\n");
    if text.lines().any(|line| line.starts_with("currency:")) {
        return text.to_owned();
    }
    text.replacen("kind: organisation\n", &own, 1)
}

fn features() -> String {
    let mut text = "# yaml-language-server: $schema=.dearly/schema/features.json\n\
                    #\n\
                    # What of the simulated vendor's planning product matters.\n\
                    kind: features\n\n\
                    # Regular use of these goes with staying.\n\
                    sticky:\n"
        .to_owned();
    for feature in STICKY {
        writeln!(text, "  - {feature}").expect("a string takes all");
    }
    writeln!(
        text,
        "\n# A scenario is run, and a forecast published from it.\n\
         workflows:\n  forecast_cycle:\n    label: From scenario to forecast\n    steps: [{}]\n    within: 7d\n    \
         expected_per_user: 1",
        WORKFLOW.join(", ")
    )
    .expect("a string takes all");
    text
}

fn setup() -> String {
    let mut text = "# yaml-language-server: $schema=.dearly/schema/setup.json\n\
                    #\n\
                    # The set-up steps that each product of the simulated vendor requires.\n\
                    kind: setup\n\n\
                    products:\n"
        .to_owned();
    for product in [PLAN, INSIGHT, CONNECT] {
        writeln!(text, "  {product}:").expect("a string takes all");
        for (step, basic, _) in setup_steps(product) {
            let line = if *basic { format!("{{ step: {step}, basic: true }}") } else { (*step).to_owned() };
            writeln!(text, "    - {line}").expect("a string takes all");
        }
    }
    text
}
