//! Cells of the terminal as SVG: text where letters are, lines where boxes are, nothing that a reader has to load.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const CELL: (f32, f32) = (8.4, 18.0);
const PADDING: f32 = 14.0;
const FONTS: &str =
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/// The colours of a terminal.
#[derive(Clone, Copy)]
pub struct Palette {
    /// Of text without a colour of its own.
    pub ink: &'static str,
    pub paper: &'static str,
    /// The first sixteen, which themes name.
    pub sixteen: [&'static str; 16],
}

/// The terminal of the documentation. Its theme names no colour of the sixteen.
pub const DARK: Palette = Palette { ink: "#d6d9e0", paper: "#171a21", sixteen: [""; 16] };

/// How a cell is drawn.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    ink: String,
    paper: Option<String>,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
}

impl Look {
    fn of(cell: &Cell, palette: &Palette) -> Self {
        let (ink, paper) = (colour(cell.fg, palette), colour(cell.bg, palette));
        let own_ink = || palette.ink.to_owned();
        let (ink, paper) = match cell.modifier.contains(Modifier::REVERSED) {
            true => {
                (Some(paper.unwrap_or_else(|| palette.paper.to_owned())), Some(ink.unwrap_or_else(own_ink)))
            }
            false => (ink, paper),
        };
        Self {
            ink: ink.unwrap_or_else(own_ink),
            paper,
            is_bold: cell.modifier.contains(Modifier::BOLD),
            is_dim: cell.modifier.contains(Modifier::DIM),
            is_underlined: cell.modifier.contains(Modifier::UNDERLINED),
        }
    }

    fn attributes(&self) -> String {
        let mut text = format!(" fill=\"{}\"", self.ink);
        if self.is_bold {
            text.push_str(" font-weight=\"bold\"");
        }
        if self.is_dim {
            text.push_str(" opacity=\"0.7\"");
        }
        if self.is_underlined {
            text.push_str(" text-decoration=\"underline\"");
        }
        text
    }
}

/// `None`: a colour of the picture.
fn colour(colour: Color, palette: &Palette) -> Option<String> {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match colour {
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => {
            let number = NAMED.iter().position(|named| *named == colour)?;
            Some(palette.sixteen[number].to_owned())
        }
    }
}

/// Draws a screen.
pub fn draw(buffer: &Buffer, palette: &Palette) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let mut svg = String::new();
    for row in 0..rows {
        draw_row(buffer, row, palette, &mut svg);
    }
    frame(columns, rows, palette, &svg)
}

/// A picture of so many columns and rows around what is drawn of them.
pub fn frame(columns: u16, rows: u16, palette: &Palette, drawn: &str) -> String {
    let width = f32::from(columns) * CELL.0 + 2.0 * PADDING;
    let height = f32::from(rows) * CELL.1 + 2.0 * PADDING;
    let paper = palette.paper;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.1}\" \
         height=\"{height:.1}\" role=\"img\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{paper}\"/>\n\
         <g transform=\"translate({PADDING} {PADDING})\" font-family=\"{FONTS}\" font-size=\"14\" \
         xml:space=\"preserve\" style=\"white-space:pre\">\n{drawn}</g>\n</svg>\n"
    )
}

