//! Names: everyone and everything under the name that held, in the language that is wanted.

use jiff::civil::Date;
use projector::{Index, Meant, Name, Names, Record, ShownName, WantedName, What};
use serde_json::{Value, json};
use summit::{AccordingTo, Named, Position, Vantage};
use wire::Document;

/// Behind everything that the tests tell.
const TODAY: Date = jiff::civil::date(2026, 1, 1);

/// An event of a kind, recorded on a day of 2025 as late as its number.
fn event(number: usize, kind: &str, data: &Value) -> Record {
    let mut said = json!({"attribution": [{"name": "a desk"}]});
    said.as_object_mut().expect("an object").extend(data.as_object().expect("an object").clone());
    let document = json!({
        "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{number:012}"), "source": "/desks/names",
        "type": format!("chronicle.{kind}.v1"), "recordedtime": format!("2025-01-{number:02}T00:00:00Z"), "data": said,
    });
    let document = Document::decode(document.to_string().as_bytes()).expect("a good document");
    let stored_at = "2025-06-01T00:00:00Z".parse().expect("an instant");
    Record { position: Position::new(number as u64), stored_at, event: document.event().clone() }
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The index of events of these kinds, in this order.
fn index<const N: usize>(events: [(&str, Value); N]) -> Index {
    let mut index = Index::new();
    for (number, (kind, data)) in (1..).zip(events) {
        index.record(event(number, kind, &data));
    }
    index
}

fn party(code: &str) -> Named {
    Named::Party(code.parse().expect("a party"))
}

fn organisation(slug: &str) -> Named {
    Named::Organisation(slug.parse().expect("a slug"))
}

fn at(as_of: &str) -> Vantage {
    Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() }
}

fn wanted(language: &str) -> WantedName {
    WantedName { language: language.parse().expect("a language"), official: false }
}

fn shown_from(index: &Index, of: &Named, vantage: &Vantage, wanted: &WantedName) -> ShownName {
    index.view(vantage, TODAY).expect("a vantage").shown_name(of, wanted).expect("it has a name")
}

/// The name shown as of a day, in a language.
fn shown(index: &Index, of: &Named, as_of: &str, language: &str) -> String {
    shown_from(index, of, &at(as_of), &wanted(language)).name.into_owned()
}

fn names(index: &Index, of: &Named, as_of: &str) -> Names {
    index.view(&at(as_of), TODAY).expect("a vantage").names(of, &WantedName::default()).expect("known")
}

/// Each name with when it is borne and the answer.
fn told(names: &[Name]) -> Vec<(&str, &str, Option<&str>, &str)> {
    names
        .iter()
        .map(|one| {
            let until = one.until.as_ref().map(|until| until.edtf.as_str());
            (one.name.as_ref(), one.since.edtf.as_str(), until, one.answer.as_str())
        })
        .collect()
}

fn turkey() -> Index {
    index([
        (
            "naming",
            json!({"occurred": "1923-10-29", "of": {"party": "TUR"}, "name": "Turkey", "language": "en",
            "form": "short", "authority": "record"}),
        ),
        (
            "naming",
            json!({"occurred": "2022-06-02", "of": {"party": "TUR"}, "name": "Türkiye", "language": "en",
            "form": "short", "authority": "official"}),
        ),
        (
            "naming",
            json!({"occurred": "2022-06-02", "of": {"party": "TUR"}, "name": "Republic of Türkiye",
            "language": "en", "form": "official", "authority": "official"}),
        ),
        (
            "naming",
            json!({"occurred": "1923-10-29", "of": {"party": "TUR"}, "name": "Turquie", "language": "fr",
            "form": "short", "authority": "record"}),
        ),
    ])
}

