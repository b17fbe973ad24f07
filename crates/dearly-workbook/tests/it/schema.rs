//! The schemas for editors take what the workbook takes.

use dearly_workbook::{defaults, schema};
use jsonschema::Validator;
use serde_json::Value;

use crate::{defaults_with, told_of};

fn validator(kind: &str) -> Validator {
    let (_, schema) =
        schema().into_iter().find(|(name, _)| *name == format!("{kind}.json")).expect("a schema");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::draft202012::meta::validate(&schema).expect("a valid schema");
    jsonschema::draft202012::new(&schema).expect("a schema that compiles")
}

fn values(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).expect("YAML")
}

fn is_valid(value: &Value) -> bool {
    validator(value["kind"].as_str().expect("a kind")).is_valid(value)
}

#[test]
fn every_default_document_is_valid() {
    let mut seen = 0;
    for document in defaults() {
        for value in values(&document.text) {
            let kind = value["kind"].as_str().unwrap();
            let errors: Vec<String> =
                validator(kind).iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", document.path);
            let line = format!("schema/{kind}.json\n");
            assert!(document.text.lines().next().unwrap().starts_with("# yaml-language-server: $schema="));
            assert!(document.text.contains(&line), "{} names its schema", document.path);
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
    assert_eq!(schema().len(), 6);
}

#[test]
fn what_the_workbook_refuses_the_schema_refuses_too() {
    for (path, from, to) in [
        ("scorecards/outcomes.yaml", "weight: 35", "wieght: 35"),
        ("scorecards/outcomes.yaml", "weight: 35", "weight: -35"),
        ("scorecards/outcomes.yaml", "value: licence_utilisation", "value: license_utilisation"),
        ("scorecards/outcomes.yaml", "active_users: { within: 28d }", "active_users: { within: 28 }"),
        ("scorecards/outcomes.yaml", "active_users: { within: 28d }", "active_users: { wihtin: 28d }"),
        ("scorecards/outcomes.yaml", "at_most: yellow", "at_most: green"),
        ("scorecards/outcomes.yaml", "{ steps: { 0: 0, 1: 60, 2: 100 } }", "{ steps: { low: 0 } }"),
        ("scorecards/outcomes.yaml", "2m: {", "60d: {"),
        ("organisation.yaml", "grace: 30d", "grace: a month"),
        ("organisation.yaml", "fiscal_year_starts_in: 1", "fiscal_year_starts_in: 13"),
        ("engagement.yaml", "champion: 30d", "champion: 0d"),
        ("features.yaml", "sticky: []", "stiky: []"),
        ("segments.yaml", "id: smb", "id: S M B"),
        ("setup.yaml", "products: {}", "products: { core: [{ stpe: a }] }"),
    ] {
        let documents = defaults_with(path, |text| text.replacen(from, to, 1));
        assert!(!told_of(&documents).is_empty(), "{to} is a problem");
        let text = &documents.iter().find(|document| document.path == path).unwrap().text;
        assert!(!values(text).iter().all(is_valid), "{to} is against the schema");
    }
}

#[test]
fn what_the_workbook_takes_the_schema_takes_too() {
    for (path, from, to) in [
        (
            "scorecards/outcomes.yaml",
            "value: { products_live: { within: 28d } }",
            "value: { products_live: }",
        ),
        (
            "scorecards/outcomes.yaml",
            "active_users: { within: 28d }, per: activated_licences",
            "active_users: { per: one }",
        ),
        ("scorecards/outcomes.yaml", "minimum_coverage: 60%", "minimum_coverage: 0.6"),
        ("scorecards/outcomes.yaml", "score: outcomes", "for: { segment: smb }"),
        ("setup.yaml", "products: {}", "products: { '*': [a, { step: b, basic: true }] }"),
        ("features.yaml", "workflows: {}", "workflows: { w: { steps: [a, b], within: 14d } }"),
    ] {
        let documents = defaults_with(path, |text| text.replacen(from, to, 1));
        assert_eq!(told_of(&documents), Vec::<String>::new(), "{to}");
        let text = &documents.iter().find(|document| document.path == path).unwrap().text;
        assert!(values(text).iter().all(is_valid), "{to}");
    }
}
