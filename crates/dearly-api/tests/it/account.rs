use insta::assert_snapshot;
use serde_json::Value;

use crate::test_app::TestApp;

#[tokio::test]
async fn an_account() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts/acme").await.show(), @r#"
    200
    {
      "as_of": "2025-06-28",
      "account": "acme",
      "name": "Acme Corporation",
      "status": "customer",
      "segment": "enterprise",
      "tier": 1,
      "stage": "adoption",
      "industry": "Banking, Insurance",
      "region": "EMEA",
      "csm": "ann@vendor.example",
      "arr_cents": 12000000,
      "renews_on": "2026-01-01",
      "days_to_renewal": 187,
      "outcomes": {
        "score": 94.90598290598291,
        "colour": "green",
        "coverage": 1.0,
        "partial": false,
        "reason": null,
        "change": -4.402659069325736
      },
      "experience": {"score":78.66666666666667,"colour":"green","coverage":0.75,"partial":true,"reason":null,"change":null},
      "components": {
        "adoption": {"score":null,"colour":"unknown","coverage":1.0,"partial":false,"reason":"facet_missing","change":null},
        "deployment": {"score":86.66666666666669,"colour":"green","coverage":1.0,"partial":false,"reason":null,"change":null},
        "engagement": {
          "score": 96.77777777777777,
          "colour": "green",
          "coverage": 1.0,
          "partial": false,
          "reason": null,
          "change": -1.6666666666666856
        },
        "roi": {"score":100.0,"colour":"green","coverage":1.0,"partial":false,"reason":null,"change":0.0}
      },
      "trend": [null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,99.95061728395062,99.77777777777779,99.60493827160494,99.4320987654321,89.73544973544973,88.67155067155068,95.14529914529913,95.02564102564102,94.90598290598291],
      "last_met_on": "2025-06-10",
      "why": "Deployment: licence utilisation costs 4",
      "parent": null,
      "customer_since": "2023-01-01",
      "churned_on": null,
      "attributes": {"contract":17},
      "subscriptions": [
        {
          "subscription": "acme-2",
          "product": "core",
          "starts_on": "2025-01-01",
          "ends_on": "2026-01-01",
          "arr_cents": 12000000,
          "quantity": 50.0,
          "unit": "seats",
          "activated": 40,
          "state": "running",
          "renewal": null
        },
        {
          "subscription": "acme-1",
          "product": "core",
          "starts_on": "2024-01-01",
          "ends_on": "2025-01-01",
          "arr_cents": 10000000,
          "quantity": 50.0,
          "unit": "seats",
          "activated": null,
          "state": "ended",
          "renewal": "expansion"
        }
      ],
      "missing_roles": [],
      "single_threaded": false,
      "sources": [
        {"file":"activities","rows":2,"n_accounts":1,"first_on":"2025-05-01","last_on":"2025-06-10"},
        {"file":"events","rows":6,"n_accounts":1,"first_on":"2025-05-02","last_on":"2025-06-28"},
        {"file":"invoices","rows":2,"n_accounts":1,"first_on":"2025-01-01","last_on":"2025-05-01"},
        {"file":"licences","rows":1,"n_accounts":1,"first_on":"2025-06-01","last_on":"2025-06-01"},
        {"file":"objectives","rows":1,"n_accounts":1,"first_on":"2025-04-28","last_on":"2025-04-28"},
        {"file":"people","rows":2,"n_accounts":1,"first_on":"2023-01-01","last_on":"2023-01-01"},
        {"file":"plans","rows":1,"n_accounts":1,"first_on":"2025-01-10","last_on":"2025-01-10"},
        {"file":"subscriptions","rows":2,"n_accounts":1,"first_on":"2024-01-01","last_on":"2025-01-01"},
        {"file":"surveys","rows":2,"n_accounts":1,"first_on":"2025-04-01","last_on":"2025-06-05"},
        {"file":"tickets","rows":2,"n_accounts":1,"first_on":"2025-03-01","last_on":"2025-06-20"}
      ]
    }
    "#);
}

