//! Conditions answer yes, no, or that nothing is known.

use dearly_workbook::{Catalogue, Condition, Fields};

fn fields() -> Fields {
    Fields::new()
        .with("account.tier", 1)
        .with("account.name", "Acme")
        .with("account.arr_cents", 1_200_000_i64)
        .with("account.attributes.plan", "gold")
        .with("account.attributes.seats used", 12.5)
        .with("segment.enterprise", true)
        .with("account.region", None::<String>)
}

#[test]
fn three_answers() {
    for (source, expected) in [
        ("account.tier == 1", Some(true)),
        ("account.tier <= 0", Some(false)),
        ("account.tier == 1.0", Some(true)),
        ("account.stage == 'x'", None),
        ("account.region == 'x'", None),
        ("!(account.stage == 'x')", None),
        ("account.stage == 'x' || account.tier == 1", Some(true)),
        ("account.tier == 1 || account.stage == 'x'", Some(true)),
        ("account.stage == 'x' || account.tier == 2", None),
        ("account.stage == 'x' && account.tier == 2", Some(false)),
        ("account.tier == 2 && account.stage == 'x'", Some(false)),
        ("account.stage == 'x' && account.tier == 1", None),
        ("account.name > 3", None),
        ("account.name", None),
        ("1 / 0 == 1", None),
        ("account.tier / 0 > 1", None),
        ("has(account.stage)", Some(false)),
        ("has(account.tier) && account.tier == 1", Some(true)),
        ("has(account.stage) && account.stage == 'x'", Some(false)),
        ("segment.enterprise", Some(true)),
        ("segment.smb", None),
        ("!segment.enterprise", Some(false)),
        ("account.tier in [1, 2]", Some(true)),
        ("account.name in ['a', 'b']", Some(false)),
        ("account.name.startsWith('Ac')", Some(true)),
        ("account.name.matches('^A.*e$')", Some(true)),
        ("account.attributes.plan == 'gold'", Some(true)),
        ("account.attributes['seats used'] > 12", Some(true)),
        ("account.attributes.none > 12", None),
        ("has(account.attributes.plan)", Some(true)),
        ("has(account.attributes.none)", Some(false)),
        ("account.arr_cents / 100 >= 12000", Some(true)),
        ("account.tier == 1 ? account.name == 'Acme' : false", Some(true)),
        ("account.stage == 'x' ? true : true", None),
        ("['Acme', 'Beta'].exists(name, name == account.name)", Some(true)),
        ("size(account.name) == 4", Some(true)),
        ("account.tier + 1u == 2u", None),
        ("9223372036854775807 + account.tier > 0", None),
    ] {
        let condition = Condition::compile(source).unwrap();
        assert_eq!(condition.holds(&fields()), expected, "{source}");
    }
}

#[test]
fn names_are_listed_in_full_and_once() {
    let condition = Condition::compile(
        "account.tier == 1 && (account.name == 'x' || account.tier == 2) && account.attributes['a b'] > 1 \
         && ['x'].all(account_name, account_name != account.csm)",
    )
    .unwrap();
    let names = ["account.attributes.a b", "account.csm", "account.name", "account.tier"];
    assert_eq!(condition.references(), names);
    assert_eq!(condition.check(&Catalogue::default()), []);
}

#[test]
fn a_condition_is_its_source() {
    let condition = Condition::compile("account.tier == 1").unwrap();
    assert_eq!(condition, condition.clone());
    assert_eq!(condition, Condition::compile("account.tier == 1").unwrap());
    assert_ne!(condition, Condition::compile("account.tier  == 1").unwrap());
    assert_eq!(serde_json::to_string(&condition).unwrap(), "\"account.tier == 1\"");
    fn is_shared<T: Send + Sync + Clone + std::fmt::Debug>(_: &T) {}
    is_shared(&condition);
}

#[test]
fn hostile_sources_are_refused_or_answered_at_once() {
    let repeat = |open: &str, middle: &str, close: &str, count: usize| {
        format!("{}{middle}{}", open.repeat(count), close.repeat(count))
    };
    let began = std::time::Instant::now();
    for source in [
        repeat("(", "1", ")", 300),
        repeat("(", "true", ")", 16),
        repeat("[", "", "]", 400),
        repeat("[", "1", "]", 16),
        repeat("size(", "1", ")", 150),
        repeat("[1].all(x,", "true", ")", 15),
        repeat("[1, 1, 1, 1, 1].all(x, ", "true", ")", 12),
        repeat("{1:", "1", "}", 16),
        "(".repeat(900),
        "[(".repeat(8),
        "!".repeat(900) + "true",
        "-".repeat(900) + "1",
        "1+".repeat(490) + "1",
        "1==".repeat(300) + "1",
        "a&&".repeat(300) + "a",
        "a?".repeat(400),
        "a?a:".repeat(200) + "a",
        "account".to_owned() + &".a".repeat(450),
        "account".to_owned() + &"[0]".repeat(300),
        "'x'".to_owned() + &".map(x, x + x)".repeat(60),
        "account.name.matches('((((a{99}){99}){99}){99}){99}')".to_owned(),
        "account.name.matches(account.name)".to_owned(),
        "x".repeat(100_000),
        "\u{0}".to_owned(),
        "\"".to_owned(),
        "'\\".to_owned(),
        "-9223372036854775808 / -1 == 1".to_owned(),
        "-(-9223372036854775808) == 1".to_owned(),
        "-9223372036854775808 % -1 == 1".to_owned(),
        "int(1e300) == 1".to_owned(),
        "uint(-1) == 1u".to_owned(),
        "int('x') == 1".to_owned(),
        "[1][5] == 1".to_owned(),
        "[1][-1] == 1".to_owned(),
    ] {
        // On a thread of the ordinary size: the parser must not need more of it.
        let answer = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || Condition::compile(&source).ok().and_then(|condition| condition.holds(&fields())))
            .unwrap()
            .join();
        assert!(answer.is_ok());
    }
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn what_conditions_may_not_do_is_told() {
    for (source, message) in [
        ("", "the condition is empty"),
        ("account.tier == 1 &", "the condition cannot be read from `&` on"),
        ("account.tier == 1 and true", "the condition cannot be read from `and` on"),
        ("f(1)", "unknown function `f`"),
        ("account.name.matches(account.csm)", "the pattern of `matches` must stand in quotes"),
        ("account.name.matches('a{9}')", "the pattern has more than 100 characters or a count in braces"),
        ("[1].all(a, [2].all(b, [3].all(c, true)))", "more than 2 of `all`, `exists`, `map` and the like"),
    ] {
        let error = Condition::compile(source).unwrap_err();
        assert_eq!(error.message, message, "{source}");
    }
}
