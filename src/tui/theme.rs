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
    Folder,
    Brand,
    Border,
    BorderFocused,
    Title,
    TitleFocused,
    Selected,
    SelectedElsewhere,
    /// Everything that a dialog lies over.
    Behind,
    Key,
    Current,
    Previous,
    Custom,
    Match,
    /// A line that only the older of two versions has.
    Removed,
    /// A line that only the newer one has.
    Added,
    Success,
    Warning,
    Danger,
    /// The mark of a secret that is due.
    Due,
    /// The mark of a secret that is scheduled for deletion.
    Deleted,
    Field,
    Hint,
    Chip,
}

impl Role {
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Muted,
        Self::Accent,
        Self::Folder,
        Self::Brand,
        Self::Border,
        Self::BorderFocused,
        Self::Title,
        Self::TitleFocused,
        Self::Selected,
        Self::SelectedElsewhere,
        Self::Behind,
        Self::Key,
        Self::Current,
        Self::Previous,
        Self::Custom,
        Self::Match,
        Self::Removed,
        Self::Added,
        Self::Success,
        Self::Warning,
        Self::Danger,
        Self::Due,
        Self::Deleted,
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

    /// The variables of the environment that decide.
    pub const VARIABLES: &[&str] =
        &["NO_COLOR", "TERM", "COLORTERM", "COLORFGBG", "LC_ALL", "LC_CTYPE", "LANG"];

    /// Chooses by the settings, and by the environment: `NO_COLOR`, `TERM`, the locale. `variable` looks one up.
    pub fn chosen(settings: &Settings, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let glyphs = match settings.glyphs {
            GlyphChoice::Auto => Glyphs::from_environment(&variable),
            GlyphChoice::Unicode => Glyphs::UNICODE,
            GlyphChoice::Ascii => Glyphs::ASCII,
        };
        let name = match settings.theme {
            ThemeName::Auto => Brightness::of_environment(&variable).theme(),
            ThemeName::Terminal | ThemeName::None => "terminal",
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
        };
        let mut theme = Self::named(name, glyphs);
        if settings.plain {
            theme = theme.without_lines();
        }
        if settings.theme == ThemeName::None || refuses_colour(&variable) {
            theme.without_colour()
        } else {
            theme
        }
    }

    /// Whether the terminal's background decides, and can be asked for: the colours that depend on it are 24-bit.
    pub fn asks_for_background(settings: &Settings, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        settings.theme == ThemeName::Auto && has_true_colour(&variable) && !refuses_colour(&variable)
    }

    /// The theme for a background that the terminal has named, with the same signs.
    #[must_use]
    pub fn over_background(&self, background: Rgb) -> Self {
        let Self { glyphs, has_lines, .. } = *self;
        if self.styles.values().all(|style| style.fg.is_none()) {
            return self.clone();
        }
        Self { has_lines, ..Self::named(Brightness::of(background).theme(), glyphs) }
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

    /// The style of a mark, which keeps its colour on a row that has a style of its own.
    pub fn mark(&self, role: Role, over: Option<Style>) -> Style {
        let style = self.style(role);
        over.map_or(style, |over| over.patch(style))
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }
}

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

/// How bright a background is, as far as a theme is made for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brightness {
    Dark,
    Light,
    /// Between, or nobody knows.
    Unknown,
}

impl Brightness {
    /// The darkest that `light` and the brightest that `dark` is made for, with a little room.
    const LIGHT_FROM: f64 = 0.8;
    const DARK_TO: f64 = 0.04;

    fn of(background: Rgb) -> Self {
        match luminance(background) {
            light if light >= Self::LIGHT_FROM => Self::Light,
            dark if dark <= Self::DARK_TO => Self::Dark,
            _ => Self::Unknown,
        }
    }

    /// `COLORFGBG` names the background last, as one of the sixteen colours.
    fn of_environment(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let Some(colours) = variable("COLORFGBG").filter(|_| has_true_colour(variable)) else {
            return Self::Unknown;
        };
        let colours = colours.to_string_lossy();
        match colours.rsplit(';').next().and_then(|background| background.parse::<u8>().ok()) {
            Some(0 | 8) => Self::Dark,
            Some(7 | 15) => Self::Light,
            _ => Self::Unknown,
        }
    }

    const fn theme(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Unknown => "terminal",
        }
    }
}

/// The console sets no such variable of its own, but keeps one of the shell that started it.
fn has_true_colour(variable: &impl Fn(&str) -> Option<OsString>) -> bool {
    let is_any = |name: &str, values: &[&str]| {
        variable(name).is_some_and(|value| values.iter().any(|wanted| value == **wanted))
    };
    is_any("COLORTERM", &["truecolor", "24bit"]) && !is_any("TERM", &["linux", "dumb"])
}

