//! Settings and colours that change while the app runs.

use std::ffi::OsString;

use super::{App, Settings, Tone};
use crate::app_options::Ownership;
use crate::config::{self, SETTINGS, Setting};
use crate::tui::ask::{Effect, Work};
use crate::tui::command;
use crate::tui::theme::{Rgb, Theme};

impl App {
    /// The terminal named its background: where nothing was set, the theme that was made for it is taken.
    pub fn on_background(&mut self, colour: Rgb) {
        self.background = Some(colour);
        if self.all_settings.theme == config::ThemeName::Auto {
            self.theme = self.theme.over_background(colour);
        }
    }

    /// Takes the theme that the settings mean in this environment.
    pub fn put_on(&mut self, variables: impl Iterator<Item = (&'static str, OsString)>) {
        self.variables = variables.collect();
        self.dress();
        self.ask_for_background();
    }

    /// Takes the theme that the settings mean.
    pub fn dress(&mut self) {
        self.theme = self.theme_of(&self.all_settings);
    }

    /// Shows a theme without choosing it.
    pub fn preview(&mut self, theme: &str) {
        let mut settings = self.all_settings.clone();
        let setting = Setting::named("theme");
        if setting.is_some_and(|setting| settings.change(setting, theme).is_ok()) {
            self.theme = self.theme_of(&settings);
        }
    }

    fn theme_of(&self, settings: &config::Settings) -> Theme {
        let theme = Theme::chosen(settings, |name| self.variables.get(name).cloned());
        match self.background {
            Some(colour) if settings.theme == config::ThemeName::Auto => theme.over_background(colour),
            _ => theme,
        }
    }

    fn ask_for_background(&mut self) {
        let asks = Theme::asks_for_background(&self.all_settings, |name| self.variables.get(name).cloned());
        if asks && self.background.is_none() {
            self.asks.push(Effect::AskForBackground);
        }
    }

    /// Changes a setting, at once and in the file.
    pub fn change_setting(&mut self, name: &str, value: &str) {
        // As vim spells it.
        let (name, value) = name.split_once('=').filter(|_| value.is_empty()).unwrap_or((name, value));
        let Some(setting) = Setting::named(name) else {
            let nearest = command::nearest(name, SETTINGS.iter().map(|setting| setting.name));
            let next =
                nearest.map_or("`:settings` lists them".to_owned(), |name| format!("did you mean '{name}'?"));
            return self.say(Tone::Failed, format!("there is no setting '{name}': {next}"));
        };
        if value.is_empty() {
            let now = self.all_settings.word_of(setting);
            return self.say(Tone::Note, format!("{name} is {now}; it takes {}", setting.takes.told()));
        }
        let mut settings = self.all_settings.clone();
        if let Err(sentence) = settings.change(setting, value) {
            return self.say(Tone::Failed, sentence);
        }
        self.use_settings(settings);
        match self.file_to_save_in().map(str::to_owned) {
            Some(file) => {
                self.asks.work(Work::SaveSetting { file, setting, value: value.to_owned() });
            }
            None => self.say(Tone::Done, format!("{name} = {value}, until you leave")),
        }
    }

    /// The file that a changed setting is saved in: a demo changes nothing of its user's.
    pub fn file_to_save_in(&self) -> Option<&str> {
        self.settings_file.as_deref().filter(|_| self.ownership == Ownership::Own)
    }

    fn use_settings(&mut self, settings: config::Settings) {
        let before = std::mem::replace(&mut self.settings, Settings::of(&settings));
        self.all_settings = settings;
        if self.settings.mouse != before.mouse {
            self.asks.push(Effect::ListenToMouse(self.settings.mouse));
        }
        let layout = self.settings.layout;
        if layout != before.layout
            && let Some((browse, asks)) = self.browsing()
        {
            browse.lay_out(layout, asks);
        }
        self.dress();
        self.ask_for_background();
        self.asks.work(Work::UseSettings(Box::new(self.all_settings.clone())));
    }
}
