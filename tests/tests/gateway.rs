//! A service asked by the command: the same answers, byte for byte, and the same exit codes as when the log is asked.

use tests::{Chronicle, Running};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");

/// Questions that have an answer, and questions that have none.
const QUESTIONS: &[&[&str]] = &[
    &["members", "sco"],
    &["members", "sco", "--as-of", "2017-03-01", "--status", "member"],
    &["members", "sco", "--party", "BRA"],
    &["members", "sco", "--as-of", "before:b5364d9f"],
    &["timeline", "sco", "--party", "IND", "--at-position", "73"],
    &["attendance", "sco-plus-astana-2024"],
    &["attendance", "sco-plus-astana-2024", "--party", "IND"],
    &["party", "IND", "--known-at", "2024-07-04"],
    &["person", "xi-jinping", "--as-of", "2024-07-03"],
    &["signings", "--organisation", "sco"],
    &["signings", "--meeting", "sco-astana-2024"],
    &["remarks"],
    &["remarks", "sco", "--according-to", "press"],
    &["explain", "sco", "IND"],
    &["diff", "sco", "--from", "40", "--to", "73"],
    &["diff", "sco", "--from", "2024-07-03", "--to", "2024-07-04"],
    &["members", "sco", "--token", r#"{"position":73,"at_position":73,"as_of":"2024","fold":3}"#],
    &["members", "sco", "--min-position", "74"],
    &["remarks", "--according-to", "Астана"],
    &["events"],
    &["events", "--kind", "signing,admission", "--from", "2024", "--party", "KAZ"],
    &["events", "--quarantined"],
    // None.
    &["members", "sc0"],
    &["attendance", "sco-plus-astana-2042"],
    &["party", "unn"],
    &["person", "xi-jinpin"],
    &["signings", "--instrument", "astana-declaration"],
    &["events", "--organisation", "sc0"],
    &["members", "sco", "--as-of", "after:3"],
    &["members", "sco", "--as-of", "after:0123"],
    &["members", "sco", "--at-position", "99999"],
    &["members", "sco", "--as-of", "2024-13"],
    &["members", "sco", "--token", r#"{"position":7,"as_of":"2024","fold":999}"#],
    &["diff", "sco", "--from", "1", "--to", "99999"],
    &["diff", "sco", "--from", "1", "--to", "2", "--at-position", "3"],
    // Names in place of identifiers, and in a language.
    &["find", "xi"],
    &["find", "india", "--kind", "party", "--language", "fr"],
    &["find", "shanghay"],
    &["members", "shanghai cooperation organisation", "--party", "india"],
    &["members", "sco", "--party", "Brazil", "--language", "ru"],
    &["party", "Russian Federation", "--as-of", "2010"],
    &["person", "Xi Jinping"],
    &["explain", "sco", "pakistan"],
    &["diff", "SCO", "--from", "40", "--to", "73"],
    &["signings", "--instrument", "Astana Declaration"],
    // What nobody is called.
    &["members", "Shanghai Organization"],
    &["party", "Kazakstan"],
    &["person", "nobody at all"],
];

/// A service on the chronicle, and where it answers.
fn serve(chronicle: &Chronicle) -> (Running, String) {
    let mut child = chronicle.command(["serve"]).stdin(std::process::Stdio::piped()).spawn().expect("the command runs");
    let mut said = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
    let (mut address, mut line) = (None, String::new());
    while address.is_none() && std::io::BufRead::read_line(&mut said, &mut line).is_ok_and(|length| length > 0) {
        address = line.trim().strip_prefix("answering at ").map(ToOwned::to_owned);
        line.clear();
    }
    // Handed back, to be read away.
    child.stderr = Some(said.into_inner());
    (Running::new(child), address.expect("it says where it answers"))
}

#[test]
fn a_service_answers_as_the_log_does_with_the_same_exit_codes() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    chronicle.run(["publish", HISTORY]).good();
    let (mut service, address) = serve(&chronicle);
    // It needs no chronicle of its own.
    let elsewhere = Chronicle::embedded();
    // As text, one of each kind of answer.
    let kinds = [0, 4, 5, 7, 8, 9, 11, 13, 14, 22];
    let texts = kinds.map(|number| (QUESTIONS[number], false));
    for (question, json) in QUESTIONS.iter().map(|question| (*question, true)).chain(texts) {
        let wanted = question.iter().copied().chain(json.then_some("--json"));
        let own = chronicle.run(wanted.clone());
        let asked = elsewhere.run(wanted.chain(["--gateway", address.as_str()]));
        assert_eq!((asked.code, &asked.err), (own.code, &own.err), "{question:?}, JSON: {json}");
        assert!(asked.out == own.out, "{question:?}:\n{}\nis not\n{}", asked.out, own.out);
    }
    let refused = elsewhere.run(["publish", ASTANA, "--gateway", address.as_str()]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    service.interrupt();
    let gone = elsewhere.run(["members", "sco", "--json", "--gateway", address.as_str()]);
    assert_eq!((gone.code, gone.out.as_str()), (Some(6), ""), "{}", gone.err);
}
