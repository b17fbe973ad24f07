//! Every mistake is told, at its place, with what to do.

use crate::{document, told_of};

/// A scorecard that is right, with room for mistakes in one measure.
const GOOD: &str = "\
kind: scorecard
id: outcomes
components:
  adoption:
    weight: 1
    measures:
      users: { weight: 1, value: tenure, points: { 0: 0, 12: 100 } }
";

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut documents = vec![document("a.yaml", text)];
    if !text.contains("kind: scorecard") {
        documents.push(document("z.yaml", GOOD));
    }
    let told = told_of(&documents);
    assert_eq!(told, expected, "\n{text}\ntold:\n{}\n", told.join("\n"));
}

/// One measure, at line 7 of a scorecard, from column 12.
#[track_caller]
fn check_measure(measure: &str, expected: &[&str]) {
    let text = GOOD.replace("{ weight: 1, value: tenure, points: { 0: 0, 12: 100 } }", measure);
    check(&text, expected);
}

#[test]
fn documents_without_a_known_kind() {
    let kinds = "expected one of organisation, segment, engagement, features, setup, scorecard";
    check("grace: 30d\n", &[&format!("a.yaml:1:1: the document has no `kind`; {kinds}")]);
    check("kind: scorecrad\nid: a\n", &["a.yaml:1:7: unknown kind `scorecrad`; did you mean `scorecard`?"]);
    check(
        "- one\n",
        &[&format!("a.yaml:1:1: expected a document of fields, beginning with `kind`; {kinds}")],
    );
    check("kind: alert\n", &[&format!("a.yaml:1:7: unknown kind `alert`; {kinds}")]);
    check("kind: [a]\n", &["a.yaml:1:7: expected text, found a list"]);
}

#[test]
fn text_that_is_no_yaml_is_told_with_its_place() {
    let told = told_of(&[document("a.yaml", "kind: features\nsticky: [a\n")]);
    assert_eq!(told, ["a.yaml:2:9: not valid YAML: unclosed bracket '['"]);
    check(
        "kind: features\nsticky: []\nsticky: [a]\n",
        &["a.yaml:3:1: `sticky` stands here twice, first in line 2; remove one of the two"],
    );
    check("kind: features\n? [a]\n: b\n", &["a.yaml:2:3: a key must be a single word, not a list or a map"]);
}

#[test]
fn nothing_at_all() {
    let none = "workbook: there is no scorecard; add a document of `kind: scorecard`, or write the default one with \
                `dearly workbook init`";
    assert_eq!(told_of(&[]), [none]);
    assert_eq!(told_of(&[document("a.yaml", "")]), [none]);
    assert_eq!(told_of(&[document("a.yaml", "# nothing\n---\n---\n")]), [none]);
    assert_eq!(told_of(&[document("a.yaml", "kind: features\n")]), [none]);
}

#[test]
fn every_mistake_of_every_file_is_told_at_once_in_order() {
    let told = told_of(&[
        document("a.yaml", "kind: organisation\ngrace: soon\ntimezone: UTC\n"),
        document(
            "b.yaml",
            "kind: features\nworkflows: { w: { steps: [] } }\n---\nkind: setup\nproduct: {}\n",
        ),
    ]);
    assert_eq!(
        told,
        [
            "a.yaml:2:8: expected a span of days such as `28d`, found `soon`",
            "a.yaml:3:1: unknown field `timezone` in the organisation; did you mean `time_zone`?",
            "b.yaml:2:26: workflow `w` has no steps; name its events in order",
            "b.yaml:5:1: unknown field `product` in the setup; did you mean `products`?",
        ]
    );
}

#[test]
fn kinds_and_ids_stand_once() {
    check(
        "kind: setup\n---\nkind: setup\n",
        &["a.yaml:3:1: a second document of `kind: setup`, the first is at a.yaml:1; keep one of the two"],
    );
    check(
        "kind: segment\nid: big\nwhen: account.tier == 1\n---\nkind: segment\nid: big\nwhen: account.tier == 2\n",
        &["a.yaml:6:5: a second segment `big`, the first is at a.yaml:2; keep one of the two"],
    );
    check(
        "kind: segment\nid: In House\nwhen: account.tier == 1\n",
        &["a.yaml:2:5: expected an id of small letters, digits and `_`, found `In House`; as in `in_house`"],
    );
    check(
        "kind: segment\nwhen: account.tier == 1\n",
        &["a.yaml:1:1: a segment needs `id`: how scorecards and conditions (`segment.<id>`) name it"],
    );
}

