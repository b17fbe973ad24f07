//! What changed, as text and in words.

use dearly_workbook::{defaults, difference};

use crate::{defaults_with, document};

#[test]
fn nothing_changed() {
    assert!(difference(&defaults(), &defaults()).is_empty());
    let mut turned = defaults();
    turned.reverse();
    assert!(difference(&defaults(), &turned).is_empty());
}

#[test]
fn a_weight_a_curve_a_cap_and_a_measure_in_words() {
    let after = defaults_with("scorecards/outcomes.yaml", |text| {
        text.replace("    weight: 35\n", "    weight: 40\n")
            .replace("points: { 0%: 0, 50%: 50, 100%: 100 }", "points: { 0%: 0, 60%: 50, 100%: 100 }")
            .replace("healthy_active_users: { days_at_least: 10", "healthy_active_users: { days_at_least: 8")
            .replace("      usage_trend:\n", "      trend:\n")
            .replace("at_most: yellow", "at_most: red")
    });
    let difference = difference(&defaults(), &after);
    assert_eq!(
        difference.changes,
        [
            "scorecard outcomes: component deployment: measure products_live: points { 0: 0, 0.5: 50, 1: 100 } -> \
             { 0: 0, 0.6: 50, 1: 100 }",
            "scorecard outcomes: component adoption: weight 35 -> 40",
            "scorecard outcomes: component adoption: measure healthy_active_users: value { healthy_active_users: { \
             days_at_least: 10, within: 28, per: activated_licences } } -> { healthy_active_users: { days_at_least: 8, \
             within: 28, per: activated_licences } }",
            "scorecard outcomes: component adoption: measure usage_trend removed",
            "scorecard outcomes: component adoption: measure trend added",
            "scorecard outcomes: cap 1: at most yellow -> red",
        ]
    );
    assert_eq!(difference.files.len(), 1);
    assert_eq!(difference.files[0].path, "scorecards/outcomes.yaml");
}

#[test]
fn segments_settings_and_their_order_in_words() {
    let after = defaults_with("segments.yaml", |text| {
        let mut segments: Vec<&str> = text.split("---\n").collect();
        segments.rotate_left(1);
        segments.join("\n---\n").replace("account.segment == \"smb\"", "account.tier == 3")
    });
    assert_eq!(
        difference(&defaults(), &after).changes,
        [
            "segment smb: when account.segment == \"smb\" -> account.tier == 3",
            "order of the segments enterprise, mid_market, smb -> mid_market, smb, enterprise",
        ]
    );
    let after = defaults_with("organisation.yaml", |text| {
        text.replace("grace: 30d", "grace: 45d")
            .replace("time_zone: UTC", "currency: EUR\nlabels: { roi: Value }")
    });
    assert_eq!(
        difference(&defaults(), &after).changes,
        [
            "organisation: currency EUR added",
            "organisation: time zone UTC removed",
            "organisation: grace days 30 -> 45",
            "organisation: labels: roi Value added",
        ]
    );
    let after = defaults_with("scorecards/outcomes.yaml", |text| {
        text.replace(
            "2m: { 0%: 0, 10%: 50, 50%: 75, 75%: 90, 100%: 100 }",
            "3m: { steps: { 0%: 0, 60%: 100 } }",
        )
    });
    assert_eq!(
        difference(&defaults(), &after).changes,
        [
            "scorecard outcomes: component deployment: measure licence_utilisation: points { by_age: { 2m: { 0: 0, 0.1: \
             50, 0.5: 75, 0.75: 90, 1: 100 }, 6m: { 0: 0, 0.5: 50, 0.75: 75, 1: 100 }, 9m: { 0: 0, 0.6: 50, 0.75: 75, 0.9: \
             100 } } } -> { by_age: { 3m: { steps: { 0: 0, 0.6: 100 } }, 6m: { 0: 0, 0.5: 50, 0.75: 75, 1: 100 }, 9m: { 0: \
             0, 0.6: 50, 0.75: 75, 0.9: 100 } } }",
        ]
    );
}

#[test]
fn set_up_steps_and_workflows_in_words() {
    let before = defaults_with("setup.yaml", |text| {
        text.replace("products: {}", "products: { analytics: [a, { step: b, basic: true }], old: [x] }")
    });
    let mut after = defaults_with("setup.yaml", |text| {
        text.replace("products: {}", "products: { analytics: [{ step: a, basic: true }, c] }")
    });
    let features = after.iter_mut().find(|document| document.path == "features.yaml").unwrap();
    features.text = features.text.replace("workflows: {}", "workflows: { w: { steps: [a, b] } }");
    assert_eq!(
        difference(&before, &after).changes,
        [
            "features: workflow w added",
            "setup: products: analytics step a: basic false -> true",
            "setup: products: analytics step b removed",
            "setup: products: analytics step c added",
            "setup: products: old [{ step: x, basic: false }] removed",
        ]
    );
}

#[test]
fn files_that_come_and_go() {
    let before = defaults();
    let after =
        before.iter().filter(|document| document.path != "segments.yaml").cloned().collect::<Vec<_>>();
    let told = difference(&before, &after);
    assert_eq!(
        told.changes,
        ["segment enterprise removed", "segment mid_market removed", "segment smb removed"]
    );
    assert!(
        told.files[0].unified.starts_with("--- a/segments.yaml\n+++ /dev/null\n@@ "),
        "{}",
        told.files[0].unified
    );
    let told = difference(&after, &before);
    assert_eq!(told.changes[0], "segment enterprise added");
    assert!(told.files[0].unified.starts_with("--- /dev/null\n+++ b/segments.yaml\n@@ "));
}

#[test]
fn comments_and_layout_mean_nothing() {
    let after = defaults_with("features.yaml", |text| format!("# more words\n{text}"));
    let told = difference(&defaults(), &after);
    assert_eq!((told.files.len(), told.changes.len()), (1, 0));
}

#[test]
fn an_unreadable_workbook_differs_as_text_only() {
    let told = difference(&defaults(), &[document("a.yaml", "kind: [")]);
    assert_eq!(told.changes, Vec::<String>::new());
    assert_eq!(told.files.len(), 8);
}