#[test]
fn a_state_is_shown_under_the_name_that_held_and_in_the_wanted_language() {
    let (index, of) = (turkey(), party("TUR"));
    assert_eq!(shown(&index, &of, "2022-06-01", "en"), "Turkey");
    assert_eq!(shown(&index, &of, "2022-06-02", "en"), "Türkiye");
    assert_eq!(shown(&index, &of, "2024", "en-GB"), "Türkiye");
    assert_eq!(shown(&index, &of, "2024", "fr"), "Turquie");
    // Nobody names it in Kazakh: any name will do, an English one is none the worse for that.
    assert_eq!(shown_from(&index, &of, &at("2024"), &wanted("kk")).answer.as_str(), "yes");
    let official = WantedName { official: true, ..WantedName::default() };
    assert_eq!(shown_from(&index, &of, &at("2024"), &official).name, "Republic of Türkiye");
    assert_eq!(shown_from(&index, &of, &at("2020"), &official).name, "Turkey");
    assert_eq!(
        told(&names(&index, &of, "2022-06-02").names),
        [
            ("Turkey", "1923-10-29", Some("2022-06-02"), "no"),
            ("Turquie", "1923-10-29", None, "yes"),
            ("Republic of Türkiye", "2022-06-02", None, "yes"),
            ("Türkiye", "2022-06-02", None, "yes"),
        ]
    );
}

#[test]
fn the_name_in_iso_3166_is_the_lowest_authority_and_never_more_than_possible() {
    let index = index([
        ("admission", json!({"occurred": "1992", "organisation": "un", "party": "KAZ"})),
        (
            "naming",
            json!({"occurred": "1991-12-16", "of": {"party": "KAZ"}, "name": "Republic of Kazakhstan",
            "language": "en", "form": "official"}),
        ),
        (
            "naming",
            json!({"occurred": "1991-12-16", "of": {"party": "KGZ"}, "name": "KR", "language": "en",
            "form": "abbreviation", "authority": "official"}),
        ),
        (
            "naming",
            json!({"occurred": "1991-12-16", "of": {"party": "UZB"}, "name": "Ouzbékistan", "language": "fr",
            "form": "short", "authority": "official"}),
        ),
    ]);
    // What an event says holds surely; the standard's name stands in where nothing better is said.
    assert_eq!(shown(&index, &party("KAZ"), "2024", "en"), "Republic of Kazakhstan");
    assert_eq!(shown(&index, &party("KAZ"), "1980", "en"), "Kazakhstan");
    assert_eq!(shown(&index, &party("KGZ"), "2024", "en"), "Kyrgyzstan");
    assert_eq!(shown(&index, &party("UZB"), "2024", "en"), "Uzbekistan");
    assert_eq!(shown(&index, &party("UZB"), "2024", "fr"), "Ouzbékistan");
    let all = names(&index, &party("KGZ"), "2024");
    let standard = all.names.last().expect("the last is the standard's");
    assert_eq!((standard.name.as_ref(), standard.authority, standard.event), ("Kyrgyzstan", None, None));
    assert_eq!((standard.answer.as_str(), standard.since.edtf.as_str()), ("possibly", "../.."));
}

#[test]
fn an_organisation_that_becomes_another_keeps_its_name_until_the_next_begins() {
    let index = index([
        ("founding", json!({"occurred": "1963-05-25", "organisation": "oau", "name": "Organisation of African Unity"})),
        ("naming", json!({"occurred": "2002-07-09", "of": {"organisation": "oau"}, "name": "African Union"})),
        (
            "naming",
            json!({"occurred": "1963-05-25", "of": {"organisation": "oau"}, "name": "OAU",
            "form": "abbreviation"}),
        ),
        ("naming", json!({"occurred": "2002", "of": {"party": "oau"}, "name": "AU", "form": "abbreviation"})),
    ]);
    for of in [organisation("oau"), party("oau")] {
        assert_eq!(shown(&index, &of, "2002-07-08", "en"), "Organisation of African Unity");
        assert_eq!(shown(&index, &of, "2002-07-09", "en"), "African Union");
    }
    assert_eq!(
        told(&names(&index, &organisation("oau"), "2002-07-01").names),
        [
            ("OAU", "1963-05-25", Some("2002"), "possibly"),
            ("Organisation of African Unity", "1963-05-25", Some("2002-07-09"), "yes"),
            ("AU", "2002", None, "possibly"),
            ("African Union", "2002-07-09", None, "no"),
        ]
    );
}