#[test]
fn the_organisation() {
    check(
        "kind: organisation\ncurrency: eur\nrates: { USD: 0, GBP: -1, CHF: x, JPY: 0.006 }\n",
        &[
            "a.yaml:2:11: expected a currency of three capitals such as `EUR`, found `eur`; did you mean `EUR`?",
            "a.yaml:3:15: expected a rate above 0, found `0`",
            "a.yaml:3:23: expected a rate above 0, found `-1`",
            "a.yaml:3:32: expected a number, found `x`",
        ],
    );
    check(
        "kind: organisation\nrates: { USD: 0.9 }\n",
        &[
            "a.yaml:2:10: rates lead into the reporting currency, and `currency` does not say which that is; add \
           `currency: EUR`",
        ],
    );
    check(
        "kind: organisation\ncurrency: EUR\nrates: { EUR: 2 }\n",
        &["a.yaml:3:15: EUR is the reporting currency itself: its rate can only be 1; remove it"],
    );
    check(
        "kind: organisation\ntime_zone: Mars/Olympus\nfiscal_year_starts_in: 13\ngrace: 30\nlabels: [a]\n",
        &[
            "a.yaml:2:12: unknown time zone `Mars/Olympus`; use an IANA name such as `Europe/Berlin` or `UTC`",
            "a.yaml:3:24: expected a whole number from 1 to 12, found `13`",
            "a.yaml:4:8: expected a span of days such as `28d`, found `30`; write `30d`",
            "a.yaml:5:9: expected names with values for `labels`, as in `name: value`",
        ],
    );
}

#[test]
fn the_engagement() {
    check(
        "kind: engagement\nkey_roles: { champion: 0d, admin: 60 }\nexecutive_roles: [champoin]\nbusiness_reviews: { one: 90d, 2: 6m }\n",
        &[
            "a.yaml:2:24: expected from 1d to 36500d, found `0d`",
            "a.yaml:2:35: expected a span of days such as `28d`, found `60`; write `60d`",
            "a.yaml:4:21: expected a whole number from 1 to 99, found `one`",
            "a.yaml:4:34: expected a span of days such as `28d`, found `6m`",
            "a.yaml:3:19: warning: executive role `champoin` is no key role and will never count; did you mean `champion`?",
        ],
    );
    check(
        "kind: engagement\nexceptions:\n  - key_roles: { champions: 7d }\n  - { tier: 1 }\n",
        &[
            "a.yaml:3:5: an exception needs a `tier`, a `stage` or both",
            "a.yaml:3:18: unknown key role `champions`; did you mean `champion`?",
            "a.yaml:4:5: an exception needs `key_roles`: within how many days each role must be met there",
        ],
    );
}

#[test]
fn features_and_setup() {
    check(
        "kind: features\nsticky: [a, b, a]\nworkflows:\n  w: { within: 7d }\n  x: { steps: [a], expected_per_user: 0 }\n",
        &[
            "a.yaml:2:16: sticky feature `a` stands here twice",
            "a.yaml:4:6: a workflow needs `steps`: names of events, in order",
            "a.yaml:5:39: expected a number above 0, found `0`",
        ],
    );
    check(
        "kind: setup\nproducts:\n  core: invite\n  more: [a, { step: a }, { basic: true }, { step: b, basic: maybe }]\n",
        &[
            "a.yaml:3:9: expected a list of the set-up steps of `core`",
            "a.yaml:4:13: step `a` stands here twice",
            "a.yaml:4:26: a step needs `step`: its name as in the book's `steps`",
            "a.yaml:4:61: expected true or false, found `maybe`",
        ],
    );
}

#[test]
fn segments_that_refer_to_each_other_in_a_circle() {
    let segment = |id: &str, when: &str| format!("---\nkind: segment\nid: {id}\nwhen: {when}\n");
    let text = segment("a", "segment.b && account.tier == 1")
        + &segment("b", "segment.c")
        + &segment("c", "account.tier == 2 || segment.a")
        + &segment("d", "segment.a")
        + &segment("e", "'!segment.e'");
    check(
        &text,
        &[
            "a.yaml:4:7: segments refer to each other in a circle: a -> b -> c -> a; write one of them without the others",
            "a.yaml:20:7: segments refer to each other in a circle: e -> e; write one of them without the others",
        ],
    );
}

