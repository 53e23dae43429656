//! Screens that follow each other, as one SVG that moves by itself: its style sheet shows each row while it holds.
//!
//! A row that stays the same is drawn once. Where a reader shows no animation, or wants none, the picture is still.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::svg;

/// A screen, and how long it is shown.
pub struct Frame {
    pub cells: Buffer,
    /// The key that led here; empty where there was none.
    pub key: &'static str,
    /// What happens, in a few words.
    pub says: &'static str,
    /// Tenths of a second.
    pub time: u32,
}

/// Draws the frames, one after the other and from the start again. `still` is the one that is shown without
/// animation.
pub fn draw(frames: &[Frame], still: usize) -> String {
    let area = frames[still].cells.area;
    let screens: Vec<Buffer> = frames.iter().map(with_caption).collect();
    let mut sets: Vec<Vec<bool>> = Vec::new();
    let mut drawn = String::new();
    let rows = area.height + CAPTION;
    for row in 0..rows {
        let mut looks: Vec<(String, Vec<bool>)> = Vec::new();
        for (number, screen) in screens.iter().enumerate() {
            let mut svg = String::new();
            svg::draw_row(screen, row, &svg::DARK, &mut svg);
            let at = looks.iter().position(|(other, _)| *other == svg).unwrap_or_else(|| {
                looks.push((svg, vec![false; frames.len()]));
                looks.len() - 1
            });
            looks[at].1[number] = true;
        }
        for (svg, shown) in looks.into_iter().filter(|(svg, _)| !svg.is_empty()) {
            if shown.iter().all(|is_shown| *is_shown) {
                drawn.push_str(&svg);
                continue;
            }
            let hidden = if shown[still] { "" } else { " visibility=\"hidden\"" };
            let set = sets.iter().position(|other| *other == shown).unwrap_or_else(|| {
                sets.push(shown);
                sets.len() - 1
            });
            let _ = write!(drawn, "<g class=\"a{set}\"{hidden}>\n{svg}</g>\n");
        }
    }
    svg::frame(area.width, rows, &svg::DARK, &(style(frames, &sets) + &drawn))
}

/// The style sheet: for each set of frames when it is shown.
fn style(frames: &[Frame], sets: &[Vec<bool>]) -> String {
    let all: u32 = frames.iter().map(|frame| frame.time).sum();
    let mut style = "<style>\n@media (prefers-reduced-motion: no-preference) {\n".to_owned();
    for number in 0..sets.len() {
        let _ =
            writeln!(style, ".a{number}{{animation:k{number} {}.{}s step-end infinite}}", all / 10, all % 10);
    }
    style.push_str("}\n");
    for (number, shown) in sets.iter().enumerate() {
        let _ = write!(style, "@keyframes k{number}{{");
        let (mut time, mut before) = (0, None);
        for (frame, is_shown) in frames.iter().zip(shown) {
            if before != Some(is_shown) {
                let percent = f64::from(time) * 100.0 / f64::from(all);
                let visibility = if *is_shown { "visible" } else { "hidden" };
                let _ = write!(style, "{percent:.2}%{{visibility:{visibility}}}");
            }
            (time, before) = (time + frame.time, Some(is_shown));
        }
        style.push_str("}\n");
    }
    style.push_str("</style>\n");
    style
}

/// Rows below the screen: an empty one and the caption.
const CAPTION: u16 = 2;

/// The screen, and below it the key that led to it.
fn with_caption(frame: &Frame) -> Buffer {
    let area = frame.cells.area;
    let mut cells = Buffer::empty(Rect { height: area.height + CAPTION, ..area });
    for at in area.positions() {
        cells[at] = frame.cells[at].clone();
    }
    let row = area.height + CAPTION - 1;
    let mut column = 1;
    if !frame.key.is_empty() {
        let key = format!(" {} ", frame.key);
        let width = u16::try_from(key.len()).unwrap_or(u16::MAX);
        let style = Style::new().fg(ACCENT).add_modifier(Modifier::REVERSED | Modifier::BOLD);
        cells.set_string(column, row, key, style);
        column += width + 1;
    }
    cells.set_string(column, row, frame.says, Style::new().add_modifier(Modifier::BOLD));
    cells
}

/// As the keys in the footer of the dark theme.
const ACCENT: Color = Color::Rgb(0x7a, 0xa8, 0xff);
