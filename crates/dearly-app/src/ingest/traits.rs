//! Traits become what the book says of accounts and people.

use std::collections::BTreeMap;

use dearly_domain::account::Account;
use dearly_domain::person::Person;
use dearly_domain::{Attribute, Cell, File, Instant, Record};
use dearly_store::{Alias, Incoming, Said, TraitSet};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The most traits that are kept of one account or user, beside the reserved ones: a client that invents names must not fill
/// the disk.
const MOST: usize = 100;

/// The longest name of a trait that is kept, in bytes.
const LONGEST_NAME: usize = 100;

/// Names that Segment reserves, as they are kept; others are kept as they come.
const RESERVED: [&str; 11] = [
    "name",
    "industry",
    "employees",
    "plan",
    "website",
    "created_at",
    "email",
    "title",
    "first_name",
    "last_name",
    "phone",
];

/// The traits of a call as its text has them; none, where it is no object of JSON. A number that is too large is kept as its
/// text, and so is what holds one that no number of a computer comes near.
pub(super) fn read(text: &str) -> Map<String, Value> {
    let raw: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
    let value = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_too_large = is_whole && text.parse::<i64>().is_err();
        let value = (!is_too_large).then(|| serde_json::from_str(text).ok()).flatten();
        value.unwrap_or_else(|| Value::from(text))
    };
    raw.into_iter().map(|(name, raw)| (name, value(raw.get()))).collect()
}

/// Adds what a call said to what is known: for each trait, what was said last stands. `null` takes a trait back; one
/// that the call does not have stays.
pub(super) fn fold(known: &mut TraitSet, at: Instant, traits: Map<String, Value>) {
    for (name, value) in traits {
        let name = canonical(&name);
        if name.is_empty() || name.len() > LONGEST_NAME {
            continue;
        }
        one(known, name, Said::new(at, value));
    }
}

/// What was said of an id, by the user who it turned out to be: the first after it was said, else the last before. The
/// aliases ascend by instant, as [`dearly_store::View::aliases`] gives them.
pub(super) fn by_user(said: TraitSet, aliases: &[Alias]) -> BTreeMap<&str, TraitSet> {
    let mut by_user: BTreeMap<&str, TraitSet> = BTreeMap::new();
    for (name, own) in said {
        let Some(alias) = aliases.iter().find(|alias| alias.at.micros() >= own.at).or(aliases.last()) else {
            continue;
        };
        by_user.entry(&alias.user).or_default().insert(name, own);
    }
    // Of whom nothing was said, but who was identified, that counts, too.
    if let (true, Some(last)) = (by_user.is_empty(), aliases.last()) {
        by_user.insert(&last.user, TraitSet::new());
    }
    by_user
}

/// Adds what another set says: for each trait, what was said last stands.
pub(super) fn merge(known: &mut TraitSet, other: TraitSet) {
    for (name, said) in other {
        one(known, name, said);
    }
}

fn one(known: &mut TraitSet, name: String, said: Said) {
    let is_reserved = |name: &String| RESERVED.contains(&name.as_str());
    let has_room = known.len() < MOST || known.keys().filter(|name| !is_reserved(name)).count() < MOST;
    match known.get_mut(&name) {
        Some(own) if own.at <= said.at => *own = said,
        Some(_) => {}
        None if has_room || is_reserved(&name) => drop(known.insert(name, said)),
        None => {}
    }
}

/// A reserved name however it is written: `createdAt`, `created_at` and `CreatedAt` are one.
fn canonical(name: &str) -> String {
    let letters = |name: &str| -> String {
        name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
    };
    let own = letters(name);
    RESERVED
        .iter()
        .find(|reserved| letters(reserved) == own)
        .map_or_else(|| name.to_owned(), |own| (*own).to_owned())
}

/// The row of an account. Telemetry says its name and its industry; what else it says are attributes, unless the book
/// has a column of that name, which is the vendor's to fill (`tier`, `csm` …). Of a row that is there, `before` is what was
/// said when it was written last: that is not said again.
pub(super) fn account(
    id: &str,
    known: &TraitSet,
    before: Option<&TraitSet>,
    recorded_at: Instant,
) -> Incoming {
    let mut row = row_of(Account::FILE, id, known, before, recorded_at);
    let name = row.cells[place(Account::FILE, "name")].take().filter(|name| !name.is_empty());
    // Every account has a name: until one is said, its id, which no name in the book gives way to.
    let is_new = before.is_none();
    row.cells[place(Account::FILE, "name")] = name.or_else(|| is_new.then(|| Cell::Text(id.to_owned())));
    row
}

