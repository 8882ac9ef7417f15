//! Rows of Active Directory into LDIF.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{
    AttributeDefinition, AttributeId, LinkDirection, ObjectGuid, Schema, Syntax, Value,
    generalized_time,
};
use mock_ad::ldif;

use super::columns::{COMPUTED, Columns, DIRECTORY, IGNORE};
use super::loss::{EXPORT_AD, Report};
use super::shape::Shape;
use super::table::{Cell, Item, Record, Source};
use super::value;
use crate::snapshot::SourceFile;

/// What a column means.
#[derive(Debug, Clone)]
enum Target {
    Name,
    Guid,
    Class,
    /// Whether an account may sign in, which the control flags would say.
    Enabled,
    /// An attribute, and whether the column has its own name rather than another one.
    Attribute(AttributeId, bool),
    Ignored,
    Unknown,
}

/// Turns the rows of one file into LDIF.
pub(super) struct Converter<'a> {
    file: &'a str,
    columns: &'a Columns,
    schema: Schema,
    is_csvde: bool,
    targets: Vec<Target>,
    losses: Vec<Losses>,
    /// Values that could not be read, by column: how many, the first line, the first value.
    misread: Vec<Losses>,
    out: String,
}

/// What a column has lost.
#[derive(Debug, Clone, Default)]
struct Losses {
    count: usize,
    line: usize,
    example: String,
}

impl Losses {
    fn add(&mut self, line: usize, text: &str) {
        if self.count == 0 {
            self.line = line;
            self.example = text.chars().take(70).collect();
        }
        self.count += 1;
    }
}

impl<'a> Converter<'a> {
    pub(super) fn new(file: &'a SourceFile, columns: &'a Columns, shape: Shape) -> Self {
        Self {
            file: &file.name,
            columns,
            schema: Schema::standard(),
            is_csvde: matches!(shape, Shape::Csvde(_)),
            targets: Vec::new(),
            losses: Vec::new(),
            misread: Vec::new(),
            out: String::new(),
        }
    }

    /// The LDIF, unless the file has nothing that could be in it.
    pub(super) fn run(mut self, mut table: Source<'_>, report: &mut Report) -> Option<String> {
        let mut count = 0;
        let mut entry = Vec::new();
        self.learn(&table);
        let has_name = || self.targets.iter().any(|it| matches!(it, Target::Name));
        if !table.names.is_empty() && !has_name() {
            let message = "no column holds the distinguished name, without which no entry has a \
                           place";
            let help = format!("{EXPORT_AD}; or name the column with `--columns`");
            report.broken(self.file, table.header_line, message.to_owned(), &help);
            self.lost_in(&mut table, report);
            self.tell(&table, report);
            return None;
        }
        while let Some(record) = table.next(self.file, report) {
            self.learn(&table);
            count += 1;
            self.record(record, &mut entry, report);
        }
        if count == 0 && report.problems.is_empty() {
            let file = SourceFile {
                name: self.file.to_owned(),
                bytes: Vec::new(),
            };
            report.refuse(&file, 1, "the export has no entries", EXPORT_AD);
            return None;
        }
        self.missing(&table, report);
        self.tell(&table, report);
        (!self.out.is_empty()).then_some(self.out)
    }

    /// What names that are new mean.
    fn learn(&mut self, table: &Source<'_>) {
        for name in table.names.iter().skip(self.targets.len()) {
            self.targets.push(target(name, &self.schema, self.columns));
        }
        self.losses.resize_with(self.targets.len(), Losses::default);
        self.misread
            .resize_with(self.targets.len(), Losses::default);
    }

    /// Looks for losses in rows that give no entries.
    fn lost_in(&mut self, table: &mut Source<'_>, report: &mut Report) {
        while let Some(record) = table.next(self.file, report) {
            self.learn(table);
            for (place, cell) in &record.cells {
                if let Cell::Lost(text) = cell {
                    self.losses[*place].add(record.line, text);
                }
            }
        }
    }

