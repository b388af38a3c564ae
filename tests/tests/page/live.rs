//! What is new, as it is published.

use crate::stage::{ASTANA, HISTORY, Stage};

#[test]
fn what_is_published_appears_on_open_pages_and_a_service_that_dies_and_comes_back_loses_and_repeats_nothing() {
    let mut stage = Stage::told(&[ASTANA, HISTORY]);
    let mut story = stage.telling("live");
    while let Some(line) = story.line() {
        if line != "killed, recorded and started" {
            println!("{line}");
            continue;
        }
        stage.served.running.kill();
        stage.served.running.end();
        let options = ["--organisation", "sco", "--party", "MNG", "--occurred", "2031"];
        let by = ["--source", "/desks/test", "--attribution", "Test desk"];
        stage.chronicle.run([&["record", "admission"][..], &options, &by].concat()).good();
        stage.served.kill_and_start_again(&stage.chronicle);
        story.say(&format!("{line}: done"));
    }
    story.told();
}
