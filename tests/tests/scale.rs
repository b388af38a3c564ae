//! `deploy/scale.md` says what follows from what was measured and assumed: its tables are reckoned here, none is typed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tests::console::BLESS;

const DAYS_A_YEAR: f64 = 365.0;
const SECONDS_A_DAY: f64 = 86_400.0;
const SECONDS_AN_HOUR: f64 = 3600.0;
const MICROSECONDS: f64 = 1e6;
const GB: f64 = 1e9;
/// Everything that the tables are reckoned from.
const FOLDER: &str = "deploy/scale";

/// What `bench --json` wrote.
#[derive(Deserialize)]
struct Figures {
    events: u64,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    line: String,
    measured: Measured,
}

#[derive(Deserialize)]
struct Measured {
    what: String,
    unit: String,
    ours: Spread,
    theirs: Option<Spread>,
    /// Microseconds for each: client and server of ours, client and server of the reference.
    processor: Option<[f64; 4]>,
}

#[derive(Deserialize)]
struct Spread {
    median: f64,
}

/// What nobody measured.
#[derive(Deserialize)]
struct Assumed {
    peak_to_average: f64,
    years_kept: f64,
    machine: Machine,
    gb_beside_each_index_or_node: f64,
    prices: Prices,
    hours_a_month: f64,
    streams: Vec<Stream>,
    growth_of_streams_since: f64,
    who: Vec<Who>,
}

#[derive(Deserialize)]
struct Machine {
    cores: f64,
    memory_gb: f64,
    disk_gb: f64,
}

#[derive(Deserialize)]
struct Prices {
    core_hour: f64,
    memory_gb_hour: f64,
    disk_gb_month: f64,
}

#[derive(Deserialize)]
struct Stream {
    name: String,
    source: String,
    events: f64,
    days: f64,
}

#[derive(Deserialize)]
struct Who {
    name: String,
    /// None: those of all the streams.
    events_a_day: Option<f64>,
    readers: f64,
    questions_a_second: f64,
    /// Servers that keep a copy of the log each.
    nodes: f64,
    /// Processes that hold an index: services and workers.
    indexes: f64,
    archives: f64,
}

/// One figure of a run, and which line of the benchmark said it.
struct Figure {
    what: &'static str,
    line: &'static str,
    /// How many events the run was of.
    events: u64,
    value: f64,
    unit: &'static str,
}

/// Everything that the tables are reckoned from.
struct Inputs {
    figures: Vec<Figure>,
    assumed: Assumed,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project").to_owned()
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let path = root().join(FOLDER).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All runs that were kept, each of other lines.
fn runs() -> Vec<Figures> {
    let files =
        std::fs::read_dir(root().join(FOLDER)).expect("the folder").map(|file| file.expect("a file").file_name());
    let mut names: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names.iter().filter(|name| name.starts_with("measured")).map(|name| read(name)).collect()
}

/// What one line says in that unit, and in a run of how many events.
fn find<'a>(runs: &'a [Figures], line: &str, what: &str, unit: &str) -> (&'a Measured, u64) {
    let all = runs.iter().flat_map(|run| run.lines.iter().map(move |one| (one, run.events)));
    let mut all =
        all.filter(|(one, _)| one.line == line && one.measured.what.contains(what) && one.measured.unit == unit);
    let (found, events) = all.next().unwrap_or_else(|| panic!("the line {line} has no “{what}” in {unit}"));
    assert!(all.next().is_none(), "the line {line} has “{what}” in {unit} more than once");
    (&found.measured, events)
}

/// Where in what was measured a figure stands.
#[derive(Clone, Copy)]
enum Place {
    Ours,
    Theirs,
    /// Of ours: the client, and the server; of the reference the same.
    Processor(usize),
}

/// A name, where it stands (the line, what it does, its unit, the place), and the unit of the figure.
type Named = (&'static str, [&'static str; 3], Place, &'static str);

