//! Rejected rows, told with their reasons.

use std::fmt::Display;
use std::fs::File;
use std::io;
use std::path::Path;

use producer::import::Reject;

use crate::error::Failure;
use crate::output;

/// How many rejected rows are told where no file takes them.
const TOLD: u64 = 20;

/// Where rejected rows go: to a file, or the first of them to standard error.
pub(super) struct Rejects<'a> {
    table: &'a Path,
    file: Option<(&'a Path, csv::Writer<File>)>,
    told: u64,
}

impl<'a> Rejects<'a> {
    /// Of a table, to a file where there is one.
    pub(super) fn new(table: &'a Path, file: Option<&'a Path>) -> Result<Self, Failure> {
        let file = file.map(|path| {
            let mut file = csv::Writer::from_path(path).map_err(|error| unwritten(path, error))?;
            file.write_record(["line", "column", "found", "allowed"]).map_err(|error| unwritten(path, error))?;
            Ok::<_, Failure>((path, file))
        });
        Ok(Self { table, file: file.transpose()?, told: 0 })
    }

    pub(super) fn take(&mut self, reject: &Reject) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.file {
            let line = reject.line.to_string();
            let mut faults = reject.faults.iter();
            return faults
                .try_for_each(|fault| file.write_record([&line, &fault.field, &fault.found, &fault.allowed]))
                .map_err(|error| unwritten(path, error));
        }
        self.told += 1;
        if self.told <= TOLD {
            output::say(&format!("{}:{}: {reject}\n", self.table.display(), reject.line));
        }
        Ok(())
    }

    /// All are taken.
    pub(super) fn end(self) -> Result<(), Failure> {
        if let Some((path, mut file)) = self.file {
            return file.flush().map_err(|error| unwritten(path, error));
        }
        if let Some(more) = self.told.checked_sub(TOLD).filter(|more| *more > 0) {
            output::say(&format!("and {more} more\n"));
        }
        Ok(())
    }
}

fn unwritten(path: &Path, error: impl Display) -> Failure {
    Failure::System {
        what: "write the rejected rows",
        source: io::Error::other(format!("{}: {error}", path.display())),
    }
}
