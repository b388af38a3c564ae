//! Every line of the benchmark still runs. How fast, is not judged here.

use std::process::Command;

use serde_json::Value;

#[test]
fn every_line_runs_and_is_told_with_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = folder.path().join("told.json");
    let run =
        Command::new(env!("CARGO_BIN_EXE_bench")).arg("--smoke").arg("--json").arg(&told).output().expect("it runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(&told).expect("it is told");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let lines = report["lines"].as_array().expect("lines");
    let names: Vec<&str> = lines.iter().filter_map(|line| line["line"].as_str()).collect();
    let all = [
        "publish-many",
        "publish-one",
        "replay",
        "rebuild",
        "fold",
        "views",
        "workers",
        "seen",
        "many-readers",
        "view-over-http",
        "import",
        "commands",
        "sizes",
    ];
    for name in all {
        assert!(names.contains(&name), "{name} is missing: {names:?}");
    }
    for line in lines {
        let ours = line["measured"]["ours"]["median"].as_f64();
        assert!(ours.is_some_and(|ours| ours.is_finite() && ours > 0.0), "{line}");
    }
}