#[test]
fn conditions_have_their_mistakes_at_the_character() {
    let when = |when: &str| format!("kind: segment\nid: big\nwhen: {when}\n");
    check(
        &when("account.teir == 1"),
        &["a.yaml:3:7: unknown field `account.teir`; did you mean `account.tier`?"],
    );
    check(
        &when("account.tier == 1 && account.arr > 5"),
        &["a.yaml:3:28: unknown field `account.arr`; did you mean `account.arr_cents`?"],
    );
    check(
        &when("tier == 1 || plan == 'x'"),
        &[
            "a.yaml:3:7: unknown field `tier`; did you mean `account.tier`?",
            "a.yaml:3:20: unknown field `plan`; custom attributes are `account.attributes.<name>`",
        ],
    );
    check(
        &when("\"account.name == 'x' && segment.bgi\""),
        &["a.yaml:3:31: unknown segment `bgi`; did you mean `big`?"],
    );
    check(&when("account.tier =="), &["a.yaml:3:22: the condition ends too early"]);
    check(&when("account.tier = 1"), &["a.yaml:3:20: the condition cannot be read from `=` on; write `==`"]);
    check(
        &when("|\n  account.tier == 1\n  && account.nmae == ''\n"),
        &["a.yaml:5:6: unknown field `account.nmae`; did you mean `account.name`?"],
    );
    check(
        &when("account.name.lenght() > 3"),
        &[
            "a.yaml:3:7: unknown function `lenght`; expected one of size, contains, startsWith, endsWith, matches, int, \
           uint, double, string, bool, has, all, exists, exists_one, map, filter",
        ],
    );
    check(
        &when("account.tier == \"1\""),
        &["a.yaml:3:7: `account.tier` is a number and is compared with text"],
    );
    check(
        &when("account.arr_cents"),
        &[
            "a.yaml:3:7: a condition is true or false, this is a number; compare it, as in `account.tier == 1`",
        ],
    );
    check(
        &when("!segment.big"),
        &[
            "a.yaml:1:1: a segment needs `when`: which accounts belong to it, as in `account.tier == 1`",
            "a.yaml:3:7: `!segment.big` is read as a YAML tag, and tags mean nothing here; put the text in quotes if it is \
             meant as text",
        ],
    );
    check(&when("''"), &["a.yaml:3:7: the condition is empty; as in `account.tier == 1`"]);
    check(&when("{ a: b }"), &["a.yaml:3:7: expected a condition such as `account.tier == 1`, found fields"]);
}

#[test]
fn weights() {
    check_measure(
        "{ weight: -1, value: tenure, points: { 0: 0 } }",
        &["a.yaml:7:24: expected a number of at least 0, found `-1`"],
    );
    check_measure(
        "{ weight: 0, value: tenure, points: { 0: 0 } }",
        &[
            "a.yaml:7:7: the weights of the measures of `adoption` sum to nothing; give at least one a weight above 0",
        ],
    );
    check_measure(
        "{ weight: 40%, value: tenure, points: { 0: 0 } }",
        &["a.yaml:7:24: expected a number, found `40%`; write `40`"],
    );
    check_measure(
        "{ weight: 1e999, value: tenure, points: { 0: 0 } }",
        &["a.yaml:7:24: expected a number, found `1e999`"],
    );
    check(
        &GOOD.replace("weight: 1\n", "weight: 0\n"),
        &["a.yaml:4:3: the weights of the components sum to nothing; give at least one a weight above 0"],
    );
    check_measure(
        "{ wieght: 1, value: tenure, points: { 0: 0 } }",
        &[
            "a.yaml:7:14: a measure needs `weight`: its share of the component; 0 switches it off",
            "a.yaml:7:16: unknown field `wieght` in a measure; did you mean `weight`?",
        ],
    );
}

