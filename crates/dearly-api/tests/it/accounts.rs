use insta::assert_snapshot;
use serde_json::Value;

use crate::test_app::{Answer, TestApp};

/// The accounts of a page, in order.
fn accounts(answer: &Answer) -> Vec<&str> {
    answer.sent["rows"].as_array().unwrap().iter().map(|row| row["account"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_book_at_a_glance() {
    let app = TestApp::new().await;
    let mut book = app.get("/api/v1/book").await;
    assert_eq!(book.sent["labels"]["outcomes"], "Customer outcomes");
    book.sent["labels"] = Value::from("…");
    assert_snapshot!(book.show(), @r#"
    200
    {
      "default_as_of": "2025-06-28",
      "first_fact_on": "2023-01-01",
      "last_fact_on": "2025-06-28",
      "today": "…",
      "currency": "EUR",
      "n_accounts": 4,
      "workbook_version": 0,
      "workbook_applied_at": null,
      "revision": 1,
      "labels": "…",
      "simulated": null
    }
    "#);
    let empty = TestApp::empty().await.get("/api/v1/book").await;
    assert_eq!(
        (empty.status, &empty.sent["n_accounts"], &empty.sent["last_fact_on"]),
        (200, &0.into(), &Value::Null)
    );
}

#[tokio::test]
async fn a_page_of_customers() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/accounts").await.show(), @r#"
    200
    {
      "as_of": "2025-06-28",
      "totals": {"n_accounts":2,"arr_cents":12900000,"green":1,"yellow":0,"red":1,"unknown":0},
      "facets": {
        "segment": ["enterprise","smb"],
        "tier": [1,3],
        "stage": ["adoption","onboarding"],
        "industry": ["Banking, Insurance","Retail","Software"],
        "region": ["AMER","EMEA"],
        "csm": ["ann@vendor.example","bob@vendor.example"]
      },
      "rows": [
        {
          "account": "globex",
          "name": "=Globex",
          "status": "customer",
          "segment": "smb",
          "tier": 3,
          "stage": "onboarding",
          "industry": "Retail",
          "region": "AMER",
          "csm": "bob@vendor.example",
          "arr_cents": 900000,
          "renews_on": "2026-01-01",
          "days_to_renewal": 187,
          "outcomes": {
            "score": 10.256410256410257,
            "colour": "red",
            "coverage": 0.6254545454545455,
            "partial": true,
            "reason": null,
            "change": null
          },
          "experience": {"score":null,"colour":"unknown","coverage":0.0,"partial":false,"reason":"coverage","change":null},
          "components": {
            "adoption": {"score":null,"colour":"unknown","coverage":0.0,"partial":false,"reason":"coverage","change":null},
            "deployment": {"score":33.333333333333336,"colour":"red","coverage":0.8,"partial":true,"reason":null,"change":null},
            "engagement": {"score":0.0,"colour":"red","coverage":1.0,"partial":false,"reason":null,"change":0.0},
            "roi": {"score":0.0,"colour":"red","coverage":1.0,"partial":false,"reason":null,"change":0.0}
          },
          "trend": [null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,10.256410256410257,10.256410256410257,10.256410256410257,10.256410256410257],
          "last_met_on": null,
          "why": "Engagement: key roles met (multithreading) costs 31"
        },
        {
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
            "adoption": {
              "score": null,
              "colour": "unknown",
              "coverage": 1.0,
              "partial": false,
              "reason": "facet_missing",
              "change": null
            },
            "deployment": {
              "score": 86.66666666666669,
              "colour": "green",
              "coverage": 1.0,
              "partial": false,
              "reason": null,
              "change": null
            },
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
          "why": "Deployment: licence utilisation costs 4"
        }
      ],
      "next_cursor": null
    }
    "#);
}

#[tokio::test]
async fn filters_sorts_and_cursors() {
    let app = TestApp::new().await;
    for (query, expected) in [
        ("status=all", &["globex", "acme", "hooli", "initech"][..]),
        ("status=churned", &["initech"]),
        ("status=prospect", &["hooli"]),
        ("status=all&sort=name&direction=desc", &["initech", "hooli", "acme", "globex"]),
        ("sort=arr", &["globex", "acme"]),
        ("sort=arr&direction=desc", &["acme", "globex"]),
        ("segment=enterprise", &["acme"]),
        ("segment=enterprise,smb&sort=arr", &["globex", "acme"]),
        ("industry=%22Banking,%20Insurance%22", &["acme"]),
        ("industry=%22Banking%2C%20Insurance%22,Retail&sort=arr", &["globex", "acme"]),
        ("tier=1", &["acme"]),
        ("q=corp", &["acme"]),
        ("q=nobody", &[]),
        ("csm=bob@vendor.example&status=all&sort=name", &["globex", "hooli", "initech"]),
        ("renews_within=100", &[]),
        ("renews_within=365&sort=arr", &["globex", "acme"]),
        ("stage=&sort=arr", &["globex", "acme"]),
    ] {
        let answer = app.get(&format!("/api/v1/accounts?{query}")).await;
        assert_eq!((answer.status, accounts(&answer)), (200, expected.to_vec()), "{query}");
        assert_eq!(answer.sent["totals"]["n_accounts"], expected.len(), "{query}");
    }
    let (mut path, mut seen) = ("/api/v1/accounts?status=all&limit=3".to_owned(), Vec::new());
    loop {
        let page = app.get(&path).await;
        seen.push(accounts(&page).into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(page.sent["totals"]["n_accounts"], 4);
        let Some(cursor) = page.sent["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/accounts?status=all&limit=3&cursor={cursor}");
    }
    assert_eq!(seen, [vec!["globex", "acme", "hooli"], vec!["initech"]]);
}

#[tokio::test]
async fn the_past_is_replayed() {
    let app = TestApp::new().await;
    let shown = async |query: &str| {
        let answer = app.get(&format!("/api/v1/accounts?sort=arr&{query}")).await;
        let rows = answer.sent["rows"].as_array().unwrap();
        let rows =
            rows.iter().map(|row| format!("{} {}", row["account"].as_str().unwrap(), row["arr_cents"]));
        format!("{}: {}", answer.sent["as_of"].as_str().unwrap(), rows.collect::<Vec<_>>().join(", "))
    };
    assert_eq!(shown("").await, "2025-06-28: globex 900000, acme 12000000");
    assert_eq!(shown("as_of=2024-06-30").await, "2024-06-30: globex 1200000, initech 2400000, acme 10000000");
    assert_eq!(shown("as_of=2022-06-30").await, "2022-06-30: ");
}

#[tokio::test]
async fn the_export_holds_everything_that_fits() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/accounts.csv?status=all&limit=1&sort=name").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"accounts-2025-06-28.csv\"");
    assert_snapshot!(answer.text(), @r#"
    account,name,as_of,status,segment,tier,stage,industry,region,csm,arr,currency,renews_on,days_to_renewal,outcomes,outcomes_colour,outcomes_change_30_days,experience,experience_colour,experience_change_30_days,adoption,adoption_colour,adoption_change_30_days,deployment,deployment_colour,deployment_change_30_days,engagement,engagement_colour,engagement_change_30_days,roi,roi_colour,roi_change_30_days,outcomes_coverage,outcomes_partial,last_met_on,why
    globex,'=Globex,2025-06-28,customer,smb,3,onboarding,Retail,AMER,bob@vendor.example,9000.00,EUR,2026-01-01,187,10.256410256410257,red,,,unknown,,,unknown,,33.333333333333336,red,,0,red,0,0,red,0,0.6254545454545455,true,,Engagement: key roles met (multithreading) costs 31
    acme,Acme Corporation,2025-06-28,customer,enterprise,1,adoption,"Banking, Insurance",EMEA,ann@vendor.example,120000.00,EUR,2026-01-01,187,94.90598290598291,green,-4.402659069325736,78.66666666666667,green,,,unknown,,86.66666666666669,green,,96.77777777777777,green,-1.6666666666666856,100,green,0,1,false,2025-06-10,Deployment: licence utilisation costs 4
    hooli,Hooli,2025-06-28,prospect,smb,,,Software,AMER,bob@vendor.example,0.00,EUR,,,,unknown,,,unknown,,,unknown,,,unknown,,,unknown,,,unknown,,0.06060606060606061,false,,
    initech,Initech,2025-06-28,churned,smb,3,,Software,AMER,bob@vendor.example,0.00,EUR,,,,unknown,,,unknown,,,unknown,,,unknown,,,unknown,,,unknown,,0.39215686274509803,false,,
    "#);
    let filtered = app.get("/api/v1/accounts.csv?tier=1").await;
    assert_eq!(filtered.text().lines().count(), 2);
}
