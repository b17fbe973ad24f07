//! Dearly's answers and DuckDB's are the same, on telemetry small enough for every run of the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {text}");
}

#[test]
fn answers_are_those_of_duckdb_and_of_polars() {
    let python = root().join(".tools/bench/bin/python");
    if !python.exists() {
        eprintln!("left out: DuckDB and Polars are not there; scripts/tools installs them");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let answers = |engine: &str| folder.path().join(format!("{engine}.csv"));
    let bench = || Command::new(env!("CARGO_BIN_EXE_bench-asof"));
    run(bench().arg("generate").arg(folder.path()).args(["--rows", "150000"]));
    run(bench().arg("pass").arg(folder.path()).arg("--out").arg(answers("dearly")));
    let engines = || {
        let mut command = Command::new(&python);
        command.arg(root().join("benches/asof/engines.py"));
        command
    };
    for engine in ["duckdb", "polars"] {
        run(engines().arg(engine).arg(folder.path()).arg("--out").arg(answers(engine)));
    }
    run(engines().arg("compare").args(["dearly", "duckdb", "polars"].map(answers)));
}