const FIGURES: [Named; 22] = {
    use Place::{Ours, Processor, Theirs};
    const PUBLISH: [&str; 3] = ["publish-many", "", "a second"];
    const REBUILD: [&str; 3] = ["rebuild", "from the log", "a second"];
    const VIEWS: [&str; 3] = ["views", "one event", "µs"];
    const TWO: [&str; 3] = ["workers", "2 workers", "a second"];
    const FOUR: [&str; 3] = ["workers", "4 workers", "a second"];
    [
        ("published by many callers", PUBLISH, Ours, "events a second"),
        ("… the publisher's processor time", PUBLISH, Processor(0), "µs an event"),
        ("… the server's", PUBLISH, Processor(1), "µs an event"),
        ("published by one caller who awaits each", ["publish-one", "", "a second"], Ours, "events a second"),
        ("read from the log, decoded and filed", REBUILD, Processor(0), "µs an event"),
        ("… the server's", REBUILD, Processor(1), "µs an event"),
        ("one event into the views", VIEWS, Ours, "µs"),
        ("… in a tenth of the history", VIEWS, Theirs, "µs"),
        ("published views, one worker", TWO, Theirs, "events a second"),
        ("… its processor time", TWO, Processor(2), "µs an event"),
        ("… the server's", TWO, Processor(3), "µs an event"),
        ("published views, two workers", TWO, Ours, "events a second"),
        ("… the processor time of both", TWO, Processor(0), "µs an event"),
        ("… the server's, with two", TWO, Processor(1), "µs an event"),
        ("published views, four workers", FOUR, Ours, "events a second"),
        ("… the processor time of all four", FOUR, Processor(0), "µs an event"),
        ("… the server's, with four", FOUR, Processor(1), "µs an event"),
        ("told to a reader of changes", ["many-readers", "", "a core-second"], Processor(0), "µs a frame"),
        ("members asked over HTTP", ["view-over-http", "", "a core-second"], Processor(0), "µs a question"),
        ("the log on disk", ["sizes", "the log", "bytes"], Ours, "bytes an event"),
        ("the archive on disk", ["sizes", "the archive", "bytes"], Ours, "bytes an event"),
        ("memory of an index", ["fold", "memory", "bytes"], Ours, "bytes an event"),
    ]
};

impl Inputs {
    fn read() -> Self {
        let runs = runs();
        let figure = |(name, [line, what, unit], place, of): Named| {
            let (measured, events) = find(&runs, line, what, unit);
            let value = match place {
                Place::Ours => measured.ours.median,
                Place::Theirs => measured.theirs.as_ref().expect("it has a reference").median,
                Place::Processor(which) => measured.processor.expect("it counts processor time")[which],
            };
            assert!(value > 0.0 && value.is_finite(), "{name}: {value}");
            Figure { what: name, line, events, value, unit: of }
        };
        Self { figures: FIGURES.map(figure).into(), assumed: read("assumed.json") }
    }

    /// The figure of that name, of a line.
    fn figure(&self, line: &str, what: &str) -> f64 {
        let found = self.figures.iter().find(|one| one.line == line && one.what == what);
        found.unwrap_or_else(|| panic!("no “{what}” of {line}")).value
    }

    fn streams(&self) -> f64 {
        let each = self.assumed.streams.iter().map(|stream| stream.events / stream.days);
        each.sum::<f64>() * self.assumed.growth_of_streams_since
    }

