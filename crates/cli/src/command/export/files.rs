//! What is exported as files: where they go.

use std::path::Path;

use projector::export::together;

use crate::error::Failure;
use crate::output::Output;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Files {
    /// The one that was asked for first.
    pub(super) all: Vec<File>,
    /// Descriptions of those that are tables.
    pub(super) descriptions: Vec<String>,
    /// A name for all of them.
    pub(super) name: String,
    /// How to cite it, where the one file does not say so itself.
    pub(super) citation: Option<String>,
}

impl Files {
    /// Writes them into a folder, or prints the only one.
    pub(super) fn put(mut self, folder: Option<&Path>, output: Output) -> Result<(), Failure> {
        let Some(folder) = folder else {
            if let Some(citation) = &self.citation {
                output.remark(citation);
            }
            let text: Vec<&str> = self.all.iter().map(|file| file.text.as_str()).collect();
            return Output::bytes(text.concat().as_bytes());
        };
        let descriptions: Vec<&str> = self.descriptions.iter().map(String::as_str).collect();
        if let Some(text) = together(&self.name, &descriptions) {
            self.all.push(File { name: "datapackage.json".to_owned(), text });
        }
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Failure::Written { path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        for file in &self.all {
            let path = folder.join(&file.name);
            std::fs::write(&path, &file.text).map_err(failed(&path))?;
            output.remark(path.display());
        }
        Ok(())
    }
}
