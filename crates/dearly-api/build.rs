//! Builds the crate again when the pages were built, and only then.

use std::path::Path;

fn main() {
    // Cargo takes a path that is missing for one that has changed, each time. So the folder is made, empty, where the
    // pages have not been built yet; a tree that cannot be written to has no pages to come either.
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    let _ = std::fs::create_dir_all(&dist);
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
}