#[test]
fn names_that_are_equally_possible_are_contested() {
    let naming = |occurred: &str, name: &str, authority: &str| {
        (
            "naming",
            json!({"occurred": occurred, "of": {"party": "SWZ"}, "name": name, "language": "en",
            "form": "short", "authority": authority}),
        )
    };
    let renamed = index([naming("1968", "Swaziland", "record"), naming("2018", "Eswatini", "record")]);
    let told = shown_from(&renamed, &party("SWZ"), &at("2018-04-19"), &WantedName::default());
    assert_eq!(
        (told.answer.as_str(), told.contested, told.others.as_slice()),
        ("possibly", true, &["Swaziland".to_owned()][..])
    );
    assert!(!shown_from(&renamed, &party("SWZ"), &at("2019"), &WantedName::default()).contested);
    // Two sources name it from the same day on: neither ends the other, the higher authority is shown.
    let index = index([
        naming("2018-04-19", "Eswatini", "official"),
        naming("2018-04-19", "eSwatini", "press"),
        naming("2018-04-19", "The Kingdom", "official"),
    ]);
    let told = shown_from(&index, &party("SWZ"), &at("2020"), &WantedName::default());
    assert_eq!((told.name.as_ref(), told.others.as_slice()), ("The Kingdom", &["Eswatini".to_owned()][..]));
    assert!(
        names(&index, &party("SWZ"), "2020").names.iter().take(3).all(|name| name.contested && name.until.is_none())
    );
}

#[test]
fn what_is_called_so_at_a_time_began_at_some_time_before() {
    let seen = |occurred: &str, name: &str, authority: &str| {
        (
            "naming",
            json!({"occurred": occurred, "of": {"party": "KOR"}, "name": name, "language": "en",
            "form": "short", "certainty": "implied", "authority": authority}),
        )
    };
    let index = index([
        seen("1990", "Korea, South", "record"),
        seen("2010", "Korea Rep.", "record"),
        // A weaker source that says otherwise begins nothing.
        seen("2015", "South Korea", "press"),
    ]);
    let all = names(&index, &party("KOR"), "2000");
    assert_eq!(
        told(&all.names)[..2],
        [("Korea, South", "../1990", Some("1991/2010"), "possibly"), ("Korea Rep.", "1991/2010", None, "possibly")]
    );
    assert_eq!(all.names[1].competing[0].name, "South Korea");
    assert_eq!(shown(&index, &party("KOR"), "1985", "en"), "Korea, South");
    assert_eq!(shown(&index, &party("KOR"), "2020", "en"), "Korea Rep.");
}

#[test]
fn an_alias_ends_nothing_and_a_former_name_is_over() {
    let naming = |occurred: &str, name: &str, form: &str| {
        ("naming", json!({"occurred": occurred, "of": {"organisation": "unwto"}, "name": name, "form": form}))
    };
    let index = index([
        naming("1975", "World Tourism Organization", "official"),
        naming("1980", "the tourism people", "alias"),
        naming("1990", "the other tourism people", "alias"),
        naming("1975", "WTO", "abbreviation"),
        naming("2005", "WTO", "former"),
        naming("1975", "IUOTO", "former"),
    ]);
    assert_eq!(
        told(&names(&index, &organisation("unwto"), "2010").names),
        [
            ("IUOTO", "../1975", Some("1975"), "no"),
            ("WTO", "1975", Some("2005"), "no"),
            ("World Tourism Organization", "1975", None, "yes"),
            ("the tourism people", "1980", None, "yes"),
            ("the other tourism people", "1990", None, "yes"),
        ]
    );
    assert_eq!(shown(&index, &organisation("unwto"), "1960", "en"), "IUOTO");
    assert_eq!(shown(&index, &organisation("unwto"), "2010", "en"), "World Tourism Organization");
}

#[test]
fn corrections_retractions_and_knowledge_decide_which_names_count() {
    let mut index = turkey();
    let mut correction = event(
        5,
        "naming",
        &json!({"occurred": "2022-06-03", "of": {"party": "TUR"}, "name": "Turkiye", "language": "en",
            "form": "short", "authority": "official"}),
    );
    correction.event.corrects = Some(id(2).parse().expect("an id"));
    index.record(correction);
    index.record(event(6, "retraction", &json!({"occurred": "2025", "retracts": id(5)})));
    let of = party("TUR");
    let from = |vantage: Vantage| shown_from(&index, &of, &vantage, &WantedName::default()).name.into_owned();
    assert_eq!(from(at("2024")), "Türkiye");
    assert_eq!(from(Vantage { at_position: Some(Position::new(5)), ..at("2024") }), "Turkiye");
    assert_eq!(from(Vantage { at_position: Some(Position::new(5)), ..at("2022-06-02") }), "Turkey");
    let known = |day: &str| Some(format!("{day}T00:00:00Z").parse().expect("an instant"));
    assert_eq!(from(Vantage { known_at: known("2025-01-01"), ..at("2024") }), "Turkey");
    assert_eq!(from(Vantage { known_at: known("2025-01-05"), ..at("2024") }), "Turkiye");
    let record = Some(AccordingTo::from("record"));
    assert_eq!(from(Vantage { according_to: record, ..at("2024") }), "Turkey");
}

