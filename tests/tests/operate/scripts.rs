//! The project's scripts.

use std::path::PathBuf;
use std::process::Command;

use crate::{judged, packaged, project, refused};

#[test]
fn shellcheck_finds_nothing_in_any_script() {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z"]).current_dir(project());
    let files = git.output().expect("git lists what is under version control").stdout;
    let files = files.split(|byte| *byte == 0).map(|name| project().join(String::from_utf8_lossy(name).as_ref()));
    let is_script = |file: &PathBuf| std::fs::read(file).is_ok_and(|text| text.starts_with(b"#!/usr/bin/env bash"));
    let scripts: Vec<_> = files.filter(is_script).collect();
    assert!(scripts.len() > 3, "the project has scripts: {scripts:?}");
    judged(packaged("shellcheck").args(&scripts));

    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("wrong");
    std::fs::write(&wrong, "#!/usr/bin/env bash\nrm -r $1\n").expect("written");
    refused(packaged("shellcheck").arg(wrong), "SC2086");
}