    fn record(
        &mut self,
        record: Record<'_>,
        entry: &mut Vec<(AttributeId, bool, Vec<Value>)>,
        report: &mut Report,
    ) {
        entry.clear();
        let (mut dn, mut guid, mut classes, mut enabled) = (None, None, Vec::new(), None);
        for (place, cell) in record.cells {
            let cell = match cell {
                Cell::Lost(text) => {
                    self.losses[place].add(record.line, &text);
                    continue;
                }
                cell => cell,
            };
            match self.targets[place] {
                Target::Name => dn = cell.text().map(str::to_owned),
                Target::Guid => {
                    guid = guid_bytes(&cell);
                    if guid.is_none() {
                        self.misread[place].add(record.line, cell.text().unwrap_or("a list"));
                    }
                }
                Target::Class => classes = texts(&cell),
                Target::Enabled => enabled = cell.text().and_then(value::flag),
                Target::Attribute(id, is_own) => {
                    let definition = self.schema.definition(id);
                    match values(definition, &cell) {
                        Ok(values) => entry.push((id, is_own, values)),
                        Err(text) => self.misread[place].add(record.line, &text),
                    }
                }
                Target::Ignored | Target::Unknown => {}
            }
        }
        let Some(dn) = dn else {
            let message = "the row has no distinguished name".to_owned();
            report.broken(self.file, record.line, message, EXPORT_AD);
            return;
        };
        if let Some(enabled) = enabled
            && !entry
                .iter()
                .any(|(id, ..)| *id == AttributeId::USER_ACCOUNT_CONTROL)
        {
            let flags = if enabled { 512 } else { 514 };
            entry.push((
                AttributeId::USER_ACCOUNT_CONTROL,
                true,
                vec![Value::Integer(flags)],
            ));
        }
        // Properties with two names come twice; the attribute's own is the one that counts.
        entry.sort_by_key(|(id, is_own, _)| (*id, !is_own));
        entry.dedup_by_key(|(id, ..)| *id);
        let _ = writeln!(self.out, "{}{}", ldif::LINE_OF, record.line);
        let mut write = |name: &str, value: &Value| ldif::write_value(&mut self.out, name, value);
        write("dn", &Value::from(dn.as_str()));
        if classes.is_empty() {
            classes.push("user".to_owned());
        }
        for class in classes {
            write("objectClass", &Value::from(class.as_str()));
        }
        if let Some(guid) = guid {
            write("objectGUID", &Value::from(guid.as_slice()));
        }
        for (id, _, values) in entry {
            let name = self.schema.name(*id);
            for value in values {
                ldif::write_value(&mut self.out, name, value);
            }
        }
        self.out.push('\n');
    }

    /// What the export should have and has not.
    fn missing(&self, table: &Source<'_>, report: &mut Report) {
        let has = |wanted: AttributeId| {
            let mut all = self.targets.iter();
            all.any(|it| matches!(it, Target::Attribute(id, _) if *id == wanted))
        };
        if !self.targets.iter().any(|it| matches!(it, Target::Class)) {
            let message = "no column says what kind of object each is (objectClass): all are taken \
                           for users";
            report.loss(self.file, table.header_line, message, EXPORT_AD);
        }
        // csvde leaves out what nobody has; others write the columns that were asked for.
        let wanted = [
            AttributeId::PROXY_ADDRESSES,
            AttributeId::MAIL,
            AttributeId::USER_PRINCIPAL_NAME,
        ];
        let missing: Vec<&str> = wanted
            .into_iter()
            .filter(|id| !self.is_csvde && !has(*id))
            .map(|id| self.schema.name(id))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "the export lacks {}: matching needs them",
                missing.join(", ")
            );
            report.loss(self.file, table.header_line, &message, EXPORT_AD);
        }
    }

    fn tell(&self, table: &Source<'_>, report: &mut Report) {
        let mut unknown = Vec::new();
        for (place, name) in table.names.iter().enumerate() {
            let lost = &self.losses[place];
            if lost.count > 0 && !matches!(self.targets[place], Target::Ignored) {
                let (count, example) = (lost.count, &lost.example);
                let message = format!(
                    "values of `{name}` are lost ({count} in the file): the export holds \
                     `{example}` in their place"
                );
                report.loss(self.file, lost.line, &message, EXPORT_AD);
            }
            let misread = &self.misread[place];
            if misread.count > 0 {
                let (count, example) = (misread.count, &misread.example);
                let message =
                    format!("`{name}` can't be read ({count} in the file), such as `{example}`");
                let is_time = matches!(&self.targets[place], Target::Attribute(id, _)
                    if self.schema.definition(*id).syntax == Syntax::Time);
                if is_time {
                    // The form of a country: which is the month is nothing to guess, and no time
                    // decides who matches whom.
                    report.note(self.file, &format!("line {}: {message}", misread.line));
                } else {
                    report.loss(self.file, misread.line, &message, EXPORT_AD);
                }
            }
            if matches!(self.targets[place], Target::Unknown) {
                unknown.push(format!("`{name}`"));
            }
        }
        if !unknown.is_empty() {
            let names = unknown.join(", ");
            let text =
                format!("columns that are no attributes are left out: {names} (`--columns`)");
            report.note(self.file, &text);
        }
    }
}