#[test]
fn titles_and_the_names_of_people_are_said_in_passing() {
    let index = index([
        (
            "meeting",
            json!({"occurred": "2024-07-03/2024-07-04", "organisation": "sco", "meeting": "sco-2024",
            "title": "SCO summit in Astana", "authority": "press"}),
        ),
        (
            "meeting",
            json!({"occurred": "2024-07-04", "organisation": "sco", "meeting": "sco-2024",
            "title": "Meeting of the Council of Heads of State", "authority": "official"}),
        ),
        ("signing", json!({"occurred": "2024-07-04", "instrument": "declaration", "title": "Astana Declaration"})),
        (
            "attendance",
            json!({"occurred": "2024-07-04", "meeting": "sco-2024", "party": "TKM",
            "person": {"name": "Gurbanguly Berdimuhamedow"}, "level": "HIGHREP"}),
        ),
        (
            "attendance",
            json!({"occurred": "2024-07-04", "meeting": "sco-2024", "party": "TKM",
            "person": {"name": "Gurbanguly Berdymukhamedov", "id": "gurbanguly-berdimuhamedow"}, "authority": "press"}),
        ),
        (
            "naming",
            json!({"occurred": "2024", "of": {"person": "serdar-berdimuhamedow"}, "name": "Serdar Berdimuhamedow"}),
        ),
    ]);
    let meeting = Named::Meeting("sco-2024".parse().expect("a slug"));
    assert_eq!(shown(&index, &meeting, "2025", "en"), "Meeting of the Council of Heads of State");
    assert_eq!(
        shown(&index, &Named::Instrument("declaration".parse().expect("a slug")), "2025", "en"),
        "Astana Declaration"
    );
    let person = |slug: &str| Named::Person(slug.parse().expect("a slug"));
    let gurbanguly = names(&index, &person("gurbanguly-berdimuhamedow"), "2025");
    let spellings: Vec<&str> = gurbanguly.names.iter().map(|name| name.name.as_ref()).collect();
    assert_eq!(spellings, ["Gurbanguly Berdimuhamedow", "Gurbanguly Berdymukhamedov"]);
    // Two spellings are no dispute.
    let shown_name = gurbanguly.shown.expect("he has a name");
    assert_eq!((shown_name.name.as_ref(), shown_name.contested), ("Gurbanguly Berdymukhamedov", false));
    assert_eq!(shown(&index, &person("serdar-berdimuhamedow"), "2025", "en"), "Serdar Berdimuhamedow");
}

/// Who heads a delegation as an event names them, and as they are shown; then whose place they took.
fn heads(index: &Index, as_of: &str, language: &str) -> Vec<(String, String)> {
    let view = index.view(&at(as_of), TODAY).expect("a vantage").showing(wanted(language));
    let rows = view.attendance(&"summit".parse().expect("a slug")).expect("it is named").delegations;
    let named = rows.into_iter().flat_map(|row| {
        let members = row.members.into_iter().map(|one| (Some(one.person), one.person_name));
        let head = [(row.person, row.person_name), (row.in_lieu_of, row.in_lieu_of_name)];
        head.into_iter().chain(members).collect::<Vec<_>>()
    });
    let told = named.filter_map(|(person, name)| Some((person?.name, name?.into_owned())));
    told.collect()
}