#[test]
fn points() {
    let points = |points: &str| format!("{{ weight: 1, value: tenure, points: {points} }}");
    for (text, expected) in [
        (
            "{ 0: 0, 50%: 50, 20%: 60 }",
            "a.yaml:7:67: values out of order: 20% after 50%; write the values from the smallest to the largest",
        ),
        (
            "{ 50%: 0, 0.5: 50 }",
            "a.yaml:7:60: values out of order: 0.5 after 50%; write the values from the smallest to the largest",
        ),
        ("{}", "a.yaml:7:50: points without a value; as in `{ 0%: 0, 50%: 50, 100%: 100 }`"),
        ("{ steps: {} }", "a.yaml:7:59: points without a value; as in `{ 0%: 0, 50%: 50, 100%: 100 }`"),
        ("{ 0: 101 }", "a.yaml:7:55: expected a number from 0 to 100, found `101`"),
        (
            "{ low: 0 }",
            "a.yaml:7:52: expected a value such as `50%` or `3`, found `low`; as in `{ 0%: 0, 50%: 50, 100%: 100 }`",
        ),
        ("{ steps: { 0: 0 }, 5: 100 }", "a.yaml:7:52: `steps` cannot stand beside other fields"),
        (
            "{ by_age: { 6m: { 0: 0 }, 2m: { 0: 0 } } }",
            "a.yaml:7:76: ages out of order: 2m after 6m; write the ages from the smallest to the largest",
        ),
        ("{ by_age: { 60d: { 0: 0 } } }", "a.yaml:7:62: expected an age in months such as `6m`, found `60d`"),
        ("{ by_age: {} }", "a.yaml:7:60: points by age without an age; as in `6m: { 0%: 0, 100%: 100 }`"),
        ("high", "a.yaml:7:50: expected points by value; as in `{ 0%: 0, 50%: 50, 100%: 100 }`"),
    ] {
        check_measure(&points(text), &[expected]);
    }
}

#[test]
fn values() {
    let value = |value: &str| format!("{{ weight: 1, value: {value}, points: {{ 0: 0 }} }}");
    for (text, expected) in [
        ("active_user", "a.yaml:7:34: unknown kind of value `active_user`; did you mean `active_users`?"),
        (
            "{ actve_users: { within: 28d } }",
            "a.yaml:7:36: unknown kind of value `actve_users`; did you mean `active_users`?",
        ),
        (
            "{ active_users: { wihtin: 28d } }",
            "a.yaml:7:52: unknown field `wihtin` in active_users; did you mean `within`?",
        ),
        (
            "{ active_users: { within: 28 } }",
            "a.yaml:7:60: expected a span of days such as `28d`, found `28`; write `28d`",
        ),
        ("{ active_users: { within: 0d } }", "a.yaml:7:60: expected from 1d to 36500d, found `0d`"),
        (
            "{ active_users: {}, per: seats }",
            "a.yaml:7:59: unknown word `seats`; expected one of activated_licences, entitled_seats, one",
        ),
        ("{ tenure: {}, per: one }", "a.yaml:7:48: `tenure` is not divided by anything: remove `per`"),
        (
            "{ active_users: { per: one }, per: one }",
            "a.yaml:7:64: `per` stands both beside and within the value",
        ),
        (
            "{ tenure: {}, nps: {} }",
            "a.yaml:7:34: expected one kind of value, found 2; as in `{ active_users: { within: 28d } }`",
        ),
        ("attribute", "a.yaml:7:34: attribute needs `name`: the name of the attribute"),
        (
            "{ healthy_active_users: { days_at_least: 10, within: 7d } }",
            "a.yaml:7:75: 10 active days do not fit into 7d",
        ),
        (
            "{ features_in_regular_use: { by_at_least: 20 } }",
            "a.yaml:7:76: expected a share from 0% to 100%, found `20`; write `20%`",
        ),
        (
            "{ features_in_regular_use: { features: [] } }",
            "a.yaml:7:73: expected `sticky` or at least one name of an event",
        ),
        (
            "{ usage_trend: { against: last_month } }",
            "a.yaml:7:60: unknown word `last_month`; expected one of previous, last_year",
        ),
        (
            "{ features_used: { by_at_least: 0 } }",
            "a.yaml:7:66: expected a whole number from 1 to 1000000, found `0`",
        ),
        ("[a]", "a.yaml:7:34: expected a kind of value, found a list"),
    ] {
        check_measure(&value(text), &[expected]);
    }
    let workflow = value("{ workflow_completion: { workflows: [campain] } }");
    let text = GOOD.replace("{ weight: 1, value: tenure, points: { 0: 0, 12: 100 } }", &workflow);
    let features = "---\nkind: features\nworkflows: { campaign: { steps: [a] } }\n";
    check(&(text + features), &["a.yaml:7:70: unknown workflow `campain`; did you mean `campaign`?"]);
}

