//! The manifests for Kubernetes: well-formed, as narrow as they say, and of options that there are. There is no cluster here.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::containers::understood;
use crate::{deploy, judged, packaged, refused, said, yaml};

/// Manifests that are no part of the kustomization.
const BESIDE: [&str; 1] = ["setup.yaml"];

/// The files of the kustomization, and those beside it.
fn files() -> Vec<String> {
    let [kustomization]: [Value; 1] = yaml(&deploy("kubernetes/kustomization.yaml")).try_into().expect("one document");
    let listed = kustomization["resources"].as_array().expect("a list").iter();
    let listed = listed.map(|name| name.as_str().expect("a file").to_owned());
    listed.chain(BESIDE.map(str::to_owned)).collect()
}

/// Everything that they say, with the kind of each.
fn resources() -> Vec<(String, Value)> {
    let all = files().into_iter().flat_map(|file| yaml(&deploy("kubernetes").join(file)));
    all.map(|one| (one["kind"].as_str().expect("a kind").to_owned(), one)).collect()
}

/// The pods that they describe, by the name of what runs them.
fn pods() -> Vec<(String, Value)> {
    let all = resources().into_iter().filter(|(_, one)| one["spec"]["template"].is_object());
    all.map(|(_, one)| (text(&one["metadata"]["name"]), one["spec"]["template"].clone())).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The items of a list, none where there is no list.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn judge() -> Command {
    let mut judge = packaged("kubernetes-validate");
    judge.args(["--strict", "--kubernetes-version", "1.32"]);
    judge
}

#[test]
fn every_manifest_is_as_its_schema_wants_it() {
    let folder = deploy("kubernetes");
    judged(judge().args(files().iter().map(|file| folder.join(file))));
    let listed: BTreeSet<String> = files().into_iter().chain(["kustomization.yaml".to_owned()]).collect();
    let there = fs::read_dir(&folder).expect("the manifests").flatten();
    let there = there.map(|file| file.file_name().to_string_lossy().into_owned()).filter(|name| name.contains(".yaml"));
    assert_eq!(there.collect::<BTreeSet<_>>(), listed, "every file is listed, and there");

    // Where it can be had, put together by its own program.
    let built = tempfile::tempdir().expect("a folder");
    if Command::new("kubectl").arg("version").arg("--client").output().is_ok() {
        let (output, told) = said(Command::new("kubectl").arg("kustomize").arg(&folder));
        assert!(output.status.success(), "{told}");
        let file = built.path().join("all.yaml");
        fs::write(&file, &output.stdout).expect("written");
        judged(judge().arg(file));
    }
    let wrong = built.path().join("wrong.yaml");
    let manifest = fs::read_to_string(folder.join("gateways.yaml")).expect("a manifest");
    fs::write(&wrong, manifest.replace("replicas:", "replikas:")).expect("written");
    refused(judge().arg(wrong), "replikas");
}

#[test]
fn no_pod_may_more_than_it_needs() {
    let pods = pods();
    assert!(pods.len() > 3, "there are pods");
    for (name, pod) in &pods {
        let spec = &pod["spec"];
        let security = &spec["securityContext"];
        assert_eq!(security["runAsNonRoot"], true, "{name}");
        assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        assert_eq!(spec["automountServiceAccountToken"], false, "{name}");
        for container in items(&spec["containers"]).chain(items(&spec["initContainers"])) {
            let security = &container["securityContext"];
            assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(security["capabilities"]["drop"], Value::from(["ALL"]), "{name}");
            assert!(container["resources"]["limits"]["memory"].is_string(), "{name} is bounded");
        }
    }
}

#[test]
fn what_answers_is_asked_whether_it_does_and_one_of_it_may_be_away() {
    let budgets: BTreeSet<String> = resources()
        .iter()
        .filter(|(kind, _)| kind == "PodDisruptionBudget")
        .map(|(_, one)| text(&one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]))
        .collect();
    for (name, pod) in pods().iter().filter(|(name, _)| name != "setup") {
        let label = text(&pod["metadata"]["labels"]["app.kubernetes.io/name"]);
        assert!(budgets.contains(&label), "{name}: {budgets:?}");
        if label != "projector" {
            for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
                assert!(pod["spec"]["containers"][0][probe].is_object(), "{name} has a {probe}");
            }
        }
    }
    let nats = pods().into_iter().find(|(name, _)| name == "chronicle-nats").expect("the nodes").1;
    let apart = &nats["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0];
    assert_eq!(apart["topologyKey"], "kubernetes.io/hostname", "no two nodes on one machine");
    assert_eq!(apart["labelSelector"]["matchLabels"], nats["metadata"]["labels"], "of themselves");
    assert!(resources().iter().any(|(kind, one)| kind == "NetworkPolicy"
        && one["spec"]["podSelector"] == Value::Object(serde_json::Map::new())
        && one["spec"]["policyTypes"] == Value::from(["Ingress", "Egress"])
        && one["spec"]["ingress"].is_null()
        && one["spec"]["egress"].is_null()));
}

#[test]
fn manifests_name_options_that_there_are_and_what_the_reader_is_told_to_make() {
    let told = fs::read_to_string(deploy("kubernetes/README.md")).expect("what the reader is told");
    let help = said(Command::new(tests::program()).args(["serve", "--help"])).1
        + &said(Command::new(tests::program()).args(["doctor", "--help"])).1;
    for (name, pod) in pods() {
        for container in items(&pod["spec"]["containers"]) {
            if container["args"].is_array() {
                understood(&name, &container["args"]);
            }
            for variable in items(&container["env"]).map(|one| text(&one["name"])) {
                assert!(help.contains(&variable), "{name}: the command reads no {variable}");
            }
        }
        for volume in items(&pod["spec"]["volumes"]) {
            let sources: Vec<&Value> = items(&volume["projected"]["sources"]).chain([volume]).collect();
            for source in sources {
                let secret = source["secret"]["secretName"].as_str().or(source["secret"]["name"].as_str());
                let named = secret.or(source["configMap"]["name"].as_str());
                // Those of users are made in a loop over their names.
                let loops =
                    |name: &str| name.strip_prefix("nats-").is_some_and(|user| told.contains(&format!(" {user} ")));
                let made = |name: &str| told.contains(&format!(" {name} ")) || loops(name);
                assert!(named.is_none_or(made), "{name}: nobody makes {named:?}");
            }
        }
    }
}
