use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dearly_simulator::Settings;

use crate::books::small_book;

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [dir.to_path_buf(), dir.join("truth")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(dir).unwrap().display().to_string();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn written(seed: u64, threads: usize) -> BTreeMap<String, Vec<u8>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let book = pool.install(|| small_book(Settings { n_accounts: 24, seed, ..Settings::default() }));
    pool.install(|| book.write(dir.path())).unwrap();
    files(dir.path())
}

#[test]
fn the_same_settings_give_the_same_bytes_on_any_number_of_threads() {
    let (one, three) = (written(7, 1), written(7, 3));
    assert_eq!(one.keys().collect::<Vec<_>>(), three.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &three[name], "{name} differs");
    }
    let expected = dearly_domain::book::FILES.len() + 3;
    assert_eq!(one.len(), expected, "{:?}", one.keys());
}

#[test]
fn another_seed_gives_another_book() {
    let (one, other) = (written(7, 2), written(8, 2));
    for name in ["accounts.csv", "events.csv.zst", "truth/truth.csv"] {
        assert!(one[name] != other[name], "{name} is the same");
    }
}

#[test]
fn an_account_does_not_depend_on_how_many_others_there_are() {
    let (few, more) = (
        small_book(Settings { n_accounts: 3, ..Settings::default() }),
        small_book(Settings { n_accounts: 5, ..Settings::default() }),
    );
    let renewals = |book: &dearly_simulator::Simulation| -> Vec<_> {
        book.renewals().filter(|renewal| renewal.account.as_str() <= "A00003").cloned().collect()
    };
    assert_eq!(renewals(&few), renewals(&more));
}