/// Whether a trait is said now, and not only still.
fn is_news(name: &str, known: &TraitSet, before: Option<&TraitSet>) -> bool {
    known.contains_key(name) && before.is_none_or(|before| before.get(name) != known.get(name))
}

/// The row of a person at an account, as [`account`]. Name, e-mail and title are personal data, and so may attributes be.
pub(super) fn person(
    id: &str,
    account: &str,
    known: &TraitSet,
    before: Option<&TraitSet>,
    recorded_at: Instant,
) -> Incoming {
    let mut row = row_of(Person::FILE, id, known, before, recorded_at);
    row.cells[place(Person::FILE, "account")] = Some(Cell::Text(account.to_owned()));
    let name = place(Person::FILE, "name");
    let has_parts = ["first_name", "last_name"].iter().any(|name| is_news(name, known, before));
    if has_parts && !known.contains_key("name") {
        let part =
            |name| known.get(name).and_then(|said| said.value.as_str()).filter(|text| !text.is_empty());
        let parts: Vec<&str> = ["first_name", "last_name"].into_iter().filter_map(part).collect();
        row.cells[name] = (!parts.is_empty()).then(|| Cell::Text(parts.join(" ")));
    }
    row
}

fn row_of(
    file: &'static File,
    id: &str,
    known: &TraitSet,
    before: Option<&TraitSet>,
    recorded_at: Instant,
) -> Incoming {
    let mut row = Incoming {
        key: id.to_owned(),
        recorded_at: Some(recorded_at),
        cells: vec![None; file.columns.len()],
        keep_attributes: true,
        ..Incoming::default()
    };
    row.cells[place(file, "external_id")] = Some(Cell::Text(id.to_owned()));
    for (name, said) in known.iter().filter(|(name, _)| is_news(name, known, before)) {
        if let Some(place) = file.position(name) {
            if ["name", "industry", "email", "title"].contains(&name.as_str()) {
                row.cells[place] = Some(text(&said.value));
            }
            continue;
        }
        match attribute(&said.value) {
            Some(value) => drop(row.attributes.insert(name.clone(), value)),
            None => row.cleared_attributes.push(name.clone()),
        }
    }
    row
}

fn place(file: &File, column: &str) -> usize {
    file.position(column).expect("the file has the column")
}

fn text(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::String(text) if text.is_empty() => Cell::Empty,
        Value::String(text) => Cell::Text(text.clone()),
        other => Cell::Text(other.to_string()),
    }
}