fn target(name: &str, schema: &Schema, columns: &Columns) -> Target {
    let chosen = columns.target(name);
    let lower = name.to_lowercase();
    if chosen == Some(IGNORE) || chosen.is_none() && COMPUTED.contains(&&*lower) {
        return Target::Ignored;
    }
    let alias = DIRECTORY.iter().find(|(alias, _)| *alias == lower);
    let meant = chosen.or(alias.map(|(_, meant)| *meant)).unwrap_or(name);
    match meant.to_lowercase().as_str() {
        "distinguishedname" => return Target::Name,
        "objectguid" => return Target::Guid,
        "objectclass" => return Target::Class,
        "enabled" => return Target::Enabled,
        _ => {}
    }
    let Some(id) = schema.attribute(meant) else {
        return Target::Unknown;
    };
    let definition = schema.definition(id);
    let follows = definition
        .link
        .is_some_and(|it| it.direction() == LinkDirection::Back);
    if follows {
        return Target::Ignored;
    }
    Target::Attribute(
        id,
        chosen.is_some() || definition.name.eq_ignore_ascii_case(name),
    )
}

fn texts(cell: &Cell<'_>) -> Vec<String> {
    let text = |item: &Item<'_>| match item {
        Item::Text(text) => value::list(text),
        Item::Bytes(_) => Vec::new(),
    };
    match cell {
        Cell::One(item) => text(item),
        Cell::List(items) => items.iter().flat_map(text).collect(),
        _ => Vec::new(),
    }
}

/// The sixteen bytes of a GUID: as text, as csvde or base64 write them, or as bytes.
fn guid_bytes(cell: &Cell<'_>) -> Option<Vec<u8>> {
    match cell {
        Cell::One(Item::Bytes(bytes)) if bytes.len() == 16 => Some(bytes.clone()),
        Cell::One(Item::Text(text)) => guid_of_text(text.trim()),
        _ => None,
    }
}

fn guid_of_text(text: &str) -> Option<Vec<u8>> {
    let plain = text.trim_start_matches('{').trim_end_matches('}');
    if let Ok(guid) = plain.parse::<ObjectGuid>() {
        return Some(guid.as_bytes().to_vec());
    }
    let bytes = value::hexadecimal(text).or_else(|| STANDARD.decode(text).ok())?;
    (bytes.len() == 16).then_some(bytes)
}

/// The values of a cell, or what of it can't be read.
fn values(definition: &AttributeDefinition, cell: &Cell<'_>) -> Result<Vec<Value>, String> {
    let items: Vec<Item<'_>> = match cell {
        Cell::One(Item::Text(text))
            if !definition.single_valued && !definition.syntax.is_binary() =>
        {
            let parts = if definition.name.eq_ignore_ascii_case("proxyAddresses") {
                value::addresses(text)
            } else {
                value::list(text)
            };
            parts
                .into_iter()
                .map(|part| Item::Text(part.into()))
                .collect()
        }
        Cell::One(item) => vec![item.clone()],
        Cell::List(items) => items.clone(),
        _ => return Err("an object inside the object".to_owned()),
    };
    items.iter().map(|item| one(definition, item)).collect()
}

fn one(definition: &AttributeDefinition, item: &Item<'_>) -> Result<Value, String> {
    let text = match item {
        Item::Bytes(bytes) if definition.syntax.is_binary() => return Ok(bytes.as_slice().into()),
        Item::Bytes(_) => return Err("bytes".to_owned()),
        Item::Text(text) => text.trim(),
    };
    let wrong = || text.to_owned();
    match definition.syntax {
        Syntax::Sid => match value::hexadecimal(text) {
            Some(bytes) => Ok(bytes.as_slice().into()),
            None => Ok(Value::from(text)),
        },
        syntax if syntax.is_binary() => value::hexadecimal(text)
            .or_else(|| guid_of_text(text))
            .map(|bytes| bytes.as_slice().into())
            .ok_or_else(wrong),
        Syntax::Boolean => value::flag(text).map(Value::Boolean).ok_or_else(wrong),
        Syntax::Time => {
            let time = value::time(text).ok_or_else(wrong)?;
            Ok(Value::Text(generalized_time(time)))
        }
        _ => Ok(Value::from(text)),
    }
}