    fn needs(&self, who: &Who) -> Needs {
        let assumed = &self.assumed;
        let a_day = who.events_a_day.unwrap_or_else(|| self.streams());
        let average = a_day / SECONDS_A_DAY;
        let (peak, kept) = (average * assumed.peak_to_average, a_day * DAYS_A_YEAR * assumed.years_kept);
        let publishing = self.figure("publish-many", "… the publisher's processor time")
            + self.figure("publish-many", "… the server's");
        let following = self.figure("rebuild", "read from the log, decoded and filed")
            + self.figure("rebuild", "… the server's")
            + self.figure("views", "one event into the views");
        let publishing_views =
            self.figure("workers", "… its processor time") + self.figure("workers", "… the server's");
        let frames = peak * who.readers * self.figure("many-readers", "told to a reader of changes");
        let questions = who.questions_a_second * self.figure("view-over-http", "members asked over HTTP");
        let index_gb = kept * self.figure("fold", "memory of an index") / GB;
        let log_gb = kept * self.figure("sizes", "the log on disk") / GB;
        let archive_gb = kept * self.figure("sizes", "the archive on disk") / GB;
        let cores_at_peak =
            (peak * (publishing + who.indexes * following + publishing_views) + frames + questions) / MICROSECONDS;
        let processes = who.nodes + who.indexes;
        Needs {
            a_day,
            average,
            peak,
            kept,
            log_gb,
            archive_gb,
            index_gb,
            cores_at_peak,
            rebuild_hours: kept * self.figure("rebuild", "read from the log, decoded and filed")
                / MICROSECONDS
                / SECONDS_AN_HOUR,
            cores: cores_at_peak.ceil().max(processes),
            memory_gb: index_gb * who.indexes + assumed.gb_beside_each_index_or_node * processes,
            disk_gb: log_gb * who.nodes + archive_gb * who.archives,
            frames_a_second: peak * who.readers,
        }
    }

    /// Each limit, and what share of it somebody takes.
    fn limits(&self, who: &Who) -> Vec<(&'static str, f64)> {
        let (needs, machine) = (self.needs(who), &self.assumed.machine);
        let one_thread = |microseconds: f64| needs.peak * microseconds / MICROSECONDS;
        let spread = |microseconds: f64| microseconds / MICROSECONDS / who.indexes / machine.cores;
        vec![
            ("publishing", needs.peak / self.figure("publish-many", "published by many callers")),
            ("a worker reads everything", one_thread(self.figure("rebuild", "read from the log, decoded and filed"))),
            ("following", one_thread(self.figure("views", "one event into the views"))),
            ("published views", needs.peak / self.figure("workers", "published views, one worker")),
            ("readers", spread(needs.frames_a_second * self.figure("many-readers", "told to a reader of changes"))),
            ("questions", spread(who.questions_a_second * self.figure("view-over-http", "members asked over HTTP"))),
            ("memory of an index", needs.index_gb / machine.memory_gb),
            ("disk of a node", needs.log_gb / machine.disk_gb),
        ]
    }

