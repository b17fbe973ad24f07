use insta::assert_snapshot;

use crate::test_app::TestApp;

#[tokio::test]
async fn sources_with_their_freshness() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/sources").await.show(), @r#"
    200
    {
      "as_of": "2025-06-28",
      "n_customers": 2,
      "sources": [
        {"file":"activities","rows":3,"n_accounts":2,"first_on":"2025-04-01","last_on":"2025-06-10"},
        {"file":"escalations","rows":0,"n_accounts":0,"first_on":null,"last_on":null},
        {"file":"events","rows":6,"n_accounts":1,"first_on":"2025-05-02","last_on":"2025-06-28"},
        {"file":"invoices","rows":2,"n_accounts":1,"first_on":"2025-01-01","last_on":"2025-05-01"},
        {"file":"judgements","rows":0,"n_accounts":0,"first_on":null,"last_on":null},
        {"file":"licences","rows":2,"n_accounts":2,"first_on":"2025-06-01","last_on":"2025-06-01"},
        {"file":"objectives","rows":1,"n_accounts":1,"first_on":"2025-04-28","last_on":"2025-04-28"},
        {"file":"people","rows":3,"n_accounts":2,"first_on":"2023-01-01","last_on":"2024-01-01"},
        {"file":"plans","rows":1,"n_accounts":1,"first_on":"2025-01-10","last_on":"2025-01-10"},
        {"file":"steps","rows":0,"n_accounts":0,"first_on":null,"last_on":null},
        {"file":"subscriptions","rows":4,"n_accounts":2,"first_on":"2024-01-01","last_on":"2025-01-01"},
        {"file":"surveys","rows":2,"n_accounts":1,"first_on":"2025-04-01","last_on":"2025-06-05"},
        {"file":"tickets","rows":2,"n_accounts":1,"first_on":"2025-03-01","last_on":"2025-06-20"}
      ],
      "n_unattributed_events": 0
    }
    "#);
}

#[tokio::test]
async fn coverage_comes_in_pages() {
    let app = TestApp::new().await;
    let first = app.get("/api/v1/coverage?limit=1").await;
    assert_snapshot!(first.show(), @r#"
    200
    {
      "rows": [
        {
          "account": "acme",
          "name": "Acme Corporation",
          "last_on": {
            "activities": "2025-06-10",
            "events": "2025-06-28",
            "invoices": "2025-05-01",
            "licences": "2025-06-01",
            "objectives": "2025-04-28",
            "people": "2023-01-01",
            "plans": "2025-01-10",
            "subscriptions": "2025-01-01",
            "surveys": "2025-06-05",
            "tickets": "2025-06-20"
          }
        }
      ],
      "next_cursor": "1"
    }
    "#);
    let second = app.get("/api/v1/coverage?limit=1&cursor=1").await;
    assert_eq!(
        (&second.sent["rows"][0]["account"], second.sent["next_cursor"].as_str()),
        (&"globex".into(), None)
    );
    assert_eq!(app.get("/api/v1/coverage?cursor=99").await.sent["rows"], serde_json::json!([]));
}
