//! Reading and writing the folder of a workbook.

use std::fs;

use dearly_workbook::{content_hash, defaults, load, read, write, write_schema};

use crate::document;

#[test]
fn what_is_written_is_read_back_verbatim() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &defaults()).unwrap();
    write_schema(folder.path()).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join(".git/broken.yaml"), "[").unwrap();
    fs::write(folder.path().join(".hidden.yaml"), "[").unwrap();
    fs::write(folder.path().join("README.md"), "words").unwrap();
    let loaded = load(folder.path()).unwrap();
    assert_eq!(loaded.documents, defaults());
    assert_eq!(loaded.warnings, []);
    assert_eq!(content_hash(&loaded.documents), content_hash(&defaults()));
    assert!(folder.path().join(".dearly/schema/scorecard.json").is_file());
}

#[test]
fn a_folder_that_is_missing_empty_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &std::path::Path| -> Vec<String> {
        let root = folder.path().display().to_string();
        load(path).unwrap_err().iter().map(|problem| problem.to_string().replace(&root, "FOLDER")).collect()
    };
    let init = "write the default workbook there with `dearly workbook init`";
    assert_eq!(
        told(&folder.path().join("none")),
        [format!("FOLDER/none: the folder of the workbook does not exist; {init}")]
    );
    assert_eq!(
        told(folder.path()),
        [format!("FOLDER: the folder of the workbook holds no YAML file; {init}")]
    );
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(
        told(&folder.path().join("file")),
        [format!("FOLDER/file: the folder of the workbook is not a folder; {init}")]
    );
}

#[test]
fn files_that_cannot_be_read_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), b"kind: features\nsticky: [a\xff]\n").unwrap();
    fs::write(folder.path().join("b.yml"), vec![b' '; (1 << 20) + 1]).unwrap();
    fs::create_dir(folder.path().join("c.yaml")).unwrap();
    let told: Vec<String> = read(folder.path()).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "a.yaml:2:11: is not UTF-8 from here; save it as UTF-8",
            "b.yml: is 1048577 bytes long; at most 1048576 are read",
        ]
    );
}

#[test]
fn nothing_is_written_outside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["../a.yaml", "/a.yaml", "b/../../a.yaml", ""] {
        let problem = write(folder.path(), &[document(path, "")]).unwrap_err();
        assert_eq!(problem.message, "leads out of the folder of the workbook");
    }
    fs::write(folder.path().join("b"), "").unwrap();
    let problem = write(folder.path(), &[document("b/a.yaml", "")]).unwrap_err();
    assert!(problem.to_string().starts_with("b/a.yaml: cannot be written: "), "{problem}");
}

#[test]
fn the_hash_is_stable() {
    let documents = [document("a", "bc"), document("b", "")];
    // Workbook versions are compared by it across releases: it may never change.
    assert_eq!(content_hash(&documents), "68b81ee0f1dd13f8ed036615baeafcd5");
    assert_eq!(content_hash(&[documents[1].clone(), documents[0].clone()]), content_hash(&documents));
    assert_ne!(content_hash(&[document("ab", "c"), document("b", "")]), content_hash(&documents));
}
