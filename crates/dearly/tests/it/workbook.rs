//! `dearly workbook …`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Place, files_below};

/// The workbook's own files, without the schemas.
fn documents(place: &Place, folder: &str) -> Vec<(String, String)> {
    let names = files_below(&place.path(folder)).into_iter().filter(|name| name.ends_with(".yaml"));
    names.map(|name| (name.clone(), place.read(&format!("{folder}/{name}")))).collect()
}

/// Changes a text in a file that must hold it.
fn edit(place: &Place, file: &str, from: &str, to: &str) {
    let text = place.read(file);
    assert!(text.contains(from), "{file} holds no {from:?}");
    place.write(file, text.replacen(from, to, 1));
}

/// The line, from 1, on which a text first stands.
fn line_of(place: &Place, file: &str, text: &str) -> usize {
    1 + place.read(file).lines().position(|line| line.contains(text)).unwrap()
}

#[test]
fn from_init_to_export_and_back() {
    let place = Place::with_demo();
    place.dearly("workbook export workbook").run().warns(&["wrote version 1 to workbook"]);
    place.dearly("workbook validate workbook").run().warns(&["0 errors, 0 warnings"]);
    let said = place.dearly("workbook plan workbook --exit-code").run();
    said.says(&["no changes against version 1"]);
    place.dearly("workbook apply workbook").run().warns(&["version 1 was in force already"]);

    edit(&place, "workbook/scorecards/outcomes.yaml", "weight: 35", "weight: 45 # more on adoption");
    let said = place.dearly("workbook plan workbook --exit-code").exits(3).run();
    said.says(&["-    weight: 35", "+    weight: 45 # more on adoption", "Against version 1:", "adoption"]);
    place.dearly("workbook plan workbook").run();
    place.dearly("workbook apply workbook").run().warns(&["version 2 is in force"]);
    place.dearly("workbook apply workbook").run().warns(&["version 2 was in force already"]);
    place.dearly("workbook export exported").run().warns(&["wrote version 2 to exported"]);
    assert_eq!(documents(&place, "exported"), documents(&place, "workbook"));
}

#[test]
fn the_default_is_in_force_before_any_other() {
    let place = Place::new();
    place.write("book/accounts.csv", "external_id,name\nacme,Acme\n");
    place.dearly("import book").run();
    place
        .dearly("workbook init workbook")
        .run()
        .warns(&["wrote 7 files to workbook", "dearly workbook plan workbook"]);
    place.dearly("workbook validate workbook").run().warns(&["0 errors, 0 warnings"]);
    place
        .dearly("workbook plan workbook --exit-code")
        .run()
        .says(&["no changes against the built-in default"]);
    place.dearly("workbook export exported").run().warns(&["wrote the built-in default to exported"]);
    assert_eq!(documents(&place, "exported"), documents(&place, "workbook"));
    place.dearly("workbook apply workbook").run().warns(&["version 1 is in force"]);
}

#[test]
fn plan_names_the_accounts_that_change_colour() {
    let place = Place::with_demo();
    place.dearly("workbook export workbook").run();
    edit(
        &place,
        "workbook/scorecards/outcomes.yaml",
        "bands: { yellow: 50, green: 75 }",
        "bands: { yellow: 99.5, green: 99.9 }",
    );
    let before = place.dearly("score --format json").run().json();
    let plan = place.dearly("workbook plan workbook --format json").run().json();
    assert_eq!(plan["has_changes"], true);
    assert_eq!(plan["as_of"], "2026-06-30");
    let turned: Vec<&str> = before
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| ["green", "yellow"].contains(&row["outcomes"]["colour"].as_str().unwrap()))
        .map(|row| row["account"].as_str().unwrap())
        .collect();
    assert!(!turned.is_empty());
    let changes = plan["colour_changes"].as_array().unwrap();
    assert_eq!(changes.iter().map(|own| own["account"].as_str().unwrap()).collect::<Vec<_>>(), turned);
    assert!(changes.iter().all(|own| own["after"]["colour"] == "red" && own["score_kind"] == "outcomes"));
    assert_eq!(plan["after"]["green"], 0);
    let table = place.dearly("workbook plan workbook").run();
    table.says(&[turned[0], "Customers as of 2026-06-30", "yellow: 99.5"]);
    assert_eq!(place.dearly("score --format json").run().json(), before, "a plan changes nothing");
    // Applied, it is as planned.
    place.dearly("workbook apply workbook").run();
    let after = place.dearly("score --format json").run().json();
    let red = after.as_array().unwrap().iter().filter(|row| row["outcomes"]["colour"] == "red").count();
    assert_eq!(plan["after"]["red"], red);
}

