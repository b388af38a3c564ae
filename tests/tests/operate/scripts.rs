//! The project's scripts.

use std::path::PathBuf;

use crate::{judged, packaged, project, refused, under_version_control};

#[test]
fn shellcheck_finds_nothing_in_any_script() {
    let files = under_version_control().into_iter().map(|name| project().join(name));
    let is_script = |file: &PathBuf| std::fs::read(file).is_ok_and(|text| text.starts_with(b"#!/usr/bin/env bash"));
    let scripts: Vec<_> = files.filter(is_script).collect();
    assert!(scripts.len() > 3, "the project has scripts: {scripts:?}");
    judged(packaged("shellcheck").args(&scripts));

    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("wrong");
    std::fs::write(&wrong, "#!/usr/bin/env bash\nrm -r $1\n").expect("written");
    refused(packaged("shellcheck").arg(wrong), "SC2086");
}
