//! What a desk puts on record, and who may read where that needs a token.

use crate::stage::{ASTANA, Stage};

#[test]
fn a_desk_records_corrects_and_retracts_and_what_is_stored_is_what_it_was_shown() {
    let (stage, _) = Stage::guarded(&[ASTANA], &["publisher", "--organisations", "all"]);
    stage.story("record");
}

#[test]
fn who_has_a_token_signs_in_with_a_browser_and_reads_until_it_is_revoked() {
    let (stage, id) = Stage::guarded(&[ASTANA], &["reader"]);
    let mut story = stage.telling("signin");
    while let Some(line) = story.line() {
        let by = ["--source", "/desks/test", "--attribution", "Test desk"];
        let about = ["admission", "--organisation", "sco", "--party", "MNG", "--occurred", "2031"];
        match line.as_str() {
            "recorded" => stage.chronicle.run([&["record"][..], &about, &by].concat()).good(),
            "revoked" => stage.chronicle.run(["token", "revoke", &id]).good(),
            other => panic!("{other}"),
        };
        story.say(&format!("{line}: done"));
    }
    story.told();
}