#[test]
fn limits() {
    let limits =
        |limits: &str| format!("{{ weight: 1, value: tenure, points: {{ 0: 0 }}, limits: {limits} }}");
    for (text, expected) in [
        (
            "[{ when: no_executive, at_most: 74 }]",
            "a.yaml:7:77: `no_executive` says something only of the value `multithreading`",
        ),
        (
            "[{ when: never, at_most: 74 }]",
            "a.yaml:7:77: unknown word `never`; expected one of basic_step_missing, basic_steps_done, no_executive, severity_one_past_due",
        ),
        ("{ a: b }", "a.yaml:7:68: expected a list for `limits`"),
    ] {
        check_measure(&limits(text), &[expected]);
    }
    check_measure(
        "{ weight: 1, value: multithreading, points: { 0: 0 }, limits: [{ when: no_executive }] }",
        &["a.yaml:7:77: a limit needs `at_most` or `at_least`"],
    );
}

#[test]
fn scorecards() {
    let with = |line: &str| GOOD.replace("id: outcomes\n", &format!("id: outcomes\n{line}\n"));
    for (line, expected) in [
        (
            "bands: { yellow: 75, green: 50 }",
            "a.yaml:3:8: bands out of order: yellow begins at 75, green at 50; yellow must begin below green",
        ),
        ("bands: { yellow: 50 }", "a.yaml:3:8: bands needs `green`: the least green score"),
        ("minimum_coverage: 60", "a.yaml:3:19: expected a share from 0% to 100%, found `60`; write `60%`"),
        ("minimum_coverage: 160%", "a.yaml:3:19: expected a share from 0% to 100%, found `160%`"),
        ("missing: nothing", "a.yaml:3:10: unknown word `nothing`; expected one of leave_out, zero"),
        ("score: outcome", "a.yaml:3:8: unknown word `outcome`; did you mean `outcomes`?"),
        (
            "for: { segment: enterprise }",
            "a.yaml:3:17: unknown segment `enterprise`; add a document of `kind: segment`",
        ),
        (
            "for: { segment: [] }",
            "a.yaml:3:17: expected at least one segment; remove `for` to mean all accounts",
        ),
        (
            "caps: [{ when: account.champions == 0, at_most: green }]",
            "a.yaml:3:49: unknown word `green`; expected one of red, yellow",
        ),
        (
            "caps: [{ when: account.champion == 0, at_most: red }]",
            "a.yaml:3:16: unknown field `account.champion`; did you mean `account.champions`?",
        ),
    ] {
        check(&with(line), &[expected]);
    }
    check(
        &(with("for: { segment: enterprize }")
            + "---\nkind: segment\nid: enterprise\nwhen: account.tier == 1\n"),
        &["a.yaml:3:17: unknown segment `enterprize`; did you mean `enterprise`?"],
    );
    check(
        &GOOD.replace("id: outcomes", "id: mine"),
        &[
            "a.yaml:2:5: scorecard `mine` does not say which `score` it makes; expected one of outcomes, experience",
        ],
    );
    check(
        &GOOD
            .replace("    weight: 1\n", "    weight: 1\n    require: [breath]\n")
            .replace("value:", "facet: breadth, value:"),
        &["a.yaml:6:15: no measure of `adoption` has the required facet `breath`; did you mean `breadth`?"],
    );
    check(
        "kind: scorecard\nid: outcomes\ncomponents: {}\n",
        &["a.yaml:3:13: expected at least one component"],
    );
    check(
        &(GOOD.to_owned()
            + "  more: { weight: 1, measures: { users: { weight: 1, value: tenure, points: { 0: 0 } } } }\n"),
        &["a.yaml:8:34: a second measure `users`, the first is in component `adoption`; give it another id"],
    );
}

#[test]
fn two_scorecards_of_one_score_for_all_accounts() {
    let second = GOOD.replace("id: outcomes", "id: other\nscore: outcomes");
    check(
        &format!("{GOOD}---\n{second}"),
        &[
            "a.yaml:9:1: scorecard `other` never applies: `outcomes` is for all accounts too; say whom it is for, as in \
           `for: { segment: [enterprise] }`",
        ],
    );
}

#[test]
fn an_opinion_among_the_outcomes_is_a_warning() {
    check_measure(
        "{ weight: 1, value: judgement, points: { 1: 0, 5: 100 } }",
        &[
            "a.yaml:7:7: warning: measure `users` is somebody's opinion and stands in an outcomes scorecard; move it to \
           the experience scorecard: the outcomes score is meant to be objective",
        ],
    );
}