    /// Every table, by the name of its place.
    fn tables(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("measured", self.measured()),
            ("assumed", self.assumed()),
            ("streams", self.list_of_streams()),
            ("growth", self.growth()),
            ("limits", self.table_of_limits()),
            ("first", self.first()),
            ("cost", self.cost()),
            ("workers", self.workers()),
        ])
    }

    fn measured(&self) -> String {
        let rows = self.figures.iter().map(|one| {
            vec![
                one.what.to_owned(),
                format!("{} {}", short(one.value), one.unit),
                format!("`{}`", one.line),
                short_count(one.events),
            ]
        });
        table(&["what", "measured", "line", "`--events`"], rows)
    }

    fn assumed(&self) -> String {
        let rows = self.assumed.who.iter().map(|who| {
            let a_day = self.needs(who).a_day;
            let counts = [a_day, who.readers, who.questions_a_second, who.nodes, who.indexes, who.archives].map(short);
            [vec![who.name.clone()], counts.to_vec()].concat()
        });
        let head = [
            "who",
            "events a day",
            "readers of all changes",
            "questions a second",
            "copies of the log",
            "processes with an index",
            "archives",
        ];
        let (assumed, machine, prices) = (&self.assumed, &self.assumed.machine, &self.assumed.prices);
        format!(
            "{}\nAt its peak, {} times the average; {} years are kept. A machine has {} cores, {} GB of memory and {} GB of disk; \
             each process takes a core at least, and {} GB beside its index. A core costs {} an hour, a GB of memory {} an hour, a \
             GB of disk {} a month, and a month has {} hours.\n",
            table(&head, rows),
            short(assumed.peak_to_average),
            short(assumed.years_kept),
            short(machine.cores),
            short(machine.memory_gb),
            short(machine.disk_gb),
            short(assumed.gb_beside_each_index_or_node),
            prices.core_hour,
            prices.memory_gb_hour,
            prices.disk_gb_month,
            short(assumed.hours_a_month),
        )
    }

    fn list_of_streams(&self) -> String {
        let rows = self.assumed.streams.iter().map(|stream| {
            vec![
                format!("[{}]({})", stream.name, stream.source),
                short(stream.events),
                short(stream.events / stream.days),
            ]
        });
        format!(
            "{}\nTogether, times {} for what they have grown since: {} a day.\n",
            table(&["stream", "told", "a day"], rows),
            short(self.assumed.growth_of_streams_since),
            short(self.streams()),
        )
    }

    fn growth(&self) -> String {
        let rows = self.assumed.who.iter().map(|who| {
            let needs = self.needs(who);
            let figures = [
                needs.average,
                needs.peak,
                needs.kept,
                needs.log_gb,
                needs.archive_gb,
                needs.index_gb,
                needs.cores_at_peak,
                needs.rebuild_hours,
            ];
            [vec![who.name.clone()], figures.map(short).to_vec()].concat()
        });
        let head = [
            "who",
            "events a second",
            "at the peak",
            "events kept",
            "log, GB a node",
            "archive, GB",
            "index, GB a process",
            "cores busy at the peak",
            "hours to read all anew",
        ];
        table(&head, rows)
    }

    fn table_of_limits(&self) -> String {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for who in &self.assumed.who {
            let limits = self.limits(who);
            let first = first(&limits);
            for (number, (name, share)) in limits.iter().enumerate() {
                if rows.len() <= number {
                    rows.push(vec![(*name).to_owned()]);
                }
                let share = format!("{} %", short(share * 100.0));
                rows[number].push(if *name == first.0 { format!("**{share}**") } else { share });
            }
        }
        let names = self.assumed.who.iter().map(|who| who.name.as_str());
        table(&[vec!["limit"], names.collect()].concat(), rows)
    }

    fn first(&self) -> String {
        let rows = self.assumed.who.iter().map(|who| {
            let (name, share) = first(&self.limits(who));
            let when = match name {
                "memory of an index" | "disk of a node" => {
                    format!("in {} years", short(self.assumed.years_kept / share))
                }
                "questions" => format!("at {} times as many questions", short(1.0 / share)),
                "readers" => format!("at {} times as many readers", short(1.0 / share)),
                _ => format!("at {} times the events", short(1.0 / share)),
            };
            vec![who.name.clone(), name.to_owned(), when]
        });
        table(&["who", "first limit", "met"], rows)
    }

    fn cost(&self) -> String {
        let (prices, hours) = (&self.assumed.prices, self.assumed.hours_a_month);
        let rows = self.assumed.who.iter().map(|who| {
            let needs = self.needs(who);
            let (core_hours, memory) = (needs.cores * hours, needs.memory_gb);
            let money = core_hours * prices.core_hour
                + memory * hours * prices.memory_gb_hour
                + needs.disk_gb * prices.disk_gb_month;
            let machines = (needs.cores / self.assumed.machine.cores)
                .max(memory / self.assumed.machine.memory_gb)
                .max(needs.disk_gb / self.assumed.machine.disk_gb)
                .ceil()
                .max(who.nodes);
            let figures = [core_hours, machines * hours, memory, needs.disk_gb, money];
            [vec![who.name.clone()], figures.map(short).to_vec()].concat()
        });
        table(&["who", "core-hours a month", "machine-hours a month", "memory, GB", "disk, GB", "money a month"], rows)
    }

    fn workers(&self) -> String {
        let rows = [
            ("1", "published views, one worker", "… its processor time", "… the server's"),
            ("2", "published views, two workers", "… the processor time of both", "… the server's, with two"),
            ("4", "published views, four workers", "… the processor time of all four", "… the server's, with four"),
        ];
        let rows = rows.map(|(count, rate, own, server)| {
            let [rate, own, server] = [rate, own, server].map(|what| self.figure("workers", what));
            let each = own / count.parse::<f64>().expect("a number");
            [vec![count.to_owned()], [rate, own, each, server].map(short).to_vec()].concat()
        });
        table(&["workers", "events a second", "µs an event, of all workers", "of each", "of the server"], rows)
    }
}