/// The value of an attribute; `None` for `null`. What is no single value stays JSON.
fn attribute(value: &Value) -> Option<Attribute> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(yes) => Attribute::Boolean(*yes),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Attribute::Integer(whole),
            (None, Some(decimal)) if decimal.is_finite() => Attribute::Decimal(decimal),
            _ => Attribute::Text(number.to_string()),
        },
        Value::String(text) => Attribute::Text(text.clone()),
        other => Attribute::Text(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(calls: &[(i64, Value)]) -> TraitSet {
        let mut known = TraitSet::new();
        for (at, traits) in calls {
            fold(&mut known, Instant::from_micros(*at), read(&traits.to_string()));
        }
        known
    }

    fn cell(row: &Incoming, file: &File, column: &str) -> Option<String> {
        row.cells[place(file, column)].as_ref().map(ToString::to_string)
    }

    #[test]
    fn what_was_said_last_stands_by_trait() {
        let known = known(&[
            (10, json!({"plan": "pro", "seats": 5, "gone": 1})),
            (20, json!({"Plan": "max", "gone": null})),
            (15, json!({"plan": "late", "seats": 6, "gone": 2})),
            (30, json!({})),
        ]);
        let said: Vec<(&str, &Value)> =
            known.iter().map(|(name, said)| (name.as_str(), &said.value)).collect();
        assert_eq!(said, [("gone", &Value::Null), ("plan", &json!("max")), ("seats", &json!(6))]);
    }

    #[test]
    fn reserved_names_are_one_however_they_are_written() {
        let known = known(&[
            (1, json!({"createdAt": "a"})),
            (2, json!({"created_at": "b"})),
            (3, json!({"CREATED_AT": "c"})),
            (4, json!({"myTrait": 1, "my_trait": 2})),
        ]);
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        assert_eq!(names, ["created_at", "myTrait", "my_trait"]);
        assert_eq!(known["created_at"].value, "c");
    }

    #[test]
    fn names_are_not_endless() {
        let many: Map<String, Value> = (0..1_000).map(|number| (format!("t{number:04}"), json!(1))).collect();
        let known = known(&[(1, Value::Object(many)), (2, json!({"t0001": 2, "x".repeat(101): 1}))]);
        assert_eq!((known.len(), &known["t0001"].value), (MOST, &json!(2)));
        let mut known = known;
        fold(&mut known, Instant::from_micros(3), read(r#"{"more": 1, "plan": "pro"}"#));
        assert_eq!(
            (known.get("more"), &known["plan"].value),
            (None, &json!("pro")),
            "what is reserved has its place"
        );
    }

    #[test]
    fn an_account_takes_what_is_telemetrys_to_say() {
        let said = known(&[(
            1,
            json!({
                "name": "Acme", "industry": "Banking", "employees": 50, "plan": "pro", "website": "acme.example", "tier": 1,
                "csm": "x@y", "rate": 0.5, "big": 18446744073709551615u64, "tags": ["a"], "old": null
            }),
        )]);
        let row = account("acme", &said, None, Instant::from_micros(5));
        let file = Account::FILE;
        assert_eq!(cell(&row, file, "external_id").as_deref(), Some("acme"));
        assert_eq!(cell(&row, file, "name").as_deref(), Some("Acme"));
        assert_eq!(cell(&row, file, "industry").as_deref(), Some("Banking"));
        assert_eq!((cell(&row, file, "tier"), cell(&row, file, "csm")), (None, None));
        assert_eq!(row.attributes["employees"], Attribute::Integer(50));
        assert_eq!(row.attributes["rate"], Attribute::Decimal(0.5));
        assert_eq!(
            row.attributes["big"],
            Attribute::Text("18446744073709551615".to_owned()),
            "with all its digits"
        );
        assert_eq!(row.attributes["tags"], Attribute::Text("[\"a\"]".to_owned()));
        assert!(!row.attributes.contains_key("tier") && !row.attributes.contains_key("name"));
        assert_eq!(row.cleared_attributes, ["old"]);
    }

    #[test]
    fn what_is_still_said_is_not_said_again() {
        let before = known(&[(1, json!({"name": "Acme", "plan": "pro", "seats": 5, "firstName": "Ann"}))]);
        let mut now = before.clone();
        merge(&mut now, known(&[(2, json!({"plan": "pro", "seats": 6, "lastName": "Lee", "old": null}))]));
        let row = account("acme", &now, Some(&before), Instant::from_micros(5));
        assert_eq!(cell(&row, Account::FILE, "name"), None);
        // Said again is said last.
        let names: Vec<&str> = row.attributes.keys().map(String::as_str).collect();
        assert_eq!(names, ["last_name", "plan", "seats"]);
        assert_eq!(row.cleared_attributes, ["old"]);
        now.remove("name");
        let row = person("u1", "acme", &now, Some(&before), Instant::from_micros(5));
        assert_eq!(cell(&row, Person::FILE, "name").as_deref(), Some("Ann Lee"), "from both parts");
        let row = person("u1", "acme", &before, Some(&before), Instant::from_micros(5));
        assert_eq!((cell(&row, Person::FILE, "name"), row.attributes.len()), (None, 0));
    }

    #[test]
    fn an_account_always_has_a_name() {
        for (traits, is_new, name) in [
            (json!({}), true, Some("acme")),
            (json!({}), false, None),
            (json!({"name": null}), true, Some("acme")),
            (json!({"name": null}), false, None),
            (json!({"name": ""}), false, None),
            (json!({"name": 5}), false, Some("5")),
        ] {
            let before = (!is_new).then(TraitSet::new);
            let said = known(&[(1, traits.clone())]);
            let row = account("acme", &said, before.as_ref(), Instant::from_micros(5));
            assert_eq!(cell(&row, Account::FILE, "name").as_deref(), name, "{traits} {is_new}");
        }
    }

    #[test]
    fn a_person_has_a_name_from_its_parts() {
        for (traits, name, email) in [
            (
                json!({"firstName": "Ann", "lastName": "Lee", "email": "ann@acme.example"}),
                Some("Ann Lee"),
                Some("ann@acme.example"),
            ),
            (json!({"name": "A. Lee", "firstName": "Ann"}), Some("A. Lee"), None),
            (json!({"email": null, "name": null, "lastName": "Lee"}), Some(""), Some("")),
            (json!({"role": "admin"}), None, None),
        ] {
            let row = person("u1", "acme", &known(&[(1, traits.clone())]), None, Instant::from_micros(5));
            let (own_name, own_email) = (cell(&row, Person::FILE, "name"), cell(&row, Person::FILE, "email"));
            assert_eq!((own_name.as_deref(), own_email.as_deref()), (name, email), "{traits}");
            assert_eq!(cell(&row, Person::FILE, "account").as_deref(), Some("acme"));
        }
    }
}
