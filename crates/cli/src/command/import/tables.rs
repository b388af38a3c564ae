//! The tables that are imported: pictures, spells, treaty acts.

use clap::Args;
use jiff::Timestamp;
use producer::import::{Column, Mapping, Snapshots, Spells, TreatyActs};
use summit::{InstrumentId, Status, When};

use super::spelling::meaning;
use super::table::{Columns, Table, spellings};
use crate::ask::Shell;
use crate::error::Failure;

/// Import repeated pictures of who belongs where: only what changed from one to the next is published
///
/// The file is a table of comma-separated values with a line of column names, compressed by gzip or not. The rows of one
/// date (EDTF, such as 1990) are one picture, and pictures come in their order. Each change becomes a standing with the
/// picture before as its "previous"; a pair that is missing from a picture becomes a "none", which is implied.
///
/// With --edition-column the same dates may be told by several editions, one after the other: each says what was known in
/// its time, as --known-at asks. What an edition no longer says of the dates that it tells again, it takes back.
///
/// The file is read twice: first all of it is checked, then changes are published. A row that is no good is rejected, not
/// the file, and what it may speak of is left unsaid; exit code 4 tells that there were some. Ids are derived from what the
/// rows say: after an interruption, the same command sends what is missing, and once more nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle import snapshots factbook.csv.gz --authority record --source \"The World Factbook\"
  chronicle import snapshots table.csv --source \"My table\" --column date=year --status-map oberver=observer --dry-run
  chronicle import snapshots table.csv --source \"My table\" --party-map XKX=kosovo --rejects rejects.csv
  chronicle import snapshots yearbooks.csv --source \"The yearbook\" --edition-column edition")]
pub(super) struct Pictures {
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    columns: Columns,
    /// What a spelling of the file means; repeats
    #[arg(long, value_name = "TEXT=STATUS", value_parser = meaning::<Status>)]
    status_map: Vec<(String, String)>,
    /// The column of the edition that tells a picture: an instant, or a date, at whose end in UTC it was on record
    #[arg(long, value_name = "NAME")]
    edition_column: Option<String>,
}

impl Pictures {
    pub(super) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mut mapping = Mapping { statuses: spellings(&self.status_map), ..self.table.mapping() };
        let columns = [Column::Date, Column::Party, Column::Organisation, Column::Status];
        self.columns.put(&mut mapping, &columns)?;
        let Some(edition) = &self.edition_column else {
            return self.table.import(shell, |file| Snapshots::read(file, mapping.clone())).await;
        };
        mapping.columns.insert(Column::Edition, edition.trim().to_owned());
        let now = Timestamp::now();
        self.table.import(shell, |file| Snapshots::read_editions(file, mapping.clone(), now)).await
    }
}

/// Import from when until when parties held a status
///
/// The file is a table of comma-separated values, compressed by gzip or not, with the columns organisation, party, status,
/// from and until; also manner, suspensions, note and url, where they are there. Each row becomes an admission and, where it ended, a
/// withdrawal; a spell that begins when the one before ended, replaces it. Dates are EDTF; 1991..1992 means one of the days
/// from 1991 to 1992. An end that is empty, .. or 9999-12-31 is open; a beginning that is empty or .. is not known: then a
/// standing says that the status was held before it ended. Rows that overlap others of their party are rejected.
///
/// The file is read twice: first all of it is checked, then published; exit code 4 tells that rows were rejected. Ids are
/// derived from what the rows say: after an interruption, the same command sends what is missing, and once more nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle import spells members.csv --authority record --source \"Correlates of War\"
  chronicle import spells members.csv --source \"My table\" --column from=start --column until=end --delimiter \";\"
  chronicle export sco --format csv > spells.csv
  chronicle import spells spells.csv --source \"The other chronicle\"")]
pub(super) struct SpellTable {
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    held: Held,
}

/// What is held, and when where no date says so.
#[derive(Debug, Args)]
struct Held {
    /// What a spelling of the file means; repeats
    #[arg(long, value_name = "TEXT=STATUS", value_parser = meaning::<Status>)]
    status_map: Vec<(String, String)>,
    /// When the file was true: a status of which it gives no date, was held then
    #[arg(long, value_name = "DATE")]
    stated: Option<When>,
}

impl Held {
    fn mapping(&self, table: &Table) -> Mapping {
        Mapping { statuses: spellings(&self.status_map), stated: self.stated.clone(), ..table.mapping() }
    }
}

impl SpellTable {
    pub(super) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mut mapping = self.held.mapping(&self.table);
        self.columns.put(&mut mapping, &Spells::COLUMNS)?;
        self.table.import(shell, |file| Spells::read(file, mapping.clone())).await
    }
}

/// Import who belonged where from a Popolo document
///
/// The file is JSON, compressed by gzip or not. Of its memberships those of organisations in organisations are read:
/// `member`, `organization_id`, `role` (the status; member where there is none), `start_date` and `end_date`. They become
/// what `import spells` makes of rows; a rejected one is told by its place among the memberships. Those of persons are
/// passed over.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle export sco --format popolo > sco.json
  chronicle import popolo sco.json --authority record --source \"The other chronicle\"")]
pub(super) struct Popolo {
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    held: Held,
}

impl Popolo {
    pub(super) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mapping = self.held.mapping(&self.table);
        self.table.import(shell, |file| Spells::popolo(file, mapping.clone())).await
    }
}

/// Import who signed and ratified which instrument, and when it was in force
///
/// The file is a table of comma-separated values, compressed by gzip or not, with the columns party, instrument, signature,
/// ratification, `entry_into_force` and end; also title, form, organisation, note and url, where they are there. Each date
/// becomes an act of the party; dates are EDTF, and any of them may be empty. Behind the date of a ratification may stand
/// what it was: r ratification, A acceptance, AA approval, a accession, d succession, s definitive signature, c formal
/// confirmation, or deposit; behind that of an end: denunciation or termination, which is meant where nothing stands.
///
/// The file is read twice: first all of it is checked, then published; exit code 4 tells that rows were rejected. Ids are
/// derived from what the rows say: after an interruption, the same command sends what is missing, and once more nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle import treaty-acts treaties.csv --authority record --source \"United Nations Treaty Collection\"
a row of which may be:
  KAZ,convention-on-the-high-seas,,1997-01-08 a,1997-02-07,")]
pub(super) struct ActTable {
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    columns: Columns,
    /// What a spelling of the file means; repeats
    #[arg(long, value_name = "TEXT=INSTRUMENT", value_parser = meaning::<InstrumentId>)]
    instrument_map: Vec<(String, String)>,
}

impl ActTable {
    pub(super) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mut mapping = Mapping { instruments: spellings(&self.instrument_map), ..self.table.mapping() };
        self.columns.put(&mut mapping, &TreatyActs::<&[u8]>::COLUMNS)?;
        self.table.import(shell, |file| TreatyActs::read(file, mapping.clone())).await
    }
}
