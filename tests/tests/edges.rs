//! Which crate may know which: the edges of the architecture, read from the manifests.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may read, beside the libraries of others. Nothing else is allowed.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("summit", &[]),
    ("wire", &["summit"]),
    ("chronicle", &["summit"]),
    ("chronicle-nats", &["chronicle", "summit"]),
    ("producer", &["summit", "wire", "chronicle"]),
    ("projector", &["summit", "wire", "chronicle"]),
    ("gateway", &["summit", "wire", "chronicle", "producer", "projector"]),
    ("cli", &["summit", "wire", "chronicle", "chronicle-nats", "producer", "projector", "gateway"]),
    ("tests", &["summit", "wire", "chronicle", "chronicle-nats", "projector"]),
    ("bench", &["summit", "wire", "chronicle", "chronicle-nats", "producer", "projector", "tests"]),
];
/// Libraries that only one crate may name; the benchmark measures ours beside them.
const OWNED: [(&str, &str); 6] = [
    ("async-nats", "chronicle-nats"),
    ("axum", "gateway"),
    ("clap", "cli"),
    ("sd-notify", "cli"),
    ("icalendar", "projector"),
    ("atom_syndication", "projector"),
];

fn read() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec();
    let metadata = metadata.expect("cargo reads the workspace");
    let names = |package: &cargo_metadata::Package| {
        let normal = package.dependencies.iter().filter(|one| one.kind == DependencyKind::Normal);
        normal.map(|one| one.name.clone()).collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), names(package))).collect()
}

#[test]
fn no_crate_reads_another_than_the_design_allows() {
    let packages = read();
    let known: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(packages.keys().map(String::as_str).collect::<BTreeSet<_>>(), known, "every crate has its line");
    for (name, allowed) in ALLOWED {
        let ours: Vec<&String> = packages[name].iter().filter(|one| packages.contains_key(*one)).collect();
        let strangers: Vec<_> = ours.iter().filter(|one| !allowed.contains(&one.as_str())).collect();
        assert!(strangers.is_empty(), "{name} may not read {strangers:?}");
    }
}

#[test]
fn only_one_crate_names_the_client_of_the_server_one_http_one_the_command_line_and_one_calendars_and_feeds() {
    for (library, owner) in OWNED {
        for (name, dependencies) in read() {
            assert!(
                name == owner || name == "bench" || !dependencies.contains(library),
                "{name} names {library}, which is {owner}'s"
            );
        }
    }
}
