//! No text, however broken, makes reading panic.

use dearly_workbook::{Condition, Fields, defaults, parse};
use proptest::prelude::*;

use crate::document;

/// Words that lead deep into the decoders.
fn scrap() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "kind",
        "scorecard",
        "segment",
        "id",
        "outcomes",
        "components",
        "measures",
        "weight",
        "value",
        "points",
        "steps",
        "by_age",
        "when",
        "active_users",
        "within",
        "28d",
        "60%",
        "account.tier",
        "==",
        "&&",
        "-1",
        "0",
        "1e9",
        "~",
        ":",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        "\"",
        "|",
        ">",
        "&a",
        "*a",
        "#",
        "---\n",
        "!!str ",
        "<<",
        "? ",
        "é",
        "\t",
        "\u{feff}",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

/// A default file with a piece cut out, or something put in.
fn damaged() -> impl Strategy<Value = String> {
    (0..defaults().len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), scrap()).prop_map(
        |(file, from, to, scrap)| {
            let text: Vec<char> = defaults()[file].text.chars().collect();
            let (a, b) = (from.index(text.len()), to.index(text.len()));
            let cut = a.min(b)..a.max(b).min(a.min(b) + 40);
            let (before, after) = (&text[..cut.start], &text[cut.end..]);
            before.iter().copied().chain(scrap.chars().take(12)).chain(after.iter().copied()).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text(text in prop_oneof![any::<String>(), scrap(), damaged()]) {
        let parsed = parse(&[document("a.yaml", &text)]);
        prop_assert_eq!(parsed.workbook.is_none(), !parsed.problems.is_empty());
        let lines = text.split('\n').count() as u32 + 1;
        for problem in parsed.problems {
            prop_assert!(problem.line <= lines, "{} of {} lines", problem, lines);
        }
    }

    #[test]
    fn arbitrary_conditions(source in prop_oneof![
        any::<String>(),
        prop::collection::vec(prop::sample::select(vec![
            "account.tier", "account", ".", "name", "==", "<", "&&", "||", "!", "?", ":", "(", ")", "[", "]", "{", "}", ",",
            "1", "1.5", "-", "1u", "'a'", "\"b\"", "r'c'", "b'd'", "in", "has(", "size(", ".all(x, ", "true", "null", "/", "%", "0",
        ]), 0..20).prop_map(|words| words.concat()),
    ]) {
        if let Ok(condition) = Condition::compile(&source) {
            condition.holds(&Fields::new().with("account.tier", 1).with("account.name", "é"));
        }
    }
}
