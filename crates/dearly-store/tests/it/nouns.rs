//! Imports, segments, workbook versions, published scores, settings and coverage.

use dearly_domain::{Calendar, Cell};
use dearly_store::{Counts, Document, Error, Mode, PublishedScore, RetiredSegment, Segment, content_hash};
use dearly_testing::{day, each_store, file, incoming, instant};

use crate::{begin, put_as};

#[tokio::test]
async fn an_import_keeps_its_counts_and_report() {
    each_store(async |store| {
        let counts = Counts { read: 10, added: 4, changed: 3, unchanged: 2, rejected: 1 };
        let mut report: serde_json::Value =
            serde_json::from_str(r#"{"files": [{"file": "accounts", "share": 0.1}]}"#).unwrap();
        report["text"] = "null\0 inside".into();
        let mut write = begin(&store, "20260601T090000-0001").await;
        write.finish_import("20260601T090000-0001", instant("2026-06-02"), counts, &report).await.unwrap();
        write.commit().await.unwrap();
        begin(&store, "20260601T100000-0002").await.commit().await.unwrap();

        let ids: Vec<String> = store.imports().await.unwrap().into_iter().map(|import| import.id).collect();
        assert_eq!(ids, ["20260601T100000-0002", "20260601T090000-0001"]);
        let import = store.import("20260601T090000-0001").await.unwrap().unwrap();
        assert_eq!((import.counts, import.report), (counts, Some(report)));
        assert_eq!(import.finished_at, Some(instant("2026-06-02")));
        assert_eq!((import.source.as_str(), import.mode), ("books/a", Mode::Upsert));
        assert_eq!(store.import("none").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn segments_come_and_go() {
    each_store(async |store| {
        let segment = |path: &str| Segment {
            path: path.into(),
            import_id: Some("1".into()),
            rows: 1_000_000,
            bytes: 12_345_678,
            min_at: instant("2024-01-01T00:00:00.000001Z"),
            max_at: instant("2026-01-01"),
            n_unattributed: 3,
            min_account: Some("a".into()),
            max_account: None,
        };
        let mut write = begin(&store, "1").await;
        for path in ["events/b.parquet", "events/B.parquet", "events/a.parquet"] {
            write.insert_segment(&segment(path)).await.unwrap();
        }
        write.commit().await.unwrap();
        let all = ["events/B.parquet", "events/a.parquet", "events/b.parquet"].map(segment);
        assert_eq!(store.segments().await.unwrap(), all);
        let mut write = store.write("merge").await.unwrap();
        let at = instant("2026-02-01");
        assert!(write.retire_segment("events/a.parquet", 12_345_678, at).await.unwrap());
        assert!(
            !write.retire_segment("events/a.parquet", 12_345_678, at).await.unwrap(),
            "it is out already"
        );
        assert_eq!(write.commit().await.unwrap(), 2);
        assert_eq!(store.segments().await.unwrap().len(), 2);
        let retired = RetiredSegment { path: "events/a.parquet".into(), bytes: 12_345_678, retired_at: at };
        assert_eq!(store.view().await.unwrap().retired_segments().await.unwrap(), [retired]);
        let mut write = store.write("sweep").await.unwrap();
        write.forget_segment("events/a.parquet").await.unwrap();
        assert_eq!(write.commit().await.unwrap(), 2, "a file that is gone changes no fact");
        assert_eq!(store.view().await.unwrap().retired_segments().await.unwrap(), []);

        // The same content comes, goes and comes again: a segment is named by it.
        for _ in 0..2 {
            let mut write = store.write("again").await.unwrap();
            write.insert_segment(&segment("events/a.parquet")).await.unwrap();
            assert_eq!(write.view().retired_segments().await.unwrap(), []);
            assert!(write.retire_segment("events/a.parquet", 12_345_678, at).await.unwrap());
            write.insert_segment(&segment("events/a.parquet")).await.unwrap();
            assert!(write.retire_segment("events/a.parquet", 12_345_678, at).await.unwrap());
            write.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_names_an_import_that_exists() {
    each_store(async |store| {
        let mut write = store.write("import").await.unwrap();
        let rows = vec![incoming(file("accounts"), &[("external_id", "a"), ("name", "Acme")])];
        let error =
            write.put(file("accounts"), rows, Mode::Upsert, instant("2026-06-01"), "none").await.unwrap_err();
        assert!(matches!(error, Error::Database { .. }), "{error:?}");
        write.roll_back().await.unwrap();
        let mut write = store.write("import").await.unwrap();
        let error =
            write.put(file("events"), vec![], Mode::Upsert, instant("2026-06-01"), "1").await.unwrap_err();
        assert_eq!(error.to_string(), "the rows of events are not kept among the records");
    })
    .await;
}

#[tokio::test]
async fn workbook_versions_read_back_to_the_last_character() {
    each_store(async |store| {
        assert_eq!(store.current_workbook().await.unwrap(), None);
        let document = |path: &str, text: &str| Document { path: path.into(), text: text.into() };
        let first = vec![
            document("scorecards/outcomes.yaml", "kind: scorecard\r\n# ü \"quoted\"\t\n"),
            document("a.yaml", ""),
        ];
        let second = vec![document("a.yaml", "b: 1\n")];
        for (number, documents) in [&first, &second].into_iter().enumerate() {
            let mut write = store.write("apply").await.unwrap();
            let version = write
                .insert_workbook_version(instant("2026-06-01"), "ada@example.com", documents)
                .await
                .unwrap();
            assert_eq!(version, number as i64 + 1);
            write.commit().await.unwrap();
        }
        let versions = store.workbook_versions().await.unwrap();
        assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(versions[1].documents, first);
        assert_eq!(versions[1].applied_by, "ada@example.com");
        assert_eq!(store.current_workbook().await.unwrap().as_ref(), Some(&versions[0]));
        let reversed: Vec<Document> = first.iter().rev().cloned().collect();
        assert_eq!(versions[1].content_hash, content_hash(&reversed));
        assert_ne!(versions[0].content_hash, versions[1].content_hash);
    })
    .await;
}

#[tokio::test]
async fn published_scores_are_added_to_only() {
    each_store(async |store| {
        let score = |day_text: &str, published_at: &str, score: Option<f64>| PublishedScore {
            account: "a".into(),
            scorecard: "outcomes".into(),
            day: day(day_text),
            workbook_version: 1,
            published_at: instant(published_at),
            score,
            colour: score.map_or("unknown", |_| "green").into(),
            coverage: 0.75,
        };
        let scores = vec![
            score("2026-05-01", "2026-05-02", None),
            score("2026-05-01", "2026-05-03", Some(80.25)),
            score("2026-05-08", "2026-05-09", Some(81.0)),
        ];
        let mut write = store.write("apply").await.unwrap();
        write.insert_workbook_version(instant("2026-05-01"), "ada@example.com", &[]).await.unwrap();
        write.publish_scores(&[scores[2].clone(), scores[0].clone(), scores[1].clone()]).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.published_scores(&"a".into()).await.unwrap(), scores);
        assert!(store.published_scores(&"b".into()).await.unwrap().is_empty());
        let mut write = store.write("again").await.unwrap();
        assert!(write.publish_scores(&scores[..1]).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn settings_are_set_and_taken_away() {
    each_store(async |store| {
        for (value, expect) in [(Some("1"), Some("1")), (Some("2"), Some("2")), (None, None), (None, None)] {
            let mut write = store.write("settings").await.unwrap();
            write.set_setting("as_of", value).await.unwrap();
            write.commit().await.unwrap();
            assert_eq!(store.setting("as_of").await.unwrap().as_deref(), expect);
        }
    })
    .await;
}

#[tokio::test]
async fn coverage_counts_rows_accounts_and_days() {
    each_store(async |store| {
        let at = instant("2026-06-01");
        let tickets = file("tickets");
        let row_of = |key: &str, account: &str, opened_at: &str, due_at: &str| {
            let cells = [
                ("external_id", key),
                ("account", account),
                ("severity", "1"),
                ("opened_at", opened_at),
                ("due_at", due_at),
            ];
            incoming(tickets, &cells)
        };
        let rows = vec![
            row_of("t1", "a", "2031-01-01", ""),
            row_of("t2", "a", "2026-01-05", "2027-01-01"),
            row_of("t3", "b", "2026-03-01T23:00:00Z", ""),
        ];
        put_as(&store, "1", at, Mode::Upsert, tickets, rows).await;
        // What was corrected does not count.
        let corrected = vec![row_of("t1", "a", "2026-01-01", "")];
        put_as(&store, "2", instant("2026-06-02"), Mode::Upsert, tickets, corrected).await;

        let all = store.coverage().await.unwrap();
        assert_eq!(all.len(), 14);
        let coverage = all.iter().find(|coverage| coverage.file.name == "tickets").unwrap();
        assert_eq!((coverage.rows, coverage.versions, coverage.accounts), (3, 4, Some(2)));
        assert_eq!(coverage.days(&Calendar::utc()), Some((day("2026-01-01"), day("2026-03-01"))));
        let berlin = Calendar::named("Europe/Berlin").unwrap();
        assert_eq!(coverage.days(&berlin), Some((day("2026-01-01"), day("2026-03-02"))));
        let due = coverage.columns.iter().find(|column| column.column.name == "due_at").unwrap();
        assert_eq!(due.latest, Cell::Instant(instant("2027-01-01")));
        let empty = all.iter().find(|coverage| coverage.file.name == "objectives").unwrap();
        assert_eq!((empty.rows, empty.accounts, empty.days(&Calendar::utc())), (0, None, None));
    })
    .await;
}
