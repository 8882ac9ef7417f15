//! Exports of every shape that people have, into a [`Snapshot`].
//!
//! Each shape is brought into one of two: Active Directory into LDIF, the tenant into the JSON of
//! Graph; [`crate::snapshot`] reads those. Errors keep the line of the file that was given.
//!
//! | of Active Directory | of the tenant |
//! |---|---|
//! | LDIF of ldifde, ldapsearch, Samba | JSON of Graph: each of [`Part`] |
//! | CSV of csvde | `Get-Mg… \| ConvertTo-Json` |
//! | CSV, JSON of `Get-ADUser`, `Get-ADObject` | CSV of `Get-MgUser`, `Get-MsolUser`, the portal |
//!
//! The shape follows from the content, as do encoding and delimiter. What an export has lost is an
//! error that names the command which keeps it, unless [`Input::accept_loss`] takes it as it is.
//!

//! - [`columns`]: headers of one's own
//! - [`pseudonym`]: a snapshot without the names in it

mod active_directory;
pub mod columns;
mod delimited;
mod loss;
pub mod pseudonym;
mod shape;
mod table;
mod tenant;
#[cfg(test)]
mod tests;
mod value;

use mock_ad::ldif;
use mock_cloud::graph::Part;

use crate::snapshot::{self, Files, Lab, Problem, Snapshot, SourceFile};
use columns::Columns;
use loss::Report;
use shape::Shape;

/// What is to be imported.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Exports of one domain.
    pub ad: Vec<SourceFile>,
    /// Exports of further forests that are synced to the same tenant, those of each together.
    pub further: Vec<Vec<SourceFile>>,
    /// Exports of the tenant, each with the part it holds where somebody said so.
    pub cloud: Vec<(Option<Part>, SourceFile)>,
    /// What no export says.
    pub lab: Lab,
    /// Headers that are not the usual ones.
    pub columns: Columns,
    /// Take exports that have lost something as they are, and say so.
    pub accept_loss: bool,
}

/// Reads all exports, or says everything that is wrong with them.
pub fn read(input: &Input) -> Result<Snapshot, Vec<Problem>> {
    let mut report = Report::new(input.accept_loss);
    let mut converted = Vec::new();
    let mut files = Files {
        lab: input.lab.clone(),
        ..Files::default()
    };
    let mut forest = |exports: &[SourceFile]| -> Vec<SourceFile> {
        let mut read = Vec::new();
        for file in exports {
            match directory_file(file, input, &mut report) {
                Some(Read::AsItIs) => read.push(file.clone()),
                Some(Read::Rows(text)) => {
                    converted.push(file.name.clone());
                    read.push(renamed(file, text));
                }
                None => {}
            }
        }
        read
    };
    files.ad = forest(&input.ad);
    files.further = input
        .further
        .iter()
        .map(|exports| forest(exports))
        .collect();
    for (part, file) in &input.cloud {
        for (part, read) in tenant_file(*part, file, input, &mut report) {
            files.cloud.push(match read {
                Read::AsItIs => (part, file.clone()),
                Read::Rows(text) => {
                    converted.push(file.name.clone());
                    (part, renamed(file, text))
                }
            });
        }
    }
    let Report {
        problems, notes, ..
    } = report;
    // What is not there because it could not be converted is told already.
    let lengths = |of: &[Vec<SourceFile>]| of.iter().map(Vec::len).collect::<Vec<_>>();
    let is_whole =
        files.ad.len() == input.ad.len() && lengths(&files.further) == lengths(&input.further);
    let is_told = |file: &SourceFile| {
        problems
            .iter()
            .any(|it| it.is_fatal && it.problem.file == file.name)
    };
    let has_tenant = !input.cloud.iter().any(|(_, file)| is_told(file));
    let result = match (is_whole, has_tenant) {
        (true, true) => snapshot::read(&files),
        (ad, cloud) => Err(snapshot::problems(&files, ad, cloud)),
    };
    let mut all: Vec<Problem> = problems.into_iter().map(|found| found.problem).collect();
    match result {
        Ok(mut snapshot) if all.is_empty() => {
            snapshot.notes.extend(notes);
            Ok(snapshot)
        }
        Ok(_) => Err(all),
        Err(found) => {
            all.extend(found.into_iter().map(|mut problem| {
                if converted.contains(&problem.file) {
                    // The column is that of our text, not of theirs.
                    problem.column = 0;
                }
                problem
            }));
            Err(all)
        }
    }
}

/// How a file is taken.
enum Read {
    /// It is what the snapshot has.
    AsItIs,
    /// Its rows, in the form that the snapshot has.
    Rows(String),
}

fn renamed(file: &SourceFile, text: String) -> SourceFile {
    SourceFile {
        name: file.name.clone(),
        bytes: text.into_bytes(),
    }
}

fn directory_file(file: &SourceFile, input: &Input, report: &mut Report) -> Option<Read> {
    let Ok((text, _)) = ldif::decode(&file.bytes) else {
        // The loader says where it breaks off.
        return Some(Read::AsItIs);
    };
    let shape = shape::of(&text);
    if let Shape::Ldif = shape {
        shape::ldif_end(file, &text, report);
        return Some(Read::AsItIs);
    }
    if let Shape::Json = shape {
        let form = shape::cloud_json(&text);
        if form.part.is_some() && !form.is_directory {
            report.refuse(
                file,
                1,
                "this is an export of the tenant",
                "give it to `--cloud`",
            );
            return None;
        }
    }
    let Some(table) = table::Source::open(&text, shape, &file.name, report) else {
        report.refuse(file, 1, shape.refusal(), loss::EXPORT_AD);
        return None;
    };
    let converter = active_directory::Converter::new(file, &input.columns, shape);
    converter.run(table, report).map(Read::Rows)
}

fn tenant_file(
    part: Option<Part>,
    file: &SourceFile,
    input: &Input,
    report: &mut Report,
) -> Vec<(Part, Read)> {
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let named = part.or_else(|| Part::from_file_name(name));
    let Ok((text, _)) = ldif::decode(&file.bytes) else {
        let help = "copy the file again in binary mode, or export it again";
        report.refuse(file, 1, "the file breaks off inside a character", help);
        return Vec::new();
    };
    let shape = shape::of(&text);
    if let Shape::Json = shape {
        let form = shape::cloud_json(&text);
        if form.is_directory {
            let message = "this is an export of Active Directory";
            report.refuse(file, 1, message, "give it to `--ad`");
            return Vec::new();
        }
        if let Some(part) = named.or(form.part)
            && form.is_graph
        {
            return vec![(part, Read::AsItIs)];
        }
        if named.is_none() && form.part.is_none() {
            let message = "the file does not say which part of the tenant it holds";
            report.refuse(file, 1, message, &name_the_part());
            return Vec::new();
        }
    }
    let Some(table) = table::Source::open(&text, shape, &file.name, report) else {
        report.refuse(file, 1, shape.refusal(), loss::EXPORT_CLOUD);
        return Vec::new();
    };
    let part = named.unwrap_or(Part::Users);
    tenant::Converter::new(file, part, &input.columns, shape)
        .run(table, report)
        .into_iter()
        .map(|(part, text)| (part, Read::Rows(text)))
        .collect()
}

fn name_the_part() -> String {
    let names = Part::ALL.map(Part::file_name).join(", ");
    format!("give the file one of these names: {names}; or say it: `--cloud users=FILE`")
}