#[test]
fn features_and_steps_are_proposed_from_the_book() {
    let place = Place::new();
    place.write_files("book", &crate::book::files());
    place.dearly("import book").run();
    place.dearly("workbook init proposed --from-data").run();
    let features = place.read("proposed/features.yaml");
    let (proposed, _) = features.split_once("workflows:").unwrap();
    let sticky: Vec<&str> = proposed.lines().filter(|line| line.trim_start().starts_with("- ")).collect();
    assert_eq!(sticky.len(), 1, "{features}");
    assert!(sticky[0].contains("report_shared"), "{features}");
    let setup = place.read("proposed/setup.yaml");
    assert!(setup.contains("core") && setup.contains("basic: true"), "{setup}");
    let step = |name: &str| {
        setup.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("no {name}: {setup}"))
    };
    assert!(step("single_sign_on").contains("basic: true"), "all have done it: {setup}");
    assert!(!step("team_trained").contains("basic: true"), "one of two has done it: {setup}");
    place.dearly("workbook validate proposed").run().warns(&["0 errors"]);
    place.dearly("workbook plan proposed --exit-code").exits(3).run();
    let said = place.dearly("workbook init other --from-data").data("nowhere").exits(1).run();
    said.warns(&["there is no data folder nowhere"]);
    assert!(!place.path("other").exists());
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::with_book();
    place.dearly("workbook init workbook").run();
    edit(&place, "workbook/setup.yaml", "products: {}", "products: { core: [login] }");
    let before = documents(&place, "workbook");
    for command in ["workbook init workbook", "workbook export workbook"] {
        let said = place.dearly(command).exits(1).run();
        said.warns(&["workbook already holds", "name an empty folder"]);
        assert_eq!(documents(&place, "workbook"), before);
    }
}

#[test]
fn every_mistake_is_named_at_once_with_its_place_and_the_nearest_word() {
    let place = Place::with_book();
    place.dearly("workbook init workbook").run();
    let file = "workbook/scorecards/outcomes.yaml";
    edit(&place, file, "value: key_people_met", "value: key_peple_met");
    edit(&place, file, "minimum_coverage: 60%", "minimum_covrage: 60%");
    edit(&place, "workbook/segments.yaml", "account.segment == \"smb\"", "account.segmnt == \"smb\"");
    let said = place.dearly("workbook validate workbook").exits(1).run();
    for (file, text, words) in [
        ("scorecards/outcomes.yaml", "key_peple_met", "did you mean `key_people_met`?"),
        ("scorecards/outcomes.yaml", "minimum_covrage", "minimum_coverage"),
        ("segments.yaml", "account.segmnt", "did you mean `account.segment`?"),
    ] {
        let start = format!("{file}:{}:", line_of(&place, &format!("workbook/{file}"), text));
        let line = said.stdout.lines().find(|line| line.starts_with(&start));
        assert!(line.is_some_and(|line| line.contains(words)), "{start} {words}: {}", said.stdout);
    }
    assert_eq!(said.stdout.lines().count(), 3, "{}", said.stdout);
    let problems = place.dearly("workbook validate workbook --format json").exits(1).run().json();
    assert_eq!(problems.as_array().unwrap().len(), 3);
    assert_eq!(problems[0]["severity"], "error");
    // None of it can be applied or planned.
    for command in ["workbook apply workbook", "workbook plan workbook"] {
        let said = place.dearly(command).exits(1).run();
        said.warns(&["key_peple_met", "the workbook has 3 errors"]);
    }
    assert_eq!(place.dearly("explain acme --format json").run().json()["workbook_version"], 1);
}