fn refuses_colour(variable: &impl Fn(&str) -> Option<OsString>) -> bool {
    variable("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// The relative luminance of a colour (WCAG 2.1).
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|byte| {
        let share = f64::from(byte) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
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

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        if one > other { one / other } else { other / one }
    }

    fn rgb(colour: Option<Color>) -> Option<Rgb> {
        match colour {
            Some(Color::Rgb(red, green, blue)) => Some([red, green, blue]),
            _ => None,
        }
    }

    #[test]
    fn dark_and_light_are_legible_on_the_backgrounds_that_they_are_for() {
        let dark = [[0, 0, 0], [0x1e, 0x1e, 0x1e], [0x28, 0x2c, 0x34], [0x2e, 0x34, 0x40]];
        let light = [[0xff, 0xff, 0xff], [0xfd, 0xf6, 0xe3], [0xee, 0xee, 0xee]];
        for (name, backgrounds) in [("dark", &dark[..]), ("light", &light[..])] {
            let theme = Theme::named(name, Glyphs::UNICODE);
            for role in Role::ALL {
                let style = theme.style(*role);
                let colour = rgb(style.fg).unwrap_or_else(|| panic!("{name}: {role:?} has a colour"));
                let least = if *role == Role::Border { 1.5 } else { 4.5 };
                assert!(!style.add_modifier.contains(Modifier::DIM), "{name}: {role:?}");
                for background in rgb(style.bg).map_or(backgrounds.to_vec(), |own| vec![own]) {
                    let found = contrast(colour, background);
                    assert!(found >= least, "{name}: {role:?} on {background:02x?} has {found:.2}");
                }
            }
            for background in backgrounds {
                assert_eq!(Brightness::of(*background).theme(), name, "{background:02x?}");
            }
        }
    }

    #[test]
    fn the_terminal_s_own_colours_are_for_marks_and_lines_and_never_blue_nor_dim() {
        let marks =
            [Role::BorderFocused, Role::Current, Role::Previous, Role::Custom, Role::Due, Role::Deleted];
        let plain = [Color::Cyan, Color::Green, Color::Yellow, Color::Magenta];
        let bright =
            [Color::LightCyan, Color::LightGreen, Color::LightYellow, Color::LightMagenta, Color::LightRed];
        for (name, allowed) in [("terminal", &plain[..]), ("high-contrast", &bright[..])] {
            let theme = Theme::named(name, Glyphs::UNICODE);
            for role in Role::ALL {
                let style = theme.style(*role);
                let is_dim = style.add_modifier.contains(Modifier::DIM);
                assert_eq!(style.bg, None, "{name}: {role:?}");
                assert!(!is_dim || name == "terminal", "{name}: {role:?}");
                if let Some(colour) = style.fg {
                    assert!(marks.contains(role) && allowed.contains(&colour), "{name}: {role:?}: {colour}");
                    assert!(!is_dim, "{name}: {role:?}");
                }
            }
        }
    }

    #[test]
    fn the_theme_is_chosen_by_setting_then_background_then_variable() {
        let chosen = |theme: ThemeName, pairs: &'static [(&str, &str)]| {
            let settings = Settings { theme, ..Settings::default() };
            let variable =
                |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
            let accent = Theme::chosen(&settings, variable).style(Role::Accent);
            let named = THEMES.iter().map(|(name, _)| *name);
            let mut same =
                named.filter(|name| Theme::named(name, Glyphs::UNICODE).style(Role::Accent) == accent);
            (same.next().unwrap_or("none"), Theme::asks_for_background(&settings, variable))
        };
        let auto = ThemeName::Auto;
        for (theme, pairs, expected) in [
            (auto, &[][..], ("terminal", false)),
            (auto, &[("COLORTERM", "truecolor")], ("terminal", true)),
            (auto, &[("COLORTERM", "24bit"), ("COLORFGBG", "15;0")], ("dark", true)),
            (auto, &[("COLORTERM", "24bit"), ("COLORFGBG", "0;default;15")], ("light", true)),
            (auto, &[("COLORTERM", "24bit"), ("COLORFGBG", "15;4")], ("terminal", true)),
            (auto, &[("COLORFGBG", "15;0")], ("terminal", false)),
            (auto, &[("COLORTERM", "truecolor"), ("TERM", "linux")], ("terminal", false)),
            (ThemeName::Light, &[("COLORTERM", "truecolor"), ("COLORFGBG", "15;0")], ("light", false)),
            (ThemeName::Terminal, &[("COLORTERM", "truecolor")], ("terminal", false)),
        ] {
            assert_eq!(chosen(theme, pairs), expected, "{theme:?} {pairs:?}");
        }
        assert!(!chosen(auto, &[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]).1);
        let over = |background| Theme::named("terminal", Glyphs::ASCII).over_background(background);
        let text = |name| Theme::named(name, Glyphs::ASCII).style(Role::Text);
        assert_eq!(over([0x1e, 0x1e, 0x2e]).style(Role::Text), text("dark"));
        assert_eq!(over([0xfd, 0xf6, 0xe3]).style(Role::Text), text("light"));
        assert_eq!(over([0x80, 0x80, 0x80]).style(Role::Text), text("terminal"));
        assert_eq!(over([0, 0, 0]).glyphs, Glyphs::ASCII);
        let plain = Theme::named("terminal", Glyphs::ASCII).without_colour().over_background([0, 0, 0]);
        assert_eq!(plain.style(Role::Accent).fg, None, "no colour stays no colour");
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
}
