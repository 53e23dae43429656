//! Tables whose every row is one entry: what each column of it becomes.

use std::collections::HashSet;

use super::entry::{CHANGED, CREATED, EMPTY_FOLDER, Fields, add_entry, add_tag, below, host, time_of};
use super::table::{Row, Table};
use crate::domain::{TagKey, Tags, Timestamp};
use crate::vault::{IncomingBatch, Loss};
use crate::versioning::ImportRemark;

/// Reads a time as the program writes it.
pub(super) type ReadTime = fn(&str) -> Option<Timestamp>;

/// What a column becomes.
pub(super) enum Role {
    /// The name of the entry. Without one it is called by its host.
    Name,
    /// The folder that it lies in, whose parts are separated by this.
    Folder(char),
    /// A field of the value.
    Field(&'static str),
    /// Fields of the value that only this program writes so.
    Fields(fn(&Row<'_>, &mut Fields)),
    /// A tag.
    Tag(TagKey),
    /// Named as lost where it says yes.
    Flag(&'static str),
    /// When it was made.
    Created(ReadTime),
    /// When it was changed.
    Changed(ReadTime),
    /// It says nothing of its own.
    Silent,
}

/// What becomes of columns that have no role.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// Each is a field of the value.
    Fields,
    /// Each is named as lost.
    Losses,
}

/// Reads every row as an entry. `is_folder` tells rows that only name a folder.
pub(super) fn read(
    table: &Table<'_>,
    roles: &[(&str, Role)],
    others: Others,
    is_folder: fn(&Row<'_>) -> bool,
) -> IncomingBatch {
    let known: Vec<&str> = roles.iter().map(|(column, _)| *column).collect();
    let mut batch = IncomingBatch::new();
    let mut folders = Vec::new();
    let (mut lost, mut is_lost) = (Vec::new(), HashSet::new());
    for row in table.rows() {
        let (folder, is_in_others) = folder_of(&row, roles);
        let name = below(&folder, &name_of(&row, roles));
        if row.is_refused(&mut batch, &name) {
            continue;
        }
        if is_folder(&row) {
            folders.push(name);
            continue;
        }
        if is_in_others {
            batch.losses.push(Loss::new(&name, "that it is in another folder too"));
        }
        let mut fields = Fields::new();
        let mut tags = Tags::new();
        let (mut created, mut changed) = (None, None);
        for (column, role) in roles {
            let mut time =
                |what, read: &ReadTime| time_of(&name, what, row.text(column), &mut batch.losses, read);
            match role {
                Role::Name | Role::Folder(_) | Role::Silent => {}
                Role::Field(field) => fields.add(field, row.bytes(column)),
                Role::Fields(add) => add(&row, &mut fields),
                Role::Tag(_) if row.text(column).is_empty() => {}
                Role::Tag(key) => {
                    add_tag((key.as_str(), row.text(column)), &mut tags, &name, &mut batch.losses);
                }
                Role::Flag(what) if row.is_set(column) => batch.losses.push(Loss::new(&name, *what)),
                Role::Flag(_) => {}
                Role::Created(read) => created = time(CREATED, read),
                Role::Changed(read) => changed = time(CHANGED, read),
            }
        }
        for (column, field) in row.others(&known).filter(|(_, field)| !field.is_empty()) {
            match others {
                Others::Fields => fields.add(column, field.duplicate()),
                Others::Losses if is_lost.insert(column) => lost.push(column),
                Others::Losses => {}
            }
        }
        if let Some(secret) = add_entry(&mut batch, name, [(fields, changed)]) {
            secret.created = created;
            secret.facts.tags = tags;
            if row.had_entities() {
                secret.remarks.push(ImportRemark::EntitiesReplaced);
            }
        }
    }
    let empty = empty_folders(folders, &batch);
    batch.losses.extend(empty.into_iter().map(|folder| Loss::whole(folder, EMPTY_FOLDER)));
    batch
        .losses
        .extend(lost.into_iter().map(|column| Loss::of_source("every entry", column_in_words(column))));
    batch
}

/// Those of the folders in which no secret lies. The names are sorted: there may be as many as there are folders.
fn empty_folders(mut folders: Vec<String>, batch: &IncomingBatch) -> Vec<String> {
    let mut names: Vec<&str> = batch.secrets.iter().map(|secret| secret.name.as_str()).collect();
    names.sort_unstable();
    folders.retain(|folder| {
        let inside = format!("{folder}/");
        let first = names.partition_point(|name| *name < inside.as_str());
        !names.get(first).is_some_and(|name| name.starts_with(&inside))
    });
    folders
}

/// A column by its name, if that reads as one: a file without a heading has a value there.
pub(super) fn column_in_words(column: &str) -> String {
    if is_words(column) {
        format!("its column '{column}'")
    } else {
        "a column whose name is not a word".to_owned()
    }
}

/// Whether a text reads as the name of a column: letters, and what separates words. A digit may make it a value.
pub(super) fn is_words(text: &str) -> bool {
    text.len() <= 40
        && text.contains(|character: char| character.is_alphabetic())
        && text.chars().all(|character| character.is_alphabetic() || " _-".contains(character))
}

fn name_of(row: &Row<'_>, roles: &[(&str, Role)]) -> String {
    let named =
        roles.iter().filter(|(_, role)| matches!(role, Role::Name)).map(|(column, _)| row.text(column));
    let is_address = |(column, role): &&(&str, Role)| *column == "url" || matches!(role, Role::Field("url"));
    let address =
        || roles.iter().find(is_address).map(|(column, _)| host(row.text(column))).unwrap_or_default();
    named.into_iter().find(|name| !name.is_empty()).unwrap_or_else(address).to_owned()
}

/// The first folder that is filled in, and whether there is another one.
fn folder_of(row: &Row<'_>, roles: &[(&str, Role)]) -> (String, bool) {
    let folder = |(column, role): &(&str, Role)| match role {
        Role::Folder(separator) => {
            Some(row.text(column).trim_matches([*separator, ' ']).replace(*separator, "/"))
        }
        _ => None,
    };
    let mut folders = roles.iter().filter_map(folder).filter(|folder| !folder.is_empty());
    let first = folders.next().unwrap_or_default();
    let is_in_others = folders.any(|other| other != first);
    (first, is_in_others)
}
