/// The file from which the pages' types are generated.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");

#[test]
fn the_file_in_the_repository_is_up_to_date() {
    let text = dearly_api::openapi();
    if std::env::var("UPDATE_OPENAPI").is_ok_and(|update| update == "1") {
        std::fs::write(FILE, &text).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == text, "web/openapi.json is stale; write it with make openapi");
}