#[tokio::test]
async fn its_history() {
    let app = TestApp::new().await;
    let path = "/api/v1/accounts/acme/history?from=2025-04-28&every=month";
    assert_snapshot!(app.get(path).await.show(), @r#"
    200
    {
      "account": "acme",
      "bands": {"experience":{"yellow":50.0,"green":75.0},"outcomes":{"yellow":50.0,"green":75.0}},
      "points": [
        {
          "day": "2025-04-28",
          "scores": {"adoption":null,"deployment":null,"engagement":null,"experience":null,"outcomes":null,"roi":100.0},
          "colour": "unknown"
        },
        {
          "day": "2025-05-28",
          "scores": {
            "adoption": null,
            "deployment": null,
            "engagement": 98.5,
            "experience": null,
            "outcomes": 99.33333333333334,
            "roi": 100.0
          },
          "colour": "green"
        },
        {
          "day": "2025-06-28",
          "scores": {
            "adoption": null,
            "deployment": 86.66666666666669,
            "engagement": 96.77777777777777,
            "experience": 78.66666666666667,
            "outcomes": 94.90598290598291,
            "roi": 100.0
          },
          "colour": "green"
        }
      ]
    }
    "#);
    let year = app.get("/api/v1/accounts/acme/history").await;
    let days: Vec<&Value> =
        year.sent["points"].as_array().unwrap().iter().map(|point| &point["day"]).collect();
    assert_eq!((days.len(), days.last().unwrap().as_str()), (53, Some("2025-06-28")));
}

#[tokio::test]
async fn its_explanation_adds_up() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/accounts/acme/explanation").await;
    assert_eq!(answer.status, 200);
    for kind in ["outcomes", "experience"] {
        let score = &answer.sent[kind];
        let sum = |list: &Value, member: &str| -> f64 {
            list.as_array().unwrap().iter().map(|own| own[member].as_f64().unwrap()).sum()
        };
        let total = sum(&score["components"], "contribution") + sum(&score["caps"], "contribution");
        assert!((total - score["score"].as_f64().unwrap()).abs() < 1e-9, "{kind}: {score:#}");
        for component in score["components"].as_array().unwrap() {
            let measures = sum(&component["measures"], "contribution");
            assert!((measures - component["contribution"].as_f64().unwrap()).abs() < 1e-9, "{component:#}");
        }
    }
    // Against 30 days before, where nothing else is said.
    assert_eq!(answer.sent["outcomes"]["moved"]["since"], "2025-05-29");
    let since = app.get("/api/v1/accounts/acme/explanation?as_of=2025-06-01&since=2025-05-01").await;
    assert_eq!(since.sent["outcomes"]["moved"]["since"], "2025-05-01");
    // The list and the explanation agree to the last digit.
    let list = app.get("/api/v1/accounts?q=acme").await;
    for kind in ["outcomes", "experience"] {
        assert_eq!(list.sent["rows"][0][kind]["score"], answer.sent[kind]["score"]);
    }
}

#[tokio::test]
async fn its_people() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts/acme/people").await.show(), @r#"
    200
    [
      {
        "person": "carol",
        "name": "Carol Diaz",
        "email": "carol@acme.example",
        "title": "Head of operations",
        "roles": ["champion","admin"],
        "influence": 3,
        "since": "2023-01-01",
        "until": null,
        "key": true,
        "last_met_on": "2025-06-10",
        "sla_days": 30,
        "due_on": "2025-07-09",
        "sla_state": "met",
        "nps": 9.0,
        "nps_on": "2025-04-01",
        "nps_class": "promoter",
        "active_days": 3
      },
      {
        "person": "eve",
        "name": "Eve Roy",
        "email": "eve@acme.example",
        "title": "CFO",
        "roles": ["executive_sponsor","economic_buyer"],
        "influence": 3,
        "since": "2023-01-01",
        "until": null,
        "key": true,
        "last_met_on": "2025-05-01",
        "sla_days": 90,
        "due_on": "2025-07-29",
        "sla_state": "met",
        "nps": null,
        "nps_on": null,
        "nps_class": null,
        "active_days": null
      }
    ]
    "#);
}