#[test]
fn whoever_took_part_is_shown_under_the_name_that_held_and_what_was_said_stays_beside_it() {
    let index = index([
        (
            "attendance",
            json!({"occurred": "2024-07-04", "meeting": "summit", "party": "CHN", "level": "FM",
            "person": {"name": "Mr Wang", "id": "wang-yi"}, "in_lieu_of": {"name": "Xi", "id": "xi-jinping"}}),
        ),
        (
            "attendance",
            json!({"occurred": "2024-07-04", "meeting": "summit", "party": "TKM", "level": "HS",
            "person": {"name": "Berdimuhamedow", "id": "serdar-berdimuhamedow"}}),
        ),
        (
            "attendance",
            json!({"occurred": "2024-07-04", "meeting": "summit", "party": "TKM", "level": "HIGHREP",
            "person": {"name": "Berdimuhamedow", "id": "gurbanguly-berdimuhamedow"}}),
        ),
        (
            "attendance",
            json!({"occurred": "2024-07-04", "meeting": "summit", "party": "IND", "person": {"name": "A minister"}}),
        ),
        ("naming", json!({"occurred": "1953", "of": {"person": "xi-jinping"}, "name": "Xi Jinping", "language": "en"})),
        ("naming", json!({"occurred": "1953", "of": {"person": "xi-jinping"}, "name": "习近平", "language": "zh"})),
        (
            "naming",
            json!({"occurred": "2006", "of": {"person": "gurbanguly-berdimuhamedow"},
            "name": "Gurbanguly Berdimuhamedow", "language": "en"}),
        ),
        (
            "naming",
            json!({"occurred": "2022", "of": {"person": "serdar-berdimuhamedow"},
            "name": "Serdar Berdimuhamedow", "language": "en"}),
        ),
        (
            "naming",
            json!({"occurred": "2030", "of": {"person": "wang-yi"}, "name": "Wang the Elder", "language": "en"}),
        ),
    ]);
    let pairs = |told: &[(String, String)]| -> Vec<String> {
        told.iter().map(|(said, shown)| format!("{said}: {shown}")).collect()
    };
    let english = [
        "Mr Wang: Mr Wang",
        "Xi: Xi Jinping",
        "A minister: A minister",
        "Berdimuhamedow: Serdar Berdimuhamedow",
        "Berdimuhamedow: Gurbanguly Berdimuhamedow",
    ];
    assert_eq!(pairs(&heads(&index, "2024-12", "en")), english);
    assert_eq!(pairs(&heads(&index, "2024-12", "zh-Hans"))[1], "Xi: 习近平");
    assert_eq!(pairs(&heads(&index, "2031", "en"))[0], "Mr Wang: Wang the Elder");
    // Whoever asks for no names is shown none.
    let view = index.view(&at("2024-12"), TODAY).expect("a vantage");
    let rows = view.attendance(&"summit".parse().expect("a slug")).expect("it is named").delegations;
    assert!(rows.iter().all(|row| row.person.is_some() && row.person_name.is_none()));
}

/// What is found, each with what bears the name, how it fits and whether it is borne.
fn found(index: &Index, text: &str, as_of: &str) -> Vec<String> {
    let hits = index.view(&at(as_of), TODAY).expect("a vantage").find(text, None).hits;
    let told = hits.iter().map(|hit| {
        let of = serde_json::to_string(&hit.of).expect("JSON");
        let by = serde_json::to_value(hit.by).expect("JSON");
        let matched = hit.matched.as_ref().map(|one| format!("{} {}", one.name, one.answer)).unwrap_or_default();
        format!("{of} {} {matched}", by.as_str().unwrap_or_default())
    });
    told.collect()
}

