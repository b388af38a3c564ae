//! The image and what composes it. Nothing here builds or runs them: the judges read them, and what stands in them is tried
//! without a container.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::program;

use crate::{deploy, judged, packaged, project, refused, under_version_control, yaml};

#[test]
fn the_image_is_as_its_judge_wants_it() {
    judged(packaged("hadolint").arg(deploy("Dockerfile")));
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("Dockerfile");
    fs::write(&wrong, "FROM debian\nRUN sudo true\n").expect("written");
    refused(packaged("hadolint").arg(wrong), "DL3004");
}

#[test]
fn what_the_image_is_built_from_suffices() {
    let list = fs::read_to_string(deploy("Dockerfile.dockerignore")).expect("the list");
    let wanted: Vec<&str> = list.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(list.lines().any(|line| line == "*") && !wanted.is_empty(), "all but what is named is left out: {list}");
    let context = tempfile::tempdir().expect("a folder");
    for file in under_version_control().iter().filter(|file| wanted.iter().any(|wanted| file.starts_with(wanted))) {
        let to = context.path().join(file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(project().join(file), to).expect("copied");
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--locked", "--offline", "--format-version", "1"]).current_dir(context.path());
    judged(&mut cargo);
    for file in ["deploy/setup", "deploy/nats-server.txt", "crates/wire/tests/data/astana-2024.jsonl"] {
        assert!(context.path().join(file).is_file(), "{file} is needed to build the command");
    }
    let image = fs::read_to_string(deploy("Dockerfile")).expect("the file");
    let rust = fs::read_to_string(project().join("Cargo.toml")).expect("the manifest");
    let least = rust.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("the least version of Rust");
    let minor = |version: &str| version.trim_matches('"').split('.').nth(1).and_then(|part| part.parse::<u32>().ok());
    let has = image.lines().find_map(|line| line.strip_prefix("FROM rust:")).expect("an image with Rust");
    assert!(minor(has) >= minor(least), "the image's Rust {has} is new enough for {least}");
}

#[test]
fn the_composition_is_as_its_schema_wants_it_and_names_options_that_there_are() {
    let schema = ["--builtin-schema", "vendor.compose-spec"];
    judged(packaged("check-jsonschema").args(schema).arg(deploy("compose.yaml")));
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("compose.yaml");
    fs::write(&wrong, "services: {one: {image: one, prots: [80]}}\n").expect("written");
    refused(packaged("check-jsonschema").args(schema).arg(wrong), "prots");

    let [composed]: [Value; 1] = yaml(&deploy("compose.yaml")).try_into().expect("one document");
    let services = composed["services"].as_object().expect("services");
    for (name, service) in services {
        understood(name, &service["command"]);
        for (what, wanted) in [("read_only", Value::Bool(true)), ("cap_drop", Value::from(["ALL"]))] {
            assert_eq!(service[what], wanted, "{name}: {what}");
        }
    }
    let gateway = composed["networks"]["chronicle"]["ipam"]["config"][0]["gateway"].as_str().expect("an address");
    let command = services["chronicle"]["command"].as_array().expect("words");
    assert!(command.iter().any(|word| word == gateway), "who comes from the machine itself is let in: {command:?}");
}

/// The command takes these words: its help comes only where everything before it is understood.
#[track_caller]
pub(crate) fn understood(name: &str, words: &Value) {
    let words: Vec<&str> = words.as_array().expect("words").iter().map(|word| word.as_str().expect("a word")).collect();
    let mut command = Command::new(program());
    judged(command.args(&words).arg("--help"));
    let mut command = Command::new(program());
    refused(command.args(&words).args(["--no-such-option", "--help"]), "--no-such-option");
    assert!(!words.is_empty() && Path::new(words[0]).components().count() == 1, "{name}: a command comes first");
}
