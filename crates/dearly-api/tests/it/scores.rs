use insta::assert_snapshot;

use crate::test_app::{Answer, TestApp};

/// Account and day of each row.
fn rows(answer: &Answer) -> Vec<String> {
    let rows = answer.sent["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| format!("{} {}", row["account"].as_str().unwrap(), row["as_of"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn scores_of_a_day() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/v1/scores?account=globex").await.show(), @r#"
    200
    {
      "rows": [
        {
          "account": "globex",
          "as_of": "2025-06-28",
          "status": "customer",
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
            "engagement": {"score":0.0,"colour":"red","coverage":1.0,"partial":false,"reason":null,"change":null},
            "roi": {"score":0.0,"colour":"red","coverage":1.0,"partial":false,"reason":null,"change":null}
          }
        }
      ],
      "next_cursor": null
    }
    "#);
    assert_eq!(rows(&app.get("/api/v1/scores").await), ["acme 2025-06-28", "globex 2025-06-28"]);
    // Asked for by name, a former customer has a row too.
    assert_eq!(rows(&app.get("/api/v1/scores?account=initech").await), ["initech 2025-06-28"]);
    assert_eq!(rows(&TestApp::empty().await.get("/api/v1/scores").await), [""; 0]);
}

#[tokio::test]
async fn scores_of_many_days_come_in_pages_of_whole_accounts() {
    let app = TestApp::new().await;
    let path = "/api/v1/scores?from=2025-02-20&to=2025-03-06&every=week&limit=4";
    let (mut cursor, mut pages) = (String::new(), Vec::new());
    loop {
        let page = app.get(&format!("{path}{cursor}")).await;
        pages.push(rows(&page));
        let Some(next) = page.sent["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    let expected = [
        vec!["acme 2025-02-20", "acme 2025-02-27", "acme 2025-03-06"],
        vec!["globex 2025-02-20", "globex 2025-02-27", "globex 2025-03-06"],
        vec![],
        // A customer until March.
        vec!["initech 2025-02-20", "initech 2025-02-27"],
    ];
    assert_eq!(pages, expected);
}
