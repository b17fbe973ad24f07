//! Kept analyses, on both databases.

use dearly_domain::Instant;
use dearly_store::Analysis;
use dearly_testing::each_database;
use serde_json::json;

fn analysis(id: &str, kind: &str, made_at: i64) -> Analysis {
    Analysis {
        id: id.to_owned(),
        kind: kind.to_owned(),
        made_at: Instant::from_micros(made_at),
        revision: 7,
        workbook_version: 2,
        workbook_hash: "hash".to_owned(),
        code_version: "0.1.0".to_owned(),
        request: json!({"from": "2025-01-01"}),
        result: json!({"level": 0, "text": "“quoted”"}),
    }
}

#[tokio::test]
async fn runs_are_kept_as_they_were_and_listed_newest_first() {
    each_database(async |database| {
        let store = database.open().await;
        let revision = store.revision().await.unwrap();
        let mut write = store.write("keep").await.unwrap();
        for own in [analysis("a", "drivers", 5), analysis("b", "drivers", 9), analysis("c", "effects", 7)] {
            write.insert_analysis(&own, own.id.as_bytes().to_vec()).await.unwrap();
        }
        write.commit().await.unwrap();
        assert_eq!(store.revision().await.unwrap(), revision, "no fact changes by it");
        let listed = store.analyses("drivers", 10).await.unwrap();
        let ids: Vec<&str> = listed.iter().map(|own| own.id.as_str()).collect();
        assert_eq!(ids, ["b", "a"]);
        assert!(listed.iter().all(|own| own.result.is_null()), "a list is without results");
        assert_eq!(store.analyses("drivers", 1).await.unwrap().len(), 1);
        assert_eq!(store.analysis("a").await.unwrap(), Some(analysis("a", "drivers", 5)));
        assert_eq!(store.analysis("z").await.unwrap(), None);
        assert_eq!(store.analysis_rows("c").await.unwrap(), Some(b"c".to_vec()));
        assert_eq!(store.analysis_rows("z").await.unwrap(), None);
        let mut write = store.write("keep again").await.unwrap();
        assert!(
            write.insert_analysis(&analysis("a", "drivers", 6), Vec::new()).await.is_err(),
            "none is replaced"
        );
    })
    .await;
}
