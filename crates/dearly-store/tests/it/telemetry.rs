//! What telemetry keeps among the records, on both databases.

use std::collections::BTreeSet;

use dearly_domain::{Day, Instant};
use dearly_store::{Alias, Link, Mode, Of, RejectedCall, Said, SourceDay, TraitSet, WriteKey};
use dearly_testing::{each_database, file, incoming};

fn at(micros: i64) -> Instant {
    Instant::from_micros(micros)
}

fn key(id: &str, source: &str, created_at: i64) -> WriteKey {
    WriteKey {
        id: id.to_owned(),
        source: source.to_owned(),
        hash: format!("hash of {id}"),
        created_at: at(created_at),
        revoked_at: None,
    }
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked_once() {
    each_database(async |database| {
        let store = database.open().await;
        let mut write = store.write("keys").await.unwrap();
        write.ensure_source("web", at(1)).await.unwrap();
        write.ensure_source("web", at(9)).await.unwrap();
        write.insert_write_key(&key("b", "web", 2)).await.unwrap();
        write.insert_write_key(&key("a", "web", 2)).await.unwrap();
        write.commit().await.unwrap();
        let mut write = store.write("revoke").await.unwrap();
        assert!(write.revoke_write_key("a", at(5)).await.unwrap());
        assert!(!write.revoke_write_key("a", at(6)).await.unwrap(), "revoked already");
        assert!(!write.revoke_write_key("c", at(6)).await.unwrap(), "there is none");
        write.commit().await.unwrap();
        let keys = store.write_keys().await.unwrap();
        assert_eq!(keys, [WriteKey { revoked_at: Some(at(5)), ..key("a", "web", 2) }, key("b", "web", 2)]);
        let found = store.write_key_of_hash("hash of b").await.unwrap();
        assert_eq!((found, store.write_key_of_hash("b").await.unwrap()), (Some(key("b", "web", 2)), None));
        let sources = store.sources().await.unwrap();
        assert_eq!((sources.len(), sources[0].created_at), (1, at(1)), "the first stays");
        let mut write = store.write("a source that is not there").await.unwrap();
        assert!(write.insert_write_key(&key("d", "none", 2)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_came_from_a_source_adds_up() {
    each_database(async |database| {
        let store = database.open().await;
        let day = |n_events, n_unattributed| SourceDay {
            n_events,
            n_unattributed,
            ..SourceDay::new("web", Day::from_days(20_000))
        };
        let mut write = store.write("count").await.unwrap();
        write.ensure_source("web", at(1)).await.unwrap();
        write.count_source_day(&day(5, 3)).await.unwrap();
        write.count_source_day(&day(2, -3)).await.unwrap();
        write.touch_source("web", at(10), Some(at(7))).await.unwrap();
        write.touch_source("web", at(9), Some(at(8))).await.unwrap();
        write.touch_source("web", at(11), None).await.unwrap();
        write.commit().await.unwrap();
        let mut view = store.view().await.unwrap();
        assert_eq!(view.source_days(Day::from_days(20_000)).await.unwrap(), [day(7, 0)]);
        assert_eq!(view.source_days(Day::from_days(20_001)).await.unwrap(), []);
        let source = &view.sources().await.unwrap()[0];
        assert_eq!((source.last_received_at, source.last_event_at), (Some(at(11)), Some(at(8))));
    })
    .await;
}

#[tokio::test]
async fn rejected_calls_are_bounded_and_the_newest_stay() {
    each_database(async |database| {
        let store = database.open().await;
        let call = |number: i64| RejectedCall {
            id: format!("{number:04}"),
            source: "web".to_owned(),
            received_at: at(number),
            user: Some("u1".to_owned()),
            anonymous: None,
            reason: "why".to_owned(),
            excerpt: "{".to_owned(),
        };
        let calls: Vec<RejectedCall> = (0..300).map(call).collect();
        let mut write = store.write("reject").await.unwrap();
        write.ensure_source("web", at(1)).await.unwrap();
        write.ensure_source("ios", at(1)).await.unwrap();
        let of_ios = RejectedCall { source: "ios".to_owned(), ..call(0) };
        write.keep_rejected_calls("ios", std::slice::from_ref(&of_ios)).await.unwrap();
        for some in calls.chunks(70) {
            write.keep_rejected_calls("web", some).await.unwrap();
        }
        write
            .keep_rejected_calls("web", &[RejectedCall { received_at: at(900), ..call(250) }])
            .await
            .unwrap();
        write.commit().await.unwrap();
        let kept = store.view().await.unwrap().rejected_calls(1_000).await.unwrap();
        assert_eq!((kept.len(), &kept[0].id, &kept[1].id), (201, &"0250".to_owned(), &"0299".to_owned()));
        assert_eq!(kept.last(), Some(&of_ios), "each source has its own");
        assert_eq!(kept[199].id, "0100");
    })
    .await;
}

#[tokio::test]
async fn memberships_and_aliases_are_found_by_user() {
    each_database(async |database| {
        let store = database.open().await;
        let link = |user: &str, instant, account: &str| Link {
            user: user.to_owned(),
            at: at(instant),
            account: account.into(),
            recorded_at: at(99),
        };
        let alias = |previous: &str, instant, user: &str| Alias {
            previous: previous.to_owned(),
            at: at(instant),
            user: user.to_owned(),
            recorded_at: at(99),
        };
        let mut write = store.write("learn").await.unwrap();
        let links: Vec<Link> = (0..150).map(|number| link(&format!("u{number}"), 1, "acme")).collect();
        write.insert_memberships(&links).await.unwrap();
        write
            .insert_memberships(&[
                link("u7", 1, "acme"),
                link("u7", 3, "globex"),
                link("u7", 2, "ünï"),
                link("u7", 4, "globex"),
            ])
            .await
            .unwrap();
        write.delete_memberships(&[link("u7", 4, "globex"), link("u9", 4, "acme")]).await.unwrap();
        write
            .insert_aliases(&[
                alias("a", 2, "u7"),
                alias("a", 1, "u8"),
                alias("b", 1, "u7"),
                alias("b", 1, "u7"),
            ])
            .await
            .unwrap();
        write.insert_relinks(&BTreeSet::from(["a".to_owned(), "b".to_owned()])).await.unwrap();
        write.insert_relinks(&BTreeSet::from(["b".to_owned(), "c".to_owned()])).await.unwrap();
        write.delete_relinks(&BTreeSet::from(["a".to_owned()])).await.unwrap();
        write.commit().await.unwrap();
        let mut view = store.view().await.unwrap();
        let users: Vec<String> = (0..200).map(|number| format!("u{number}")).collect();
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        let known = view.memberships(&users).await.unwrap();
        assert_eq!(known.len(), 150);
        assert_eq!(known["u7"], [link("u7", 1, "acme"), link("u7", 2, "ünï"), link("u7", 3, "globex")]);
        assert!(view.memberships(&[]).await.unwrap().is_empty());
        assert_eq!(view.aliases(&["a", "c"]).await.unwrap()["a"], [alias("a", 1, "u8"), alias("a", 2, "u7")]);
        let of_u7 = view.aliases_of(&["u7"]).await.unwrap();
        assert_eq!(Vec::from_iter(of_u7), [alias("a", 2, "u7"), alias("b", 1, "u7")]);
        assert_eq!(Vec::from_iter(view.relinks().await.unwrap()), ["b", "c"]);
    })
    .await;
}

#[tokio::test]
async fn traits_are_kept_apart_by_whose_they_are() {
    each_database(async |database| {
        let store = database.open().await;
        let set = |value: &str| TraitSet::from([("name".to_owned(), Said::new(at(5), value.into()))]);
        let mut write = store.write("say").await.unwrap();
        for (of, value) in [(Of::Account, "Acme"), (Of::User, "Ann"), (Of::Visitor, "Somebody")] {
            write.set_traits(of, "x", &set("before")).await.unwrap();
            write.set_traits(of, "x", &set(value)).await.unwrap();
        }
        write.delete_traits(Of::Visitor, "x").await.unwrap();
        write.commit().await.unwrap();
        let mut view = store.view().await.unwrap();
        assert_eq!(view.traits(Of::Account, &["x", "y"]).await.unwrap()["x"], set("Acme"));
        assert_eq!(view.traits(Of::User, &["x"]).await.unwrap()["x"], set("Ann"));
        assert!(view.traits(Of::Visitor, &["x"]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_erased_user_is_named_nowhere() {
    each_database(async |database| {
        let store = database.open().await;
        let named =
            |users: &[&str]| users.iter().map(|user| (*user).to_owned()).collect::<BTreeSet<String>>();
        let alias = |previous: &str, user: &str| Alias {
            previous: previous.to_owned(),
            at: at(5),
            user: user.to_owned(),
            recorded_at: at(5),
        };
        let link = |user: &str| Link {
            user: user.to_owned(),
            at: at(1),
            account: "acme".into(),
            recorded_at: at(1),
        };
        let call = |id: &str, excerpt: &str| RejectedCall {
            id: id.to_owned(),
            source: "web".to_owned(),
            received_at: at(1),
            user: None,
            anonymous: None,
            reason: "no event".to_owned(),
            excerpt: excerpt.to_owned(),
        };
        let mut write = crate::begin(&store, "t").await;
        let people = file("people");
        let person = |key: &str| incoming(people, &[("external_id", key), ("account", "acme")]);
        let rows = vec![person("ann"), person("bob")];
        write.put(people, rows, Mode::Upsert, at(1), "t").await.unwrap();
        write.ensure_source("web", at(1)).await.unwrap();
        write.insert_memberships(&[link("ann"), link("bob")]).await.unwrap();
        write.insert_aliases(&[alias("v1", "ann"), alias("ann", "ann2"), alias("v2", "bob")]).await.unwrap();
        write.insert_relinks(&named(&["ann", "bob"])).await.unwrap();
        let set = TraitSet::from([("plan".to_owned(), Said::new(at(1), "pro".into()))]);
        for (of, id) in [(Of::User, "ann"), (Of::Visitor, "v1"), (Of::User, "bob"), (Of::Account, "ann")] {
            write.set_traits(of, id, &set).await.unwrap();
        }
        let mut calls =
            [call("1", r#"{"userId":"ann"}"#), call("2", r#"{"userId":"annabel"}"#), call("3", "{")];
        calls[2].anonymous = Some("v1".to_owned());
        write.keep_rejected_calls("web", &calls).await.unwrap();
        write.insert_erasures(&named(&["ann", "v1"]), at(7)).await.unwrap();
        write.insert_erasures(&named(&["v1"]), at(9)).await.unwrap();
        write.insert_erasures(&named(&["v1"]), at(8)).await.unwrap();
        let revision = write.commit().await.unwrap();

        let mut write = store.write("erase").await.unwrap();
        assert_eq!(write.erase_telemetry_users(&named(&["ann", "v1"]), "t").await.unwrap(), 9);
        assert_eq!(write.erase_telemetry_users(&named(&["ann", "v1"]), "t").await.unwrap(), 0);
        write.commit().await.unwrap();

        let mut view = store.view().await.unwrap();
        assert_eq!(Vec::from_iter(view.keys(people).await.unwrap()), ["bob"]);
        let changes = view.account_changes(revision).await.unwrap().unwrap();
        assert_eq!(
            changes.iter().map(|own| (own.account.as_str(), own.from)).collect::<Vec<_>>(),
            [("acme", Day::MIN)]
        );
        assert_eq!(Vec::from_iter(view.memberships(&["ann", "bob"]).await.unwrap().into_keys()), ["bob"]);
        assert_eq!(Vec::from_iter(view.aliases(&["ann", "v1", "v2"]).await.unwrap().into_keys()), ["v2"]);
        assert_eq!(view.relinks().await.unwrap(), named(&["bob"]));
        assert_eq!(
            Vec::from_iter(view.traits(Of::User, &["ann", "bob"]).await.unwrap().into_keys()),
            ["bob"]
        );
        assert!(view.traits(Of::Visitor, &["v1"]).await.unwrap().is_empty());
        assert_eq!(
            view.traits(Of::Account, &["ann"]).await.unwrap().len(),
            1,
            "an account of that name stays"
        );
        let left = view.rejected_calls(10).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].id, "2");
        let noted = view.erasures().await.unwrap();
        assert_eq!((noted["ann"], noted["v1"]), (at(7), at(9)));
        drop(view);

        let mut write = store.write("forget").await.unwrap();
        write.delete_erasures(at(9)).await.unwrap();
        write.commit().await.unwrap();
        let noted = store.view().await.unwrap().erasures().await.unwrap();
        assert_eq!(Vec::from_iter(noted.into_keys()), ["v1"]);
    })
    .await;
}
