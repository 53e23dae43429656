//! Roles and the style each is drawn in. Widgets know roles, never colours.

use std::collections::BTreeMap;
use std::ffi::OsString;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::glyphs::Glyphs;
use crate::config::{GlyphChoice, Settings, ThemeName};

/// What something on the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Role {
    Text,
    Muted,
    Accent,
    Brand,
    Border,
    BorderFocused,
    Title,
    TitleFocused,
    Selected,
    SelectedElsewhere,
    Key,
    Current,
    Previous,
    Custom,
    Match,
    Success,
    Warning,
    Danger,
    Field,
    Hint,
    Chip,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Muted,
        Self::Accent,
        Self::Brand,
        Self::Border,
        Self::BorderFocused,
        Self::Title,
        Self::TitleFocused,
        Self::Selected,
        Self::SelectedElsewhere,
        Self::Key,
        Self::Current,
        Self::Previous,
        Self::Custom,
        Self::Match,
        Self::Success,
        Self::Warning,
        Self::Danger,
        Self::Field,
        Self::Hint,
        Self::Chip,
    ];
}

/// The themes that are embedded, the default first.
pub const THEMES: &[(&str, &str)] = &[
    ("terminal", include_str!("../../assets/themes/terminal.toml")),
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    fg: Option<Colour>,
    bg: Option<Colour>,
    #[serde(default)]
    with: Vec<Emphasis>,
}

/// A name of the sixteen, a number, or `#rrggbb`.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "String")]
struct Colour(Color);

impl TryFrom<String> for Colour {
    type Error = ratatui::style::ParseColorError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Emphasis {
    Bold,
    Dim,
    Underlined,
    Reversed,
}

/// The style of every role, and the glyphs.
#[derive(Debug, Clone)]
pub struct Theme {
    styles: BTreeMap<Role, Style>,
    /// The signs.
    pub glyphs: Glyphs,
    /// Whether lines hold the parts of the screen apart; without them, what lies over a screen takes all of it.
    pub has_lines: bool,
}

impl Theme {
    /// One of the embedded themes; an unknown name gets the default.
    pub fn named(name: &str, glyphs: Glyphs) -> Self {
        let text = THEMES.iter().find(|(known, _)| *known == name).map_or(THEMES[0].1, |(_, text)| text);
        Self { styles: parse(text).expect("a test reads the embedded themes"), glyphs, has_lines: true }
    }

    /// Chooses by the settings, and by the environment: `NO_COLOR`, `TERM`, the locale. `variable` looks one up.
    pub fn chosen(settings: &Settings, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let glyphs = match settings.glyphs {
            GlyphChoice::Auto => Glyphs::from_environment(&variable),
            GlyphChoice::Unicode => Glyphs::UNICODE,
            GlyphChoice::Ascii => Glyphs::ASCII,
        };
        let name = match settings.theme {
            ThemeName::Terminal | ThemeName::None => "terminal",
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
        };
        let mut theme = Self::named(name, glyphs);
        if settings.plain {
            theme = theme.without_lines();
        }
        let wants_none = settings.theme == ThemeName::None;
        if wants_none || variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            theme.without_colour()
        } else {
            theme
        }
    }

    /// The same theme with emphasis only.
    #[must_use]
    pub fn without_colour(mut self) -> Self {
        for style in self.styles.values_mut() {
            style.fg = None;
            style.bg = None;
        }
        self
    }

    /// The same theme without borders and spinners.
    #[must_use]
    pub fn without_lines(self) -> Self {
        Self { glyphs: self.glyphs.without_lines(), has_lines: false, ..self }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }
}

fn parse(text: &str) -> Result<BTreeMap<Role, Style>, toml::de::Error> {
    let looks: BTreeMap<Role, Look> = toml::from_str(text)?;
    let style = |look: &Look| {
        let emphasis = look.with.iter().fold(Modifier::empty(), |all, emphasis| {
            all | match emphasis {
                Emphasis::Bold => Modifier::BOLD,
                Emphasis::Dim => Modifier::DIM,
                Emphasis::Underlined => Modifier::UNDERLINED,
                Emphasis::Reversed => Modifier::REVERSED,
            }
        });
        let colour = |colour: Option<Colour>| colour.map(|Colour(colour)| colour);
        Style { fg: colour(look.fg), bg: colour(look.bg), ..Style::new() }.add_modifier(emphasis)
    };
    Ok(looks.iter().map(|(role, look)| (*role, style(look))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_knows_every_role() {
        for (name, text) in THEMES {
            let styles = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            for role in Role::ALL {
                assert!(styles.contains_key(role), "theme '{name}' lacks {role:?}");
            }
        }
    }

    #[test]
    fn a_selected_row_is_seen_in_every_theme_without_colour_too() {
        for (name, _) in THEMES {
            let style = Theme::named(name, Glyphs::UNICODE).without_colour().style(Role::Selected);
            assert!(style.add_modifier.contains(Modifier::REVERSED), "{name}");
        }
    }

    #[test]
    fn no_colour_is_honoured_when_it_is_not_empty() {
        let theme = |value: &'static str| {
            Theme::chosen(&Settings::default(), move |name| {
                (name == "NO_COLOR").then(|| OsString::from(value))
            })
        };
        let has_colour = |theme: Theme| Role::ALL.iter().any(|role| theme.style(*role).fg.is_some());
        assert!(has_colour(theme("")));
        assert!(!has_colour(theme("1")));
    }

    #[test]
    fn the_default_theme_leaves_the_background_to_the_terminal() {
        let theme = Theme::named("terminal", Glyphs::UNICODE);
        assert!(Role::ALL.iter().all(|role| theme.style(*role).bg.is_none()));
    }
}