#[test]
fn two_presidents_of_one_surname_are_told_apart() {
    let attendance = |year: &str, name: &str| {
        ("attendance", json!({"occurred": year, "meeting": "cis", "party": "TKM", "person": {"name": name}}))
    };
    let index = index([
        attendance("2021", "Gurbanguly Berdimuhamedow"),
        attendance("2023", "Serdar Berdimuhamedow"),
        (
            "naming",
            json!({"occurred": "2006", "of": {"person": "gurbanguly-berdimuhamedow"},
            "name": "Gurbanguly Berdymukhamedov", "form": "alias"}),
        ),
    ]);
    assert_eq!(
        found(&index, "berdimuhamedow", "2025"),
        [
            r#"{"person":"gurbanguly-berdimuhamedow"} words Gurbanguly Berdimuhamedow yes"#,
            r#"{"person":"serdar-berdimuhamedow"} words Serdar Berdimuhamedow yes"#,
        ]
    );
    assert_eq!(
        found(&index, "Berdymukhamedov", "2025"),
        [r#"{"person":"gurbanguly-berdimuhamedow"} words Gurbanguly Berdymukhamedov yes"#]
    );
}

/// The identifier of what is meant by a name; all of them where several are.
fn meant(index: &Index, what: What, text: &str, as_of: &str) -> Vec<String> {
    let found = index.view(&at(as_of), TODAY).expect("a vantage").find(text, Some(what));
    match Meant::of(&found) {
        Meant::One(hit) => vec![hit.identifier().to_owned()],
        Meant::Several(hits) => hits.into_iter().map(|hit| hit.identifier().to_owned()).collect(),
        Meant::Nothing => Vec::new(),
    }
}

#[test]
fn an_identifier_in_other_letters_is_meant_only_where_nothing_bears_the_name() {
    let naming = |occurred: &str, of: &str, name: &str| {
        ("naming", json!({"occurred": occurred, "of": {"organisation": of}, "name": name, "form": "abbreviation"}))
    };
    let index = index([
        naming("1975", "tourism", "WTO"),
        naming("2005", "tourism", "UNWTO"),
        naming("1995", "wto", "WTO"),
        naming("1995", "who", "World Health Organization"),
    ]);
    for (text, as_of, of) in [
        ("WTO", "1980", "tourism"),
        ("WTO", "2010", "wto"),
        ("wto ", "2010", "wto"),
        ("WHO", "2010", "who"),
        (" who ", "2010", "who"),
    ] {
        assert_eq!(meant(&index, What::Organisation, text, as_of), [of], "{text} as of {as_of}");
    }
}

#[test]
fn a_name_means_the_one_that_bears_it_or_else_the_one_that_did() {
    let index = turkey();
    for (text, as_of) in
        [("Turkey", "2020"), ("turkey", "2024"), ("TÜRKIYE", "2024"), ("Turquie", "2024"), ("tur", "2024")]
    {
        assert_eq!(meant(&index, What::Party, text, as_of), ["TUR"], "{text} as of {as_of}");
    }
    assert_eq!(meant(&index, What::Organisation, "Turkey", "2024"), Vec::<String>::new());
    assert_eq!(meant(&index, What::Party, "Turk", "2024"), Vec::<String>::new());
    let naming = |occurred: &str, of: &str, name: &str| {
        ("naming", json!({"occurred": occurred, "of": {"organisation": of}, "name": name, "form": "abbreviation"}))
    };
    let index = self::index([
        naming("1975", "tourism", "WTO"),
        naming("2005", "tourism", "UNWTO"),
        naming("1995", "trade", "WTO"),
    ]);
    assert_eq!(meant(&index, What::Organisation, "WTO", "1990"), ["tourism"]);
    assert_eq!(meant(&index, What::Organisation, "WTO", "2000"), ["tourism", "trade"]);
    assert_eq!(meant(&index, What::Organisation, "WTO", "2010"), ["trade"]);
    assert_eq!(meant(&index, What::Organisation, "WTO", "1970"), ["tourism", "trade"]);
}

#[test]
fn an_abbreviation_that_changed_its_owner_is_found_for_both() {
    let naming = |occurred: &str, of: &str, name: &str, form: &str| {
        ("naming", json!({"occurred": occurred, "of": {"organisation": of}, "name": name, "form": form}))
    };
    let index = index([
        naming("1975", "unwto", "WTO", "abbreviation"),
        naming("2005", "unwto", "UNWTO", "abbreviation"),
        naming("1975", "unwto", "World Tourism Organization", "official"),
        naming("2005", "wto", "WTO", "abbreviation"),
        naming("1995", "wto", "World Trade Organization", "official"),
    ]);
    assert_eq!(
        found(&index, "WTO", "2010"),
        [r#"{"organisation":"wto"} identifier WTO yes"#, r#"{"organisation":"unwto"} name WTO no"#]
    );
    assert_eq!(
        found(&index, "w.t.o.", "2000"),
        [r#"{"organisation":"unwto"} name WTO yes"#, r#"{"organisation":"wto"} name WTO no"#]
    );
    assert_eq!(
        found(&index, "world t", "2010"),
        [
            r#"{"organisation":"wto"} beginning World Trade Organization yes"#,
            r#"{"organisation":"unwto"} beginning World Tourism Organization yes"#,
        ]
    );
    assert_eq!(found(&index, "tourism", "2010"), [r#"{"organisation":"unwto"} words World Tourism Organization yes"#]);
    assert_eq!(
        found(&index, "turism organisation", "2010"),
        [r#"{"organisation":"unwto"} alike World Tourism Organization yes"#]
    );
    assert_eq!(found(&index, "", "2010"), Vec::<String>::new());
    assert_eq!(found(&index, "  -- ", "2010"), Vec::<String>::new());
}