#[test]
fn a_cycle_and_weights_of_nothing_are_mistakes() {
    let place = Place::new();
    place.dearly("workbook init workbook").run();
    place.write(
        "workbook/segments.yaml",
        "kind: segment\nid: big\nwhen: segment.rich && account.tier == 1\n---\nkind: segment\nid: rich\nwhen: segment.big\n",
    );
    let said = place.dearly("workbook validate workbook").exits(1).run();
    let line = said.stdout.lines().find(|line| line.starts_with("segments.yaml:")).unwrap();
    assert!(line.contains("big") && line.contains("rich"), "{line}");

    let place = Place::new();
    place.dearly("workbook init workbook").run();
    let file = "workbook/scorecards/experience.yaml";
    edit(&place, file, "    weight: 100\n", "    weight: 0\n");
    let said = place.dearly("workbook validate workbook").exits(1).run();
    let line = line_of(&place, file, "  experience:");
    said.says(&[&format!("scorecards/experience.yaml:{line}:"), "sum to nothing", "above 0"]);
}

#[test]
fn an_opinion_among_the_outcomes_warns() {
    let place = Place::with_book();
    place.dearly("workbook init workbook").run();
    edit(
        &place,
        "workbook/scorecards/outcomes.yaml",
        "      plan_accepted:\n",
        "      opinion:\n        weight: 5\n        value: { judgement: { expires_after: 90d } }\n        points: { 1: 0, 5: 100 }\n      plan_accepted:\n",
    );
    let line = line_of(&place, "workbook/scorecards/outcomes.yaml", "opinion:");
    let place_of = format!("scorecards/outcomes.yaml:{line}:");
    let said = place.dearly("workbook validate workbook").run();
    said.says(&[&place_of]).warns(&["0 errors, 1 warning"]);
    place.dearly("workbook plan workbook").run().says(&[&place_of]);
    let plan = place.dearly("workbook plan workbook --format json").run().json();
    assert_eq!(plan["warnings"].as_array().unwrap().len(), 1);
    place.dearly("workbook apply workbook").run().warns(&[&place_of, "version 2 is in force"]);
}

#[test]
fn a_folder_without_a_workbook_is_no_workbook() {
    let place = Place::with_book();
    place.dearly("workbook validate nowhere").exits(1).run().says(&["nowhere"]);
    let said = place.dearly("workbook apply nowhere").exits(1).run();
    said.warns(&["nowhere"]);
    fs::create_dir(place.path("empty")).unwrap();
    place.dearly("workbook apply empty").exits(1).run();
    assert_eq!(place.dearly("explain acme --format json").run().json()["workbook_version"], 1);
}

#[test]
fn schemas_lie_where_the_files_look_for_them() {
    let place = Place::new();
    place.dearly("workbook init workbook").run();
    for (name, text) in documents(&place, "workbook") {
        let first = text.lines().next().unwrap();
        let path = first
            .strip_prefix("# yaml-language-server: $schema=")
            .unwrap_or_else(|| panic!("{name}: {first}"));
        let folder = place.path("workbook").join(&name).parent().unwrap().to_owned();
        let schema =
            fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{name}: {path}: {error}"));
        let schema: Value = serde_json::from_str(&schema).unwrap();
        assert!(schema["$schema"].is_string(), "{name}");
    }
    place.dearly("workbook schema other").run();
    let names = place.names("other/.dearly/schema");
    assert_eq!(names, place.names("workbook/.dearly/schema"));
    assert!(names.contains(&"scorecard.json".to_owned()), "{names:?}");
}

#[test]
fn what_is_applied_names_the_scores() {
    let place = Place::with_book();
    let version = || place.dearly("explain acme --format json").run().json()["workbook_version"].clone();
    assert_eq!(version(), json!(1));
    place.apply(&[]);
    assert_eq!(version(), json!(2));
    let shown = place.dearly("workbook apply applied --format json").run().json();
    assert_eq!(shown["version"], json!(2));
    assert_eq!(shown["documents"].as_array().unwrap().len(), 7);
}
