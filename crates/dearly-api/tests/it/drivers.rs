//! Which components go with renewal, as the API tells it. A book with a model is asked over HTTP in the program's own tests.

use insta::assert_snapshot;

use crate::test_app::TestApp;

const YEAR: &str = "from=2024-07-01&to=2025-07-01&lead_days=30";

#[tokio::test]
async fn of_three_renewals_nothing_is_claimed_and_their_rows_are_there() {
    let app = TestApp::new().await;
    let run = app.get(&format!("/api/v1/drivers?{YEAR}")).await;
    let id = run.sent["id"].as_str().unwrap();
    assert_snapshot!(run.show().replace(id, "…"), @r#"
    200
    {
      "id": "…",
      "made_at": "…",
      "revision": 1,
      "workbook_version": 0,
      "workbook_hash": "default",
      "code_version": "…",
      "currency": "EUR",
      "report": {
        "from": "2024-07-01",
        "to": "2025-07-01",
        "lead_days": 30,
        "decided_by": "2025-06-28",
        "level": 0.95,
        "counts": {
          "n_due": 3,
          "n_open": 0,
          "n_decided": 3,
          "n_early_signed": 0,
          "n_early_notice": 0,
          "n_not_customer": 0,
          "n_unknown": 3,
          "n_used": 0,
          "n_renewed": 0,
          "n_churned": 0,
          "n_accounts": 0,
          "n_history": 0,
          "missing": [
            {"column":"deployment","n":3},
            {"column":"engagement","n":3},
            {"column":"adoption","n":3},
            {"column":"roi","n":2},
            {"column":"arr","n":0},
            {"column":"tenure","n":0}
          ]
        },
        "by_colour": [
          {
            "colour": "green",
            "renewed": {"count":0,"n":0,"rate":null},
            "expanded": {"count":0,"n":0,"rate":null},
            "due_arr_cents": 0,
            "gross_renewal_rate": null,
            "net_renewal_rate": null
          },
          {
            "colour": "yellow",
            "renewed": {"count":0,"n":0,"rate":null},
            "expanded": {"count":0,"n":0,"rate":null},
            "due_arr_cents": 0,
            "gross_renewal_rate": null,
            "net_renewal_rate": null
          },
          {
            "colour": "red",
            "renewed": {"count":0,"n":0,"rate":null},
            "expanded": {"count":0,"n":0,"rate":null},
            "due_arr_cents": 0,
            "gross_renewal_rate": null,
            "net_renewal_rate": null
          },
          {
            "colour": "unknown",
            "renewed": {
              "count": 2,
              "n": 3,
              "rate": {"estimate":0.6666666666666666,"low":0.20765960080204776,"high":0.9385080552796039}
            },
            "expanded": {
              "count": 1,
              "n": 3,
              "rate": {"estimate":0.3333333333333333,"low":0.06149194472039626,"high":0.7923403991979523}
            },
            "due_arr_cents": 13600000,
            "gross_renewal_rate": null,
            "net_renewal_rate": null
          }
        ],
        "gate": {
          "level": 0,
          "name": "descriptive",
          "failing": ["no component is known for enough of the renewals"],
          "lines": [
            {"level":1,"name":"churns","holds":false,"words":"0 churns of 30 needed"},
            {"level":1,"name":"look_ahead","holds":true,"words":"no look-ahead check bars"},
            {"level":2,"name":"churns","holds":false,"words":"0 churns of 70 needed"},
            {
              "level": 2,
              "name": "riley",
              "holds": false,
              "words": "no model was fitted, so that the renewals it needs cannot be told"
            },
            {
              "level": 2,
              "name": "rolling_origins",
              "holds": false,
              "words": "0 rolling origins of 2 needed: nothing was predicted ahead yet"
            },
            {"level":3,"name":"past_plans","holds":false,"words":"0 past plans of 4 needed"},
            {
              "level": 3,
              "name": "past_plans_chance",
              "holds": true,
              "words": "0 of 0 past plans held, as few has a chance of 1.000, 0.050 at least is needed"
            }
          ]
        },
        "refused": "no component is known for enough of 3 renewals (not known: deployment of 100 %, engagement of 100 %, adoption of 100 %, roi of 67 %; 30 % is the most): bring the facts that they are made of, licences, people, telemetry with users, success plans",
        "model": null,
        "validation": null,
        "checks": [
          {
            "name": "replay",
            "passed": true,
            "bars": true,
            "words": "3 rows replayed from facts recorded by their as-of day: all equal",
            "sign_off": []
          }
        ],
        "leads": [],
        "sentences": [],
        "assumptions": ["Scores are as of 30 days before the due day, from facts that were known by then, under one workbook version.","A renewal is churned if nothing follows within 30 days after it was due.","Associations, not effects: whoever works on an account chose it for a reason, and no account was drawn by lot.","Renewals of one account depend on each other in any way; accounts do not depend on each other.","The log-odds of renewal change evenly with each score.","deployment is not known for 100 % of the renewals, above 30 %, and has no coefficient.","engagement is not known for 100 % of the renewals, above 30 %, and has no coefficient.","adoption is not known for 100 % of the renewals, above 30 %, and has no coefficient.","roi is not known for 67 % of the renewals, above 30 %, and has no coefficient."]
      }
    }
    "#);
    let rows = app.get(&format!("/api/v1/drivers/rows?{YEAR}")).await;
    assert_snapshot!(rows.show(), @r#"
    200
    [
      {
        "account": "acme",
        "name": "Acme Corporation",
        "product": "core",
        "due_on": "2025-01-01",
        "decided_on": "2025-01-01",
        "known_on": "2025-02-01",
        "outcome": "expansion",
        "due_arr_cents": 10000000,
        "successor_arr_cents": 12000000,
        "as_of": "2024-12-02",
        "left_out": null,
        "colour": "unknown",
        "score": null,
        "experience": null,
        "deployment": null,
        "engagement": null,
        "adoption": null,
        "roi": null,
        "arr_cents": 10000000,
        "segment": "enterprise",
        "tenure_days": 701,
        "is_used": false,
        "held_out_probability": null,
        "at_leads": []
      },
      {
        "account": "globex",
        "name": "=Globex",
        "product": "core",
        "due_on": "2025-01-01",
        "decided_on": "2025-01-01",
        "known_on": "2025-02-01",
        "outcome": "contraction",
        "due_arr_cents": 1200000,
        "successor_arr_cents": 900000,
        "as_of": "2024-12-02",
        "left_out": null,
        "colour": "unknown",
        "score": null,
        "experience": null,
        "deployment": null,
        "engagement": null,
        "adoption": null,
        "roi": null,
        "arr_cents": 1200000,
        "segment": "smb",
        "tenure_days": 336,
        "is_used": false,
        "held_out_probability": null,
        "at_leads": []
      },
      {
        "account": "initech",
        "name": "Initech",
        "product": "core",
        "due_on": "2025-03-01",
        "decided_on": "2025-04-01",
        "known_on": "2025-04-01",
        "outcome": "churned",
        "due_arr_cents": 2400000,
        "successor_arr_cents": 0,
        "as_of": "2025-01-30",
        "left_out": null,
        "colour": "unknown",
        "score": null,
        "experience": null,
        "deployment": null,
        "engagement": null,
        "adoption": null,
        "roi": 0.0,
        "arr_cents": 2400000,
        "segment": "smb",
        "tenure_days": 701,
        "is_used": false,
        "held_out_probability": null,
        "at_leads": []
      }
    ]
    "#);
    assert_eq!(app.get(&format!("/api/v1/analyses/{id}")).await.sent, run.sent);
    assert_eq!(app.get(&format!("/api/v1/analyses/{id}/rows")).await.sent, rows.sent);
    let kept = app.get("/api/v1/analyses").await;
    assert_eq!(kept.sent.as_array().unwrap().len(), 1, "rows are those of the run that was kept");
}

#[tokio::test]
async fn what_makes_no_sense_is_told() {
    let app = TestApp::new().await;
    for (query, status, words) in [
        ("from=2025-07-01&to=2025-01-01", 400, "is not before"),
        ("lead_days=0", 400, "a lead of 0 days"),
        ("workbook=9", 404, "9"),
        ("sign_off=mood", 400, "mood is signed off and no column of the model"),
        // One name, with a comma in it, and one that is none.
        ("sign_off=segment%5BNorth,%20East%5D,%20roi,%20East%5D", 400, "East] is signed off"),
        ("form=2025-01-01", 400, "form"),
    ] {
        let answer = app.get(&format!("/api/v1/drivers?{query}")).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.sent);
        assert!(answer.sent["detail"].as_str().unwrap().contains(words), "{query}: {}", answer.sent);
    }
    assert_eq!(app.get("/api/v1/analyses/nothing").await.status, 404);
    assert_eq!(app.get("/api/v1/analyses/nothing/rows").await.status, 404);
}
