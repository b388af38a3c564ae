//! What stands in `deploy/` is right: judged by the programs that read it, where they can be had, and tried.

mod manager;

mod units;

mod containers;

mod kubernetes;

mod guide;

mod scripts;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tests::{Running, wait};

/// The project's folder.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project")
}

/// A folder or file of `deploy/`.
fn deploy(name: &str) -> PathBuf {
    project().join("deploy").join(name)
}

/// What is under version control, by its path within the project.
fn under_version_control() -> Vec<String> {
    let mut git = Command::new("git");
    let listed = git.args(["ls-files", "-z"]).current_dir(project()).output().expect("git lists what it keeps").stdout;
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// The documents of a file of YAML, as another program reads them.
#[track_caller]
fn yaml(path: &Path) -> Vec<Value> {
    let script =
        "import json, sys, yaml; print(json.dumps([one for one in yaml.safe_load_all(open(sys.argv[1])) if one]))";
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", project().join(".python-packages")).args(["-c", script]).arg(path);
    let (output, said) = said(&mut python);
    assert!(output.status.success(), "{}: {said}\nhint: ./deploy/setup --tests", path.display());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A program that the set-up script installs from Python's registry.
fn packaged(program: &str) -> Command {
    let packages = project().join(".python-packages");
    let path = packages.join("bin").join(program);
    assert!(path.is_file(), "{program} is missing\nhint: ./deploy/setup --tests");
    let mut command = Command::new(path);
    command.env("PYTHONPATH", packages);
    command
}

/// Runs a program to its end: what it said, on both outputs.
#[track_caller]
fn said(command: &mut Command) -> (Output, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let both = [&output.stdout[..], &output.stderr].concat();
    (output, String::from_utf8_lossy(&both).into_owned())
}

/// Runs a judge, which must find nothing.
#[track_caller]
fn judged(command: &mut Command) {
    let (output, said) = said(command);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}

/// Runs a judge on something wrong, which must find it: the judge does judge.
#[track_caller]
fn refused(command: &mut Command, why: &str) {
    let (output, said) = said(command);
    assert!(!output.status.success() && said.contains(why), "{command:?} says nothing of {why:?}: {said}");
}

/// Where a service answers, once it has said so.
#[track_caller]
fn answering(serve: &Running) -> String {
    let said = || serve.said().lines().find_map(|line| line.strip_prefix("answering at ").map(str::to_owned));
    wait("the service to answer", said, Option::is_some).expect("it is there")
}
