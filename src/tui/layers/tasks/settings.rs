//! What is set, and where: to look at.

use super::task::{Line, Stage, Task, TaskForm};
use crate::config;
use crate::domain::visible;
use crate::tui::app::App;
use crate::tui::theme::Role;
use crate::vault::FormatVersion;

pub(super) fn form(app: &App) -> TaskForm {
    let mut form = TaskForm::new(Task::Settings, Vec::new());
    form.stage = Stage::Finished;
    let mut said = lines(&app.all_settings, app.settings_file.as_deref());
    said.extend(app.format.map(format_line));
    form.say(said);
    form
}

/// The format of the vault file, and what brings it into the newest one.
fn format_line(format: FormatVersion) -> Line {
    let text = format!("{:<22} {}", "format of the vault", format.number());
    match format < FormatVersion::NEWEST {
        true => Line::new(
            Role::Text,
            format!("{text}; :upgrade brings it into {}", FormatVersion::NEWEST.number()),
        ),
        false => Line::new(Role::Muted, text),
    }
}

fn lines(settings: &config::Settings, file: Option<&str>) -> Vec<Line> {
    let place = match file {
        Some(file) => format!("{file}, read when the app starts"),
        None => "there is no home folder to keep them in".to_owned(),
    };
    let mut lines = vec![
        Line::new(Role::Text, place),
        Line::new(Role::Muted, ":set NAME VALUE changes one at once and saves it there"),
        Line::new(Role::Muted, "`etui config default` prints a commented one"),
        Line::new(Role::Muted, ""),
    ];
    let defaults = config::Settings::default().in_words();
    for ((name, value), (_, default)) in settings.in_words().into_iter().zip(defaults) {
        let text = format!("{name:<22} {}", visible(&value));
        lines.push(match value == default {
            true => Line::new(Role::Muted, text),
            false => Line::new(Role::Text, format!("{text}, instead of {default}")),
        });
    }
    lines
}