/// Draws a row of cells.
pub fn draw_row(buffer: &Buffer, row: u16, palette: &Palette, svg: &mut String) {
    let columns = buffer.area.width;
    let looks: Vec<Look> = (0..columns).map(|column| Look::of(&buffer[(column, row)], palette)).collect();
    for (start, end) in runs(columns, |one, other| looks[one].paper == looks[other].paper) {
        if let Some(paper) = &looks[start].paper {
            let (x, y, width) = (left(start), top(row), left(end) - left(start));
            // Writing into a string cannot fail.
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>",
                CELL.1
            );
        }
    }
    let symbol = |column: usize| buffer[(u16::try_from(column).unwrap_or(u16::MAX), row)].symbol();
    let alike = |one: usize, other: usize| {
        looks[one] == looks[other]
            && kind(symbol(one)) == kind(symbol(other))
            && kind(symbol(one)) != Kind::Sign
    };
    for (start, end) in runs(columns, alike) {
        let text: String = (start..end).map(symbol).collect();
        match kind(symbol(start)) {
            Kind::Letters if text.trim().is_empty() && !looks[start].is_underlined => {}
            Kind::Letters => draw_letters(&text, start, row, &looks[start], svg),
            Kind::Lines => draw_lines(&text, start, row, &looks[start], svg),
            Kind::Sign => draw_sign(&text, start, row, &looks[start], svg),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Every font has them, as wide as all others.
    Letters,
    /// The lines of boxes, which must meet.
    Lines,
    /// May come from another font: it gets a place of its own.
    Sign,
}

fn kind(symbol: &str) -> Kind {
    match symbol {
        "─" | "│" | "╭" | "╮" | "╰" | "╯" | "├" | "┤" => Kind::Lines,
        symbol if symbol.is_ascii() => Kind::Letters,
        _ => Kind::Sign,
    }
}

/// Neighbours that belong together.
fn runs(columns: u16, alike: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for column in 0..usize::from(columns) {
        match runs.last_mut() {
            Some((_, end)) if alike(*end - 1, column) => *end = column + 1,
            _ => runs.push((column, column + 1)),
        }
    }
    runs
}

fn left(column: usize) -> f32 {
    f32::from(u16::try_from(column).unwrap_or(u16::MAX)) * CELL.0
}

fn top(row: u16) -> f32 {
    f32::from(row) * CELL.1
}

fn baseline(row: u16) -> f32 {
    top(row) + 13.5
}

/// Every letter gets its place: the fonts of readers differ in width.
fn draw_letters(text: &str, start: usize, row: u16, look: &Look, svg: &mut String) {
    let mut at = start;
    for word in text.split_inclusive(' ') {
        let shown = if look.is_underlined { word } else { word.trim_end() };
        if !shown.is_empty() {
            let places: Vec<String> =
                (at..at + shown.len()).map(|column| format!("{:.1}", left(column))).collect();
            let (places, y) = (places.join(" "), baseline(row));
            let (attributes, shown) = (look.attributes(), escaped(shown));
            let _ = writeln!(svg, "<text x=\"{places}\" y=\"{y:.1}\"{attributes}>{shown}</text>");
        }
        at += word.len();
    }
}

fn draw_sign(text: &str, start: usize, row: u16, look: &Look, svg: &mut String) {
    let (x, y) = (left(start) + CELL.0 / 2.0, baseline(row));
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\"{}>{}</text>",
        look.attributes(),
        escaped(text)
    );
}

fn draw_lines(text: &str, start: usize, row: u16, look: &Look, svg: &mut String) {
    let (half, middle) = (CELL.0 / 2.0, top(row) + CELL.1 / 2.0);
    let (above, below) = (top(row), top(row) + CELL.1);
    let mut path = String::new();
    for (offset, symbol) in text.chars().enumerate() {
        let (west, east) = (left(start + offset), left(start + offset + 1));
        let centre = west + half;
        let _ = match symbol {
            // A long line is one.
            '─' if path.ends_with(&format!("H{west:.1}")) => {
                path.truncate(path.rfind('H').unwrap_or(path.len()));
                write!(path, "H{east:.1}")
            }
            '─' => write!(path, "M{west:.1} {middle:.1}H{east:.1}"),
            '│' => write!(path, "M{centre:.1} {above:.1}V{below:.1}"),
            '├' => write!(path, "M{centre:.1} {above:.1}V{below:.1}M{centre:.1} {middle:.1}H{east:.1}"),
            '┤' => write!(path, "M{centre:.1} {above:.1}V{below:.1}M{west:.1} {middle:.1}H{centre:.1}"),
            '╭' => write!(path, "M{centre:.1} {below:.1}Q{centre:.1} {middle:.1} {east:.1} {middle:.1}"),
            '╮' => write!(path, "M{centre:.1} {below:.1}Q{centre:.1} {middle:.1} {west:.1} {middle:.1}"),
            '╰' => write!(path, "M{centre:.1} {above:.1}Q{centre:.1} {middle:.1} {east:.1} {middle:.1}"),
            '╯' => write!(path, "M{centre:.1} {above:.1}Q{centre:.1} {middle:.1} {west:.1} {middle:.1}"),
            _ => Ok(()),
        };
    }
    let _ = writeln!(svg, "<path d=\"{path}\" stroke=\"{}\" fill=\"none\"/>", look.ink);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
