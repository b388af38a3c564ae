//! Files of JSON lines: every fault told, nothing too long held.

mod support;

use std::io::{self, Read};

use producer::{CheckError, check, read_lines};
use proptest::prelude::*;
use summit::MAX_DOCUMENT_BYTES;
use support::{document, id};

fn line(n: u64, wording: u8) -> String {
    String::from_utf8(document(n, wording).encode()).expect("JSON is UTF-8")
}

/// The numbers of the lines, and for each whether it is good.
fn read(bytes: &[u8]) -> Vec<(u64, bool)> {
    let lines = read_lines(bytes).map(|line| line.expect("bytes can be read"));
    lines.map(|line| (line.number, line.document.is_ok())).collect()
}

#[test]
fn blank_lines_ends_of_lines_and_a_byte_order_mark_are_accepted() {
    let (one, two, three) = (line(1, 0), line(2, 0), line(3, 0));
    let file = format!("\u{feff}{one}\r\n\r\n  \t\n{two}\n\n{three}");
    assert_eq!(read(file.as_bytes()), [(1, true), (4, true), (6, true)]);
    assert_eq!(read(format!("{one}\n\u{feff}{two}\n").as_bytes()), [(1, true), (2, false)], "only at the beginning");
    assert_eq!(read(b""), []);
    assert_eq!(read(b"\xef\xbb\xbf\r\n"), []);
}

#[test]
fn the_largest_document_is_read_and_one_byte_more_is_refused() {
    let padded = |bytes: usize| format!("{}{}", line(1, 0), " ".repeat(bytes - line(1, 0).len()));
    let fits = padded(MAX_DOCUMENT_BYTES);
    let ends = ["", "\n", "\r\n"];
    for end in ends {
        assert_eq!(read(format!("\u{feff}{fits}{end}").as_bytes()), [(1, true)]);
        for more in [1, 2, 3, 4, 5, 6, 7, 1000] {
            let file = format!("{}{end}", padded(MAX_DOCUMENT_BYTES + more));
            assert_eq!(read(file.as_bytes()), [(1, false)], "{more} bytes too many");
        }
    }
}

#[test]
fn a_line_of_any_length_is_refused_without_being_held() {
    let endless = io::repeat(b'x').take(50_000_000);
    let rest = format!("\n{}", line(2, 0));
    let lines: Vec<_> = read_lines(endless.chain(rest.as_bytes())).map(|line| line.expect("readable")).collect();
    let refused = lines[0].document.as_ref().expect_err("too long");
    assert_eq!(refused.faults[0].found, "more than 65536 bytes");
    assert_eq!(refused.faults[0].allowed, "at most 65536 bytes");
    assert_eq!((lines[1].number, lines[1].document.is_ok()), (2, true));
}

#[test]
fn a_whole_file_is_good_or_every_fault_of_it_is_told() {
    let good = format!("{}\n{}\n{}\n", line(1, 0), line(2, 0), line(1, 0));
    let documents = check(good.as_bytes()).expect("a repeat of the same is no fault");
    assert_eq!(documents.iter().map(|document| document.event().id).collect::<Vec<_>>(), [id(1), id(2), id(1)]);

    let bad = format!("{}\n{{}}\n{}\nno JSON\n{}\n", line(1, 0), line(1, 1), line(2, 0));
    let Err(CheckError::Refused(refused)) = check(bad.as_bytes()) else { panic!("it should be refused") };
    let numbers: Vec<u64> = refused.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [2, 3, 4]);
    assert!(refused[0].1.faults.len() > 1, "every fault of the line: {}", refused[0].1);
    let twice = &refused[1].1.faults[0];
    assert_eq!((twice.field.as_str(), twice.found.contains("line 1")), ("id", true), "{twice}");
}

#[test]
fn what_cannot_be_read_ends_the_input() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let file = format!("{}\n", line(1, 0));
    let mut lines = read_lines(file.as_bytes().chain(Broken));
    assert!(lines.next().is_some_and(|line| line.is_ok_and(|line| line.document.is_ok())));
    assert!(lines.next().is_some_and(|line| line.is_err()));
    assert!(lines.next().is_none());
    assert!(matches!(check(Broken), Err(CheckError::Unreadable(_))));
}

proptest! {
    #[test]
    fn any_bytes_are_read_line_by_line(bytes in prop::collection::vec(prop::sample::select(b"\n\r {}x\xef".to_vec()), 0..200)) {
        let text: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let expected: Vec<u64> = (1..).zip(text).filter(|(_, line)| !line.trim_ascii().is_empty()).map(|(n, _)| n).collect();
        let numbers: Vec<u64> = read(&bytes).iter().map(|(number, _)| *number).collect();
        prop_assert_eq!(numbers, expected);
    }
}

#[test]
fn a_document_that_grows_too_large_by_its_time_of_recording_is_refused_where_it_stands() {
    let sized = |bytes: usize| {
        let start = r#"{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"/t","type":"chronicle.founding.v1","data":{"occurred":"2001","organisation":"sco","attribution":[{"name":"t"}],"note":""#;
        let end = r#""}}"#;
        format!("{start}{}{end}", "x".repeat(bytes - start.len() - end.len()))
    };
    let read = |text: String| read_lines(text.as_bytes()).next().expect("a line").expect("read").document;
    assert!(read(sized(65_400)).is_ok());
    let refused = read(sized(65_536)).expect_err("it has no room");
    assert!(refused.faults[0].found.ends_with("bytes with the recordedtime that is filled in"), "{refused}");
    let said = sized(65_536 - 38).replace(r#""source":"#, r#""recordedtime":"2024-07-04T15:00:00Z","source":"#);
    assert_eq!(said.len(), 65_536);
    assert!(read(said).is_ok());
}
