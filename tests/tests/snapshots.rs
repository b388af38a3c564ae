//! Snapshots through the real command: one is written when the log has grown enough, and whatever becomes of it, answers
//! stay the same.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tests::{Chronicle, Finished, NatsServer, Running, wait};

/// What is told of a snapshot that is not used.
const SET_ASIDE: &str = "is set aside";
/// More than must come before a snapshot is written.
const EVENTS: u32 = 20_000;

/// The id of the event with a number: they are spread as hashes are.
fn id(number: u32) -> String {
    format!("{:08x}-0000-4000-8000-{number:012x}", number.wrapping_mul(2_654_435_761))
}

/// So many claims on twenty organisations, some of them corrected.
fn documents(count: u32) -> String {
    let mut lines = String::new();
    for number in 0..count {
        let (organisation, party) = (number % 20, number / 20 % 150);
        let year = 1950 + number * 7 % 70;
        let corrects = if number % 25 == 24 { format!(r#""corrects":"{}","#, id(number - 20)) } else { String::new() };
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"{}","source":"/desks/{organisation}",{corrects}"type":"chronicle.standing.v1","recordedtime":"2024-07-04T10:00:00Z","data":{{"occurred":"{year}","organisation":"org-{organisation}","party":"party-{party}","status":"{}","authority":"record","attribution":[{{"name":"Yearbook {year}"}}]}}}}"#,
            id(number),
            ["member", "observer", "none"][(number / 3 % 3) as usize],
        )
        .expect("a string takes what is written");
    }
    lines
}

/// A chronicle with so many events.
fn chronicle(count: u32) -> Chronicle {
    filled(Chronicle::embedded(), count)
}

fn filled(chronicle: Chronicle, count: u32) -> Chronicle {
    let file = chronicle.data().parent().expect("a folder").join("events.jsonl");
    fs::write(&file, documents(count)).expect("written");
    let acks = chronicle.run(["publish".as_ref(), file.as_os_str()]).good();
    assert_eq!(acks.lines().count(), count as usize);
    chronicle
}

fn ask(chronicle: &Chronicle) -> Finished {
    chronicle.run(["members", "org-7", "--json", "--as-of", "2000", "-v"])
}

/// The snapshots of a chronicle whose names end so.
fn files(chronicle: &Chronicle, ending: &str) -> Vec<PathBuf> {
    within(&chronicle.data().join("snapshots"), ending)
}

