//! A first workbook from the facts.

use dearly_workbook::{
    Document, EventUse, ProductUse, StepUse, UseSummary, Workbook, defaults, parse, propose,
};
use proptest::prelude::*;

fn event(event: &str, accounts: usize, regular_accounts: usize, share_of_active_users: f64) -> EventUse {
    EventUse { event: event.to_owned(), accounts, regular_accounts, share_of_active_users }
}

fn step(step: &str, accounts: usize, mean_position: f64) -> StepUse {
    StepUse { step: step.to_owned(), accounts, mean_position }
}

/// The default workbook with the proposed files in the place of its own.
fn applied(proposed: Vec<Document>) -> Result<Workbook, Vec<String>> {
    let kept = defaults().into_iter().filter(|old| proposed.iter().all(|new| new.path != old.path));
    let parsed = parse(&kept.chain(proposed.clone()).collect::<Vec<_>>());
    parsed.workbook.ok_or_else(|| parsed.problems.iter().map(ToString::to_string).collect())
}

#[test]
fn what_many_use_and_not_everybody_is_proposed_with_its_numbers() {
    let documents = propose(&UseSummary {
        accounts: 100,
        events: vec![
            event("login", 100, 100, 0.8),
            event("page: opened", 100, 95, 0.97),
            event("report_shared", 80, 60, 0.4),
            event("export # all", 70, 30, 0.3),
            event("rare", 9, 5, 0.5),
        ],
        products: vec![
            ProductUse {
                product: "core".into(),
                accounts: 50,
                steps: vec![step("invite", 30, 2.0), step("create", 45, 1.0), step("sso", 10, 3.0)],
            },
            ProductUse { product: "extra".into(), accounts: 10, steps: vec![step("turn on", 2, 1.0)] },
        ],
    });
    let text = |path| documents.iter().find(|document| document.path == path).unwrap().text.as_str();
    assert!(
        text("features.yaml").contains(
            "sticky:\n  - \"report_shared\" # regular in 60 of 100 accounts, 40% of active users\n  - \"export # all\" # \
             regular in 30 of 100 accounts, 30% of active users\n#\n# Not proposed, by how many accounts use them \
             regularly:\n#  - \"login\" # regular in 100 of 100 accounts, 80% of active users\n"
        ),
        "{}",
        text("features.yaml")
    );
    assert!(
        text("setup.yaml").contains(
            "products:\n  \"core\": # 50 accounts\n    - { step: \"create\", basic: true } # done by 90%\n    - { step: \
             \"invite\" } # done by 60%\n#     - { step: \"sso\" } # done by 20%\n#   \"extra\": # 10 accounts\n"
        ),
        "{}",
        text("setup.yaml")
    );
    let workbook = applied(documents).unwrap();
    assert_eq!(workbook.features.sticky, ["report_shared", "export # all"]);
    let steps: Vec<(&str, bool)> =
        workbook.setup.steps_of("core").iter().map(|step| (step.step.as_str(), step.basic)).collect();
    assert_eq!(steps, [("create", true), ("invite", false)]);
    assert!(!workbook.setup.products.contains_key("extra"));
}

#[test]
fn no_facts_propose_nothing() {
    let workbook = applied(propose(&UseSummary::default())).unwrap();
    assert_eq!(workbook, Workbook::default());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_name_survives(names in prop::collection::btree_set("\\PC{1,12}|[\\x00-\\x{ffff}]{1,8}", 1..4)) {
        let names: Vec<&String> = names.iter().filter(|name| !name.trim().is_empty()).collect();
        prop_assume!(!names.is_empty());
        let summary = UseSummary {
            accounts: 10,
            events: names.iter().map(|name| event(name, 10, 8, 0.5)).collect(),
            products: vec![ProductUse {
                product: names[0].clone(),
                accounts: 10,
                steps: names.iter().map(|name| step(name, 9, 1.0)).collect(),
            }],
        };
        let workbook = applied(propose(&summary)).unwrap();
        for name in &names {
            if !["login", "logout"].contains(&name.as_str()) {
                prop_assert!(workbook.features.sticky.contains(name));
            }
            prop_assert!(workbook.setup.steps_of(names[0]).iter().any(|step| step.step == **name));
        }
    }
}
