//! What becomes of incoming rows.

use dearly_domain::{AccountId, Attribute, Attributes, Cell, Version};
use dearly_store::{Incoming, Mode, Store};
use dearly_testing::{each_store, file, incoming, instant, row};

use crate::{begin, letters, put_as, reason};

type Given<'a> = &'a [(&'a str, &'a str)];

/// Each import with the mode and rows of `accounts`; the letters that it should answer.
async fn check(imports: &[(Mode, &[Given<'_>], &str)]) {
    each_store(async |store| {
        for (number, (mode, rows, expect)) in imports.iter().enumerate() {
            let rows = rows.iter().map(|cells| incoming(file("accounts"), cells)).collect();
            let at = instant(&format!("2026-06-{:02}", number + 1));
            let outcomes =
                put_as(&store, &format!("import-{number}"), at, *mode, file("accounts"), rows).await;
            assert_eq!(letters(&outcomes), *expect, "import {number}: {outcomes:?}");
        }
    })
    .await;
}

async fn names(store: &Store, key: &str) -> Vec<String> {
    let name = file("accounts").position("name").unwrap();
    let versions = store.versions_of(file("accounts"), &[key]).await.unwrap();
    versions.iter().map(|stored| stored.version.row.cells[name].to_string()).collect()
}

#[tokio::test]
async fn the_same_row_again_changes_nothing() {
    let a: Given = &[("external_id", "a"), ("name", "Acme"), ("tier", "1")];
    let b: Given = &[("external_id", "b"), ("name", "Bolt"), ("tier", "")];
    let changed: Given = &[("external_id", "a"), ("name", "Acme"), ("tier", "2")];
    check(&[
        (Mode::Upsert, &[a, b], "aa"),
        (Mode::Upsert, &[a, b], "uu"),
        (Mode::Upsert, &[a, a], "uu"),
        (Mode::Upsert, &[changed, b], "cu"),
        (Mode::Upsert, &[a], "c"),
    ])
    .await;
}

#[tokio::test]
async fn versions_with_recorded_at_come_in_any_order() {
    let first: Given = &[("external_id", "a"), ("name", "Acme"), ("recorded_at", "2026-01-01")];
    let second: Given = &[("external_id", "a"), ("name", "Acme Inc"), ("recorded_at", "2026-02-01")];
    let between: Given = &[("external_id", "a"), ("name", "Acme Ltd"), ("recorded_at", "2026-01-15")];
    let same_later: Given = &[("external_id", "a"), ("name", "Acme Inc"), ("recorded_at", "2026-03-01")];
    let undated: Given = &[("external_id", "a"), ("name", "Acme Inc")];
    check(&[
        (Mode::Upsert, &[second], "a"),
        (Mode::Upsert, &[first], "c"),
        (Mode::Upsert, &[first, second], "uu"),
        (Mode::Upsert, &[between], "c"),
        (Mode::Upsert, &[first, between, second], "uuu"),
        (Mode::Upsert, &[same_later, undated], "uu"),
    ])
    .await;
}

#[tokio::test]
async fn modes_refuse_what_they_do_not_do() {
    let a: Given = &[("external_id", "a"), ("name", "Acme")];
    let a_changed: Given = &[("external_id", "a"), ("name", "Acme Inc")];
    let b: Given = &[("external_id", "b"), ("name", "Bolt"), ("recorded_at", "2026-01-01")];
    let b_later: Given = &[("external_id", "b"), ("name", "Bolt Inc"), ("recorded_at", "2026-02-01")];
    check(&[
        (Mode::Update, &[a], "r"),
        (Mode::Insert, &[a], "a"),
        (Mode::Insert, &[a_changed, b, b_later], "rac"),
        (Mode::Update, &[a_changed, b], "cu"),
    ])
    .await;
    each_store(async |store| {
        let rows = vec![incoming(file("accounts"), a)];
        let at = instant("2026-06-01");
        let outcomes = put_as(&store, "1", at, Mode::Update, file("accounts"), rows.clone()).await;
        assert_eq!(reason(&outcomes[0]), r#"external_id: there is no "a" yet, and --mode update adds none"#);
        put_as(&store, "2", at, Mode::Insert, file("accounts"), rows.clone()).await;
        let outcomes = put_as(&store, "3", at, Mode::Insert, file("accounts"), rows).await;
        assert_eq!(
            reason(&outcomes[0]),
            r#"external_id: "a" is there already, and --mode insert changes none"#
        );
    })
    .await;
}

#[tokio::test]
async fn an_absent_column_keeps_and_an_empty_cell_clears() {
    each_store(async |store| {
        let accounts = file("accounts");
        let steps: [(Given, &str, Given); 4] = [
            (
                &[("external_id", "a"), ("name", "Acme"), ("segment", "smb"), ("tier", "1")],
                "a",
                &[("external_id", "a"), ("name", "Acme"), ("segment", "smb"), ("tier", "1")],
            ),
            (
                &[("external_id", "a"), ("tier", "2")],
                "c",
                &[("external_id", "a"), ("name", "Acme"), ("segment", "smb"), ("tier", "2")],
            ),
            (
                &[("external_id", "a"), ("segment", "")],
                "c",
                &[("external_id", "a"), ("name", "Acme"), ("tier", "2")],
            ),
            (
                &[("external_id", "a"), ("name", "Acme")],
                "u",
                &[("external_id", "a"), ("name", "Acme"), ("tier", "2")],
            ),
        ];
        for (number, (given, expect, now)) in steps.into_iter().enumerate() {
            let at = instant(&format!("2026-06-{:02}", number + 1));
            let rows = vec![incoming(accounts, given)];
            let outcomes = put_as(&store, &number.to_string(), at, Mode::Upsert, accounts, rows).await;
            assert_eq!(letters(&outcomes), expect);
            let versions = store.versions_of(accounts, &["a"]).await.unwrap();
            assert_eq!(versions.last().unwrap().version.row, row(accounts, now));
        }
        let rows = vec![incoming(accounts, &[("external_id", "b"), ("tier", "1")])];
        let outcomes = put_as(&store, "new", instant("2026-06-09"), Mode::Upsert, accounts, rows).await;
        assert_eq!(reason(&outcomes[0]), "name: name is empty, and every row must have it");
    })
    .await;
}

#[tokio::test]
async fn kept_cells_are_checked_together_with_given_ones() {
    each_store(async |store| {
        let tickets = file("tickets");
        let whole = [("external_id", "t"), ("account", "a"), ("severity", "1"), ("opened_at", "2026-05-02")];
        put_as(&store, "1", instant("2026-06-01"), Mode::Upsert, tickets, vec![incoming(tickets, &whole)])
            .await;
        let part = [("external_id", "t"), ("resolved_at", "2026-05-01")];
        let outcomes =
            put_as(&store, "2", instant("2026-06-02"), Mode::Upsert, tickets, vec![incoming(tickets, &part)])
                .await;
        assert_eq!(
            reason(&outcomes[0]),
            "resolved_at: 2026-05-01T00:00:00Z is before opened_at 2026-05-02T00:00:00Z"
        );
    })
    .await;
}

#[tokio::test]
async fn former_versions_stay_as_they_were() {
    each_store(async |store| {
        let accounts = file("accounts");
        let row_of = |name: &str| incoming(accounts, &[("external_id", "a"), ("name", name)]);
        for (number, name) in ["Acme", "Acme Inc", "Acme"].into_iter().enumerate() {
            let at = instant(&format!("2026-06-{:02}", number + 1));
            put_as(&store, &number.to_string(), at, Mode::Upsert, accounts, vec![row_of(name)]).await;
        }
        assert_eq!(names(&store, "a").await, ["Acme", "Acme Inc", "Acme"]);
        let first = &store.versions(accounts, None).await.unwrap()[0];
        let expect = Version {
            recorded_at: None,
            imported_at: instant("2026-06-01"),
            row: row(accounts, &[("external_id", "a"), ("name", "Acme")]),
        };
        assert_eq!((first.key.as_str(), &first.version), ("a", &expect));
    })
    .await;
}

#[tokio::test]
async fn attributes_are_part_of_the_row() {
    each_store(async |store| {
        let accounts = file("accounts");
        let with = |attributes: &[(&str, Attribute)], keep_attributes| Incoming {
            attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            keep_attributes,
            ..incoming(accounts, &[("external_id", "a"), ("name", "Acme")])
        };
        let region = ("region ü", Attribute::Text("DACH \"x\"\n".into()));
        let share = ("share", Attribute::Decimal(0.1 + 0.2));
        let whole = ("whole", Attribute::Decimal(3.0));
        for (number, (attributes, keep, expect, n_now)) in [
            (vec![region.clone(), share.clone(), whole.clone()], false, "a", 3),
            (vec![whole.clone(), share.clone(), region.clone()], false, "u", 3),
            (vec![("seats", Attribute::Integer(3))], true, "c", 4),
            (vec![share.clone()], true, "u", 4),
            (vec![("live", Attribute::Boolean(true))], false, "c", 1),
        ]
        .into_iter()
        .enumerate()
        {
            let at = instant(&format!("2026-06-{:02}", number + 1));
            let rows = vec![with(&attributes, keep)];
            let outcomes = put_as(&store, &number.to_string(), at, Mode::Upsert, accounts, rows).await;
            assert_eq!(letters(&outcomes), expect, "{number}");
            let versions = store.versions_of(accounts, &["a"]).await.unwrap();
            let now = &versions.last().unwrap().version.row.attributes;
            assert_eq!(now.len(), n_now);
            if number == 0 {
                let given: Attributes =
                    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                assert_eq!(*now, given);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_cell_reads_back_as_it_was_put() {
    each_store(async |store| {
        for (name, cells) in [
            (
                "subscriptions",
                &[
                    ("external_id", "s"),
                    ("account", "a"),
                    ("product", "Core"),
                    ("starts_on", "0001-01-01"),
                    ("ends_on", "9999-12-31"),
                    ("arr", "-9007199254740993"),
                    ("quantity", "0.1"),
                    ("auto_renew", "false"),
                ][..],
            ),
            (
                "people",
                &[("external_id", "p"), ("account", "a"), ("roles", "champion;admin"), ("name", "Łucja 🙂")],
            ),
            (
                "judgements",
                &[("account", "a"), ("by", "x@y"), ("on", "2026-01-01"), ("rating", "5"), ("reason", "r")],
            ),
            (
                "surveys",
                &[
                    ("external_id", "s"),
                    ("account", "a"),
                    ("kind", "nps"),
                    ("score", "1e-300"),
                    ("at", "1969-12-31T23:59:59.999999Z"),
                ],
            ),
            (
                "activities",
                &[
                    ("external_id", "v"),
                    ("account", "a"),
                    ("type", "call"),
                    ("at", "2026-01-01"),
                    ("people", "p"),
                ],
            ),
        ] {
            let file = file(name);
            let expect = row(file, cells);
            let cells = expect.cells.iter().cloned().map(Some).collect();
            let incoming = Incoming { key: file.key_of(&expect), cells, ..Incoming::default() };
            put_as(&store, name, instant("2026-06-01"), Mode::Upsert, file, vec![incoming]).await;
            let versions = store.versions(file, None).await.unwrap();
            assert_eq!(versions[0].version.row, expect, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn decimals_come_and_go_within_one_statement() {
    // On PostgreSQL a prepared statement must not take its types from a first row without numbers.
    each_store(async |store| {
        let objectives = file("objectives");
        let row_of = |number: usize, baseline: &str, value: &str| {
            let key = format!("o{number:02}");
            incoming(
                objectives,
                &[
                    ("external_id", &key),
                    ("plan", "p"),
                    ("name", "n"),
                    ("baseline", baseline),
                    ("value", value),
                ],
            )
        };
        for (import, (baseline, value)) in
            [("", ""), ("1.5", ""), ("", "-0"), ("2.5", "1e300")].into_iter().enumerate()
        {
            let rows: Vec<_> = (0..9).map(|number| row_of(number + 10 * import, baseline, value)).collect();
            let at = instant("2026-06-01");
            let outcomes =
                put_as(&store, &import.to_string(), at, Mode::Upsert, objectives, rows.clone()).await;
            assert_eq!(letters(&outcomes), "aaaaaaaaa");
            let outcomes =
                put_as(&store, &format!("{import} again"), at, Mode::Upsert, objectives, rows).await;
            assert_eq!(letters(&outcomes), "uuuuuuuuu");
        }
        let position = objectives.position("value").unwrap();
        let versions = store.versions_of(objectives, &["o30", "o20", "o00"]).await.unwrap();
        let values: Vec<_> =
            versions.iter().map(|stored| stored.version.row.cells[position].clone()).collect();
        assert_eq!(values, [Cell::Empty, Cell::Decimal(0.0), Cell::Decimal(1e300)]);
    })
    .await;
}

#[tokio::test]
async fn many_rows_in_one_batch_and_across_batches() {
    each_store(async |store| {
        let tickets = file("tickets");
        let row_of = |number: usize, severity: usize| {
            let (key, account) = (format!("t{:04}", number * 577 % 1_000), format!("a{}", number % 7));
            let severity = (severity + 1).to_string();
            let cells = [
                ("external_id", key.as_str()),
                ("account", &account),
                ("severity", &severity),
                ("opened_at", "2026-01-01"),
            ];
            incoming(tickets, &cells)
        };
        let rows = |severity: usize| (0..1_000).map(|number| row_of(number, severity)).collect::<Vec<_>>();
        let at = instant("2026-06-01");
        let mut write = begin(&store, "1").await;
        for batch in rows(0).chunks(333) {
            let outcomes = write.put(tickets, batch.to_vec(), Mode::Upsert, at, "1").await.unwrap();
            assert!(outcomes.iter().all(|outcome| letters(std::slice::from_ref(outcome)) == "a"));
        }
        let outcomes = write.put(tickets, rows(0), Mode::Upsert, at, "1").await.unwrap();
        assert_eq!(letters(&outcomes), "u".repeat(1_000));
        assert_eq!(write.view().keys(tickets).await.unwrap().len(), 1_000);
        write.commit().await.unwrap();
        let outcomes = put_as(&store, "2", instant("2026-06-02"), Mode::Upsert, tickets, rows(1)).await;
        assert_eq!(letters(&outcomes), "c".repeat(1_000));
        let versions = store.versions(tickets, None).await.unwrap();
        assert_eq!(versions.len(), 2_000);
        assert!(versions.is_sorted_by_key(|stored| stored.key.clone()));
        let some = store.versions(tickets, Some(&["a3".into(), "a5".into(), "nobody".into()])).await.unwrap();
        assert_eq!(some.len(), 2 * (143 + 143));
    })
    .await;
}

#[tokio::test]
async fn accounts_find_their_rows_also_through_plans_and_after_a_move() {
    each_store(async |store| {
        let at = instant("2026-06-01");
        for (import, name, cells) in [
            ("1", "accounts", &[("external_id", "a"), ("name", "Acme")][..]),
            ("2", "accounts", &[("external_id", "b"), ("name", "Bolt")]),
            ("3", "plans", &[("external_id", "p"), ("account", "a"), ("name", "Plan")]),
            ("4", "objectives", &[("external_id", "o"), ("plan", "p"), ("name", "Faster")]),
            ("5", "initiatives", &[("external_id", "i"), ("objective", "o"), ("name", "Train")]),
            ("6", "steps", &[("account", "a"), ("product", "Core"), ("step", "sso")]),
        ] {
            put_as(&store, import, at, Mode::Upsert, file(name), vec![incoming(file(name), cells)]).await;
        }
        let moved = incoming(file("plans"), &[("external_id", "p"), ("account", "b"), ("name", "Plan")]);
        put_as(&store, "7", instant("2026-06-02"), Mode::Upsert, file("plans"), vec![moved]).await;
        for (account, name, expect) in [
            ("a", "accounts", 1),
            ("a", "plans", 2),
            ("a", "objectives", 1),
            ("a", "initiatives", 1),
            ("a", "steps", 1),
            ("b", "plans", 2),
            ("b", "initiatives", 1),
            ("b", "steps", 0),
            ("c", "initiatives", 0),
        ] {
            let versions = store.versions(file(name), Some(&[AccountId::from(account)])).await.unwrap();
            assert_eq!(versions.len(), expect, "{name} of {account}");
        }
        let both = store.versions(file("plans"), Some(&["a".into(), "b".into()])).await.unwrap();
        assert_eq!(both.len(), 2);
        assert!(store.versions(file("plans"), Some(&[])).await.unwrap().is_empty());
    })
    .await;
}