#[tokio::test]
async fn its_usage() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts/acme/usage?weeks=4").await.show(), @r#"
    200
    {
      "account": "acme",
      "weeks": ["2025-06-07","2025-06-14","2025-06-21","2025-06-28"],
      "active_users": [1,1,2,2],
      "events": [1,1,1,2],
      "activated": [40,40,40,40],
      "entitled": [50.0,50.0,50.0,50.0],
      "features": [
        {"feature":"report","sticky":false,"events":4,"users":2,"regular_users":0,"by_week":[1,1,0,2]},
        {"feature":"export","sticky":false,"events":1,"users":1,"regular_users":0,"by_week":[0,0,1,0]}
      ],
      "n_features": 2,
      "users": [
        {"user":"carol@acme.example","person":"carol","active_days":3,"events":3,"last_on":"2025-06-23"},
        {"user":"u7","person":null,"active_days":2,"events":2,"last_on":"2025-06-28"}
      ]
    }
    "#);
}

#[tokio::test]
async fn its_tickets() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts/acme/tickets").await.show(), @r#"
    200
    [
      {
        "ticket": "t1",
        "severity": 2,
        "opened_at": "2025-06-20T08:00:00Z",
        "first_response_at": "2025-06-20T09:00:00Z",
        "resolved_at": null,
        "due_at": "2025-06-25T08:00:00Z",
        "state": "past_due",
        "age_days": 8,
        "category": "defect",
        "subject": "Export is empty",
        "person": "carol",
        "person_name": "Carol Diaz",
        "person_roles": ["champion","admin"],
        "person_influence": 3,
        "person_nps": 9.0
      },
      {
        "ticket": "t2",
        "severity": 3,
        "opened_at": "2025-03-01T08:00:00Z",
        "first_response_at": "2025-03-01T09:00:00Z",
        "resolved_at": "2025-03-03T08:00:00Z",
        "due_at": null,
        "state": "resolved",
        "age_days": 2,
        "category": "question",
        "subject": "How to share",
        "person": "eve",
        "person_name": "Eve Roy",
        "person_roles": ["executive_sponsor","economic_buyer"],
        "person_influence": 3,
        "person_nps": null
      }
    ]
    "#);
}

#[tokio::test]
async fn its_invoices() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts/acme/invoices").await.show(), @r#"
    200
    [
      {
        "invoice": "i2",
        "amount_cents": 6000050,
        "issued_on": "2025-05-01",
        "due_on": "2025-05-31",
        "paid_on": null,
        "failed_on": null,
        "state": "overdue",
        "days_overdue": 28
      },
      {
        "invoice": "i1",
        "amount_cents": 6000000,
        "issued_on": "2025-01-01",
        "due_on": "2025-01-31",
        "paid_on": "2025-01-20",
        "failed_on": null,
        "state": "paid",
        "days_overdue": null
      }
    ]
    "#);
}

#[tokio::test]
async fn its_plans() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts/acme/plans").await.show(), @r#"
    200
    [
      {
        "plan": "pl1",
        "name": "Faster closing",
        "created_on": "2025-01-10",
        "accepted_on": "2025-01-20",
        "accepted_by": "eve",
        "objectives": [
          {
            "objective": "o1",
            "name": "Close in three days",
            "metric": "days to close",
            "baseline": 10.0,
            "target": 3.0,
            "value": 3.0,
            "due_on": "2025-05-01",
            "completed_on": "2025-04-20",
            "verified_on": "2025-04-28",
            "verified_by": "eve",
            "evidence": null,
            "state": "verified",
            "initiatives": []
          }
        ]
      }
    ]
    "#);
}

#[tokio::test]
async fn its_timeline() {
    let app = TestApp::new().await;
    let path = "/api/v1/accounts/acme/timeline?kind=tickets,surveys&limit=2";
    let first = app.get(path).await;
    assert_snapshot!(first.show(), @r#"
    200
    {
      "entries": [
        {
          "on": "2025-06-20",
          "kind": "tickets",
          "key": "t1",
          "title": "ticket opened: Export is empty",
          "text": "severity 2, defect, by Carol Diaz"
        },
        {"on":"2025-06-05","kind":"surveys","key":"c1","title":"CSAT 5 of 5 by Carol Diaz","text":null}
      ],
      "next_cursor": "2"
    }
    "#);
    let cursor = first.sent["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("{path}&cursor={cursor}")).await;
    assert_eq!(second.status, 200);
    assert_ne!(first.sent["entries"], second.sent["entries"]);
}
