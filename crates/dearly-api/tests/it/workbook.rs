use serde_json::{Value, json};

use crate::test_app::TestApp;

/// The workbook in force with a text replaced.
async fn changed(app: &TestApp, from: &str, to: &str) -> Value {
    let mut documents = app.get("/api/v1/workbook").await.sent["documents"].clone();
    let mut found = false;
    for document in documents.as_array_mut().unwrap() {
        let text = document["text"].as_str().unwrap().to_owned();
        found |= text.contains(from);
        document["text"] = json!(text.replacen(from, to, 1));
    }
    assert!(found, "{from:?} stands in the workbook");
    json!({ "documents": documents })
}

#[tokio::test]
async fn the_default_is_in_force() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/workbook").await;
    assert_eq!(
        (answer.status, &answer.sent["version"], &answer.sent["applied_at"]),
        (200, &0.into(), &Value::Null)
    );
    assert!(answer.sent["documents"].as_array().unwrap().len() > 2);
}

#[tokio::test]
async fn a_workbook_is_validated_planned_and_applied() {
    let app = TestApp::new().await;
    let same = changed(&app, "kind:", "kind:").await;
    let valid = app.post_json("/api/v1/workbook/validate", &same).await;
    assert_eq!((valid.status, &valid.sent["problems"]), (200, &json!([])));

    let other = changed(&app, "champion: 30d", "champion: 31d").await;
    let plan = app.post_json("/api/v1/workbook/plan", &other).await;
    assert_eq!((plan.status, &plan.sent["has_changes"]), (200, &json!(true)));
    assert!(plan.sent["text"].as_str().unwrap().contains("+  champion: 31d"), "{plan:?}");
    assert_eq!(plan.sent["before"]["n_accounts"], 2);

    let applied = app.post_json("/api/v1/workbook/apply", &other).await;
    assert_eq!((applied.status, &applied.sent["version"]), (200, &json!(1)));
    let again = app.post_json("/api/v1/workbook/apply", &other).await;
    assert_eq!((again.status, &again.sent["version"]), (200, &json!(1)));
    assert_eq!(app.get("/api/v1/book").await.sent["workbook_version"], 1);
}

#[tokio::test]
async fn mistakes_are_listed_with_their_places() {
    let app = TestApp::new().await;
    let wrong = changed(&app, "champion: 30d", "champion: soon").await;
    let validated = app.post_json("/api/v1/workbook/validate", &wrong).await;
    assert_eq!(validated.status, 200);
    let problem = &validated.sent["problems"][0];
    assert!(problem["line"].as_u64().unwrap() > 1 && problem["severity"] == "error", "{problem}");
    for verb in ["plan", "apply"] {
        let refused = app.post_json(&format!("/api/v1/workbook/{verb}"), &wrong).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.sent["type"], "urn:problem-type:dearly:workbook");
        assert_eq!(refused.sent["problems"], validated.sent["problems"]);
    }
    assert_eq!(app.get("/api/v1/workbook").await.sent["version"], 0);
}