/// What somebody takes.
struct Needs {
    a_day: f64,
    average: f64,
    peak: f64,
    kept: f64,
    /// On each node.
    log_gb: f64,
    /// Each.
    archive_gb: f64,
    /// In each process.
    index_gb: f64,
    cores_at_peak: f64,
    rebuild_hours: f64,
    cores: f64,
    memory_gb: f64,
    disk_gb: f64,
    frames_a_second: f64,
}

/// The limit of which the most is taken.
fn first(limits: &[(&'static str, f64)]) -> (&'static str, f64) {
    *limits.iter().max_by(|one, other| one.1.total_cmp(&other.1)).expect("there are limits")
}

/// Two digits that say something, and how many thousands.
fn short(figure: f64) -> String {
    let (scaled, unit) = match figure {
        _ if figure >= 1e9 => (figure / 1e9, " billion"),
        _ if figure >= 1e6 => (figure / 1e6, " million"),
        _ if figure >= 1e4 => (figure / 1e3, " thousand"),
        _ => (figure, ""),
    };
    let digits = match scaled {
        _ if scaled.fract() == 0.0 || scaled >= 100.0 => format!("{scaled:.0}"),
        _ if scaled >= 10.0 => format!("{scaled:.1}"),
        _ if scaled >= 0.1 => format!("{scaled:.2}"),
        _ if scaled >= 0.0001 => format!("{scaled:.4}"),
        _ => "under 0.0001".to_owned(),
    };
    format!("{digits}{unit}")
}

fn short_count(count: u64) -> String {
    short(f64::from(u32::try_from(count).expect("fewer than four thousand million")))
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// The text with every table in its place; of what has none, the name.
fn filled(text: &str, tables: &BTreeMap<&'static str, String>, places: &[&'static str]) -> String {
    let mut text = text.to_owned();
    for place in places {
        let (begin, end) = (format!("<!-- reckoned: {place} -->\n"), "<!-- end -->");
        let from =
            text.find(&begin).unwrap_or_else(|| panic!("there is no place for the table “{place}”")) + begin.len();
        let to = from + text[from..].find(end).unwrap_or_else(|| panic!("the table “{place}” has no end"));
        text.replace_range(from..to, &format!("\n{}\n", tables[place]));
    }
    text
}

#[test]
fn the_tables_of_growth_follow_from_what_was_measured_and_assumed() {
    let tables = Inputs::read().tables();
    let files: [(&str, &[&str]); 2] = [
        ("deploy/scale.md", &["measured", "assumed", "streams", "growth", "limits", "first", "cost"]),
        ("tests/bench/README.md", &["workers"]),
    ];
    for (file, places) in files {
        let path = root().join(file);
        let stands = std::fs::read_to_string(&path).expect("it is there");
        let reckoned = filled(&stands, &tables, places);
        if std::env::var_os(BLESS).is_some() {
            std::fs::write(&path, reckoned).expect("it can be written");
            continue;
        }
        let differing = stands.lines().zip(reckoned.lines()).find(|(one, other)| one != other);
        assert!(stands == reckoned, "{file} says something else: {differing:?}; {BLESS}=1 writes it");
    }
}

#[test]
fn everybody_takes_more_of_every_limit_with_more_events() {
    let mut inputs = Inputs::read();
    let of = |inputs: &Inputs| inputs.limits(&inputs.assumed.who[0]);
    let before = of(&inputs);
    let events = inputs.assumed.who[0].events_a_day.expect("a desk has its own");
    inputs.assumed.who[0].events_a_day = Some(events * 2.0);
    for ((name, once), (_, twice)) in before.into_iter().zip(of(&inputs)) {
        let ratio = twice / once;
        let expected = if name == "questions" { 1.0 } else { 2.0 };
        assert!((ratio - expected).abs() < 1e-9, "{name}: {ratio} times as much for twice the events");
    }
}