/// The files in a directory whose names end so.
fn within(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

#[test]
fn answers_are_the_same_with_a_snapshot_without_and_with_a_bad_one() {
    let chronicle = chronicle(EVENTS);
    assert_eq!(files(&chronicle, ""), [] as [PathBuf; 0], "publishing keeps none");
    let first = ask(&chronicle);
    assert!(first.err.contains("up to position 0,") && first.err.contains("wrote the snapshot"), "{}", first.err);
    let expected = first.good();
    let events = chronicle.run(["events", "--organisation", "org-3"]).good();
    let [path] = files(&chronicle, "").try_into().expect("one snapshot");
    let good = fs::read(&path).expect("a snapshot");

    let from = |finished: &Finished, position: u32| {
        assert!(finished.err.contains(&format!("up to position {position},")), "{}", finished.err);
    };
    let second = ask(&chronicle);
    from(&second, EVENTS);
    assert_eq!((second.err.contains("wrote"), second.good()), (false, expected.clone()));
    assert_eq!(chronicle.run(["events", "--organisation", "org-3"]).good(), events);

    // Bits flipped in many places, the pages that are asked for among them.
    let mut flipped = good.clone();
    flipped.iter_mut().skip(200).step_by(2000).for_each(|byte| *byte ^= 4);
    let cut = good[..good.len() / 2].to_vec();
    let mut newer = good.clone();
    newer[20] = 9;
    for (bad, told) in [(flipped.clone(), "damaged"), (cut, "cut short"), (newer, "of format 9"), (vec![], "cut short")]
    {
        fs::write(&path, bad).expect("written");
        let asked = ask(&chronicle);
        assert_eq!(asked.err.matches(SET_ASIDE).count(), 1, "{}", asked.err);
        assert!(asked.err.contains(told), "{told}: {}", asked.err);
        assert_eq!(asked.good(), expected, "{told}");
        assert_eq!(files(&chronicle, ".bad").len(), 1);
        let again = ask(&chronicle);
        from(&again, EVENTS);
        assert_eq!((again.err.contains(SET_ASIDE), again.good()), (false, expected.clone()));
    }

    // What reads all of it finds it out too.
    fs::write(&path, flipped).expect("written");
    let told = chronicle.run(["events", "--organisation", "org-3"]);
    assert_eq!((told.err.matches(SET_ASIDE).count(), told.good()), (1, events));

    // Where none can be kept, nobody is bothered.
    let folder = chronicle.data().join("snapshots");
    fs::remove_dir_all(&folder).expect("removed");
    fs::write(&folder, "in the way").expect("written");
    let asked = ask(&chronicle);
    assert!(asked.err.contains("no snapshot is written"), "{}", asked.err);
    assert_eq!(asked.good(), expected);
    let quiet = chronicle.run(["members", "org-7", "--json", "--as-of", "2000"]);
    assert_eq!((quiet.err.as_str(), quiet.out), ("", expected));
}

/// Starts `serve` and waits until it has said all of these.
fn serve(chronicle: &Chronicle, said: &[&str]) -> Running {
    let mut serve = chronicle.spawn(["-v", "serve"]);
    let told = |serve: &mut Running| {
        let all = serve.said();
        assert!(serve.ended().is_none(), "{all}");
        all
    };
    wait("the projector to tell", || told(&mut serve), |all| said.iter().all(|one| all.contains(one)));
    serve
}

/// The last few events of an organisation, as who watches from before them is told.
fn watched(chronicle: &Chronicle, tail: u32) -> Vec<String> {
    let since = (tail - 100).to_string();
    let watch = chronicle.spawn(["watch", "events", "--organisation", "org-7", "--json", "--since", &since]);
    (0..5).map(|_| watch.line().expect("an event")).collect()
}

#[test]
fn who_follows_begins_from_the_newest_good_snapshot_and_who_serves_keeps_one() {
    let tail = EVENTS / 2;
    let chronicle = chronicle(tail);
    let told = watched(&chronicle, tail);
    let whole = format!("the log is whole up to position {tail}");
    let mut first = serve(&chronicle, &["up to position 0, and", "wrote the snapshot", "serving version 1", &whole]);
    assert!(first.interrupt().success());
    let [path] = files(&chronicle, "").try_into().expect("one snapshot");

    let from_there = format!("up to position {tail}, and");
    let mut second = serve(&chronicle, &[&from_there, "serving version 1", &whole]);
    assert!(second.interrupt().success());
    assert_eq!(watched(&chronicle, tail), told, "also what lies before the snapshot");

    let mut bytes = fs::read(&path).expect("a snapshot");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("written");
    let mut third = serve(&chronicle, &[SET_ASIDE, "up to position 0, and", "wrote the snapshot", "serving version 1"]);
    assert_eq!(third.said().matches(SET_ASIDE).count(), 1);
    assert!(third.interrupt().success());
    assert_eq!(watched(&chronicle, tail), told);
}

#[test]
fn a_snapshot_of_another_chronicle_is_not_taken() {
    let server = NatsServer::start();
    let (one, other) = (filled(Chronicle::on(&server.url()), EVENTS / 2), chronicle(EVENTS / 2 + 50));
    ask(&one).good();
    let expected = chronicle_without_snapshots(&other);
    // On a server that was named, the snapshots of each log have a directory of their own.
    let [directory] = files(&one, "Z").try_into().expect("one log");
    let [path] = within(&directory, ".snapshot").try_into().expect("one snapshot");
    assert!(ask(&one).err.contains("up to position 10000,"));
    let foreign = other.data().join("snapshots").join(path.file_name().expect("a name"));
    fs::create_dir_all(foreign.parent().expect("a folder")).expect("a folder");
    fs::copy(path, foreign).expect("copied");
    let asked = ask(&other);
    assert!(asked.err.contains("of another chronicle"), "{}", asked.err);
    assert_eq!(asked.good(), expected);
}

/// The answer of a chronicle that keeps no snapshot.
fn chronicle_without_snapshots(chronicle: &Chronicle) -> String {
    let answer = ask(chronicle).good();
    fs::remove_dir_all(chronicle.data().join("snapshots")).expect("removed");
    answer
}

#[test]
fn a_command_that_is_killed_while_it_writes_a_snapshot_leaves_nothing_that_is_believed() {
    let chronicle = chronicle(EVENTS / 2);
    let expected = chronicle_without_snapshots(&chronicle);
    for round in 0..8_u64 {
        let mut asking = chronicle.spawn(["members", "org-7", "--json", "--as-of", "2000"]);
        assert_eq!(asking.line().map(|line| line + "\n"), Some(expected.clone()), "round {round}");
        let written = || {
            let unfinished = files(&chronicle, ".unfinished").first().and_then(|path| fs::metadata(path).ok());
            unfinished.map(|file| file.len()).or_else(|| files(&chronicle, ".snapshot").first().map(|_| u64::MAX))
        };
        wait("a snapshot under way", written, |length| length.is_some_and(|length| length >= round * 30_000));
        asking.kill();
        asking.end();
        let next = ask(&chronicle);
        assert_eq!((next.err.contains(SET_ASIDE), next.good()), (false, expected.clone()), "round {round}");
        assert_eq!(files(&chronicle, ".unfinished"), [] as [PathBuf; 0], "round {round}");
        fs::remove_dir_all(chronicle.data().join("snapshots")).expect("removed");
    }
}
