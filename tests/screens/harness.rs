//! Drives the app as the runtime does, without a thread: an event, its effects, their answers, a frame.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use etui::app_options::{AppOptions, Ownership};
use etui::config::Settings;
use etui::domain::Timestamp;
use etui::memory::SecretBytes;
use etui::platform::clipboard::ClipboardSetting;
use etui::tui::layer::Layer;
use etui::tui::layers::diff::Diff;
use etui::tui::layers::palette::Palette;
use etui::tui::layers::put::PutForm;
use etui::tui::layers::tasks::TaskForm;
use etui::tui::{
    Action, Answer, Answered, Asked, CopyRoute, CopyTarget, Effect, Event, Keymap, Moment, Session, State,
    Theme, Work, perform, update::update, view::view,
};
use etui::vault::{Answers, Clock, Credentials, Environment, KdfCost, Vault};
use etui::versioning::Origin;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// When the tests take place: 2026-11-24 12:00:00 UTC.
pub const NOW: i64 = 1_795_521_600;

pub const PASSWORD: &str = "correct horse battery staple";

/// The three sizes in which every screen is looked at.
pub const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 20)];

/// A clock that a test sets.
#[derive(Clone)]
pub struct TestClock(pub Arc<AtomicI64>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::clamped(self.0.load(Ordering::SeqCst))
    }
}

/// A clipboard that only remembers.
#[derive(Clone, Default)]
pub struct TestClipboard {
    pub copied: Arc<Mutex<Vec<String>>>,
    pub cleared: Arc<Mutex<usize>>,
    pub route: Arc<Mutex<Option<CopyRoute>>>,
    pub settings: Arc<Mutex<Vec<ClipboardSetting>>>,
}

impl CopyTarget for TestClipboard {
    fn copy(&mut self, text: &SecretBytes, clear_after: Duration) -> Result<CopyRoute, String> {
        self.copied.lock().unwrap().push(text.expose_text().unwrap().to_owned());
        Ok(self.route.lock().unwrap().unwrap_or(CopyRoute::System { cleared_in: clear_after }))
    }

    fn clear_if_ours(&mut self) {
        *self.cleared.lock().unwrap() += 1;
    }

    fn use_setting(&mut self, setting: ClipboardSetting) {
        self.settings.lock().unwrap().push(setting);
    }
}

pub struct Harness {
    pub state: State,
    pub session: Session,
    pub clock: TestClock,
    pub clipboard: TestClipboard,
    pub has_quit: bool,
    pub suspends: usize,
    /// What the editor was opened on, in order.
    pub edits: Vec<(String, &'static str)>,
    pub listens_to_mouse: bool,
    pub watched: String,
    at: Moment,
    held: Option<VecDeque<Asked>>,
    /// The measurement that a test answers by itself.
    measurement: Option<Asked>,
    options: AppOptions,
    folder: Arc<tempfile::TempDir>,
}

impl Harness {
    /// The app over an empty folder, still measuring: the test gives the answer. Other work is held until
    /// `release`.
    pub fn measuring(size: (u16, u16)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let mut harness = Self::over(folder, TestClock(Arc::new(AtomicI64::new(NOW))), size);
        let opened = harness.held.replace(VecDeque::new()).and_then(|mut held| held.pop_front());
        harness.perform(opened.expect("the app looks at the file"));
        let mut held = harness.held.take().expect("it is held");
        harness.measurement = held.pop_front();
        assert!(held.is_empty());
        harness
    }

    /// The app over a vault that `fill` has filled, at its unlock screen.
    pub fn locked(size: (u16, u16), fill: impl FnOnce(&mut Vault, &TestClock)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = TestClock(Arc::new(AtomicI64::new(NOW)));
        let mut vault = Vault::create(
            &folder.path().join("vault.etui"),
            &credentials(PASSWORD),
            KdfCost::new(8, 1, 1).unwrap(),
            remembering(folder.path(), &clock),
        )
        .unwrap();
        fill(&mut vault, &clock);
        clock.0.store(NOW, Ordering::SeqCst);
        drop(vault);
        let mut harness = Self::over(folder, clock, size);
        harness.release();
        harness
    }

    /// The app over such a vault, unlocked.
    pub fn open(size: (u16, u16), fill: impl FnOnce(&mut Vault, &TestClock)) -> Self {
        let mut harness = Self::locked(size, fill);
        harness.unlock();
        harness
    }

    fn over(folder: Arc<tempfile::TempDir>, clock: TestClock, size: (u16, u16)) -> Self {
        let options = AppOptions {
            vault_path: folder.path().join("vault.etui"),
            state_directory: Some(folder.path().join("state")),
            key_file: None,
            answers: Answers::default(),
            settings: Settings::default(),
            clipboard: ClipboardSetting::Auto,
            settings_file: Some(folder.path().join("settings.toml")),
            keymap_file: None,
            remotes_file: Some(folder.path().join("remotes.toml")),
            ownership: Ownership::Own,
        };
        let clipboard = TestClipboard::default();
        let clock_of_session = clock.clone();
        let path = folder.path().to_owned();
        let session = Session::with_environment(
            &options,
            Box::new(move || remembering(&path, &clock_of_session)),
            Box::new(clipboard.clone()),
        )
        .with_cost(KdfCost::new(8, 1, 1).unwrap());
        // What the header shows shall not depend on where temporary folders lie.
        let shown = AppOptions {
            vault_path: PathBuf::from("/home/me/.local/share/etui/vault.etui"),
            settings_file: None,
            ..options.clone()
        };
        let at = Moment(1_000_000);
        let state = State::new(&shown, size, at, Timestamp::clamped(NOW));
        let mut harness = Self {
            state,
            session,
            clock,
            clipboard,
            has_quit: false,
            suspends: 0,
            edits: Vec::new(),
            listens_to_mouse: false,
            watched: String::new(),
            at,
            held: Some(VecDeque::new()),
            measurement: None,
            options,
            folder,
        };
        let effects = harness.state.start();
        harness.run(effects);
        harness
    }

    /// The app is left, and started again over the same vault: at its unlock screen.
    pub fn restarted(self) -> Self {
        let Self { folder, clock, session, state, .. } = self;
        drop(session);
        let mut harness = Self::over(folder, clock, state.app.size);
        harness.release();
        harness
    }

    /// As `restarted`, with a master password that was given on the command line.
    pub fn restarted_with(self, password: &str) -> Self {
        let Self { folder, clock, session, state, .. } = self;
        drop(session);
        let mut harness = Self::over(folder, clock, state.app.size);
        harness.state.give_password(SecretBytes::copy_of(password.as_bytes()));
        harness.release();
        harness
    }

    /// Another process opens the same vault.
    pub fn other_process(&self) -> Vault {
        let locked =
            etui::vault::LockedVault::open(&self.options.vault_path, environment(&self.clock)).unwrap();
        locked.unlock(&credentials(PASSWORD), Answers::default()).ok().expect("the password opens it")
    }

    pub fn unlock(&mut self) {
        self.type_text(PASSWORD);
        self.press("Enter");
        assert!(self.state.app.browse().is_some(), "{}", self.screen());
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Feeds an event, and all that follows from it.
    pub fn event(&mut self, event: Event) {
        let wall = self.clock.now();
        let effects = update(&mut self.state, event, self.at, wall);
        self.run(effects);
    }

    pub fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit => self.has_quit = true,
                Effect::Suspend => self.suspends += 1,
                Effect::Edit(editing) => {
                    let text = editing.text.expose_text().unwrap().to_owned();
                    self.edits.push((text, editing.extension));
                }
                Effect::Repaint | Effect::AskForBackground => {}
                Effect::Watch(path) => self.watched = path,
                Effect::ListenToMouse(listens) => self.listens_to_mouse = listens,
                Effect::Work(asked) => match &mut self.held {
                    Some(held) => held.push_back(asked),
                    None => self.perform(asked),
                },
            }
        }
    }

    fn perform(&mut self, asked: Asked) {
        let answered = perform(&mut self.session, asked);
        self.event(Event::Answered(answered));
    }

    /// From now on the worker is slow: work waits until `release`.
    pub fn hold(&mut self) {
        self.held = Some(VecDeque::new());
    }

    /// What the slow worker answers to the oldest work that waits.
    pub fn answer(&mut self) -> Option<Answered> {
        let asked = self.held.as_mut()?.pop_front()?;
        Some(perform(&mut self.session, asked))
    }

    /// The worker does all that has waited, and is slow no more.
    pub fn release(&mut self) {
        while let Some(answered) = self.answer() {
            self.event(Event::Answered(answered));
        }
        self.held = None;
    }

    /// The worker has measured what the key derivation may cost here.
    pub fn measured(&mut self, cost: KdfCost) -> &mut Self {
        let Asked { ticket, work } = self.measurement.take().expect("the app measures");
        assert!(matches!(work, Work::MeasureKdf));
        let result = Ok(Answer::Measured(cost));
        self.event(Event::Answered(Answered { ticket, is_of_open_vault: false, is_preview: false, result }));
        self
    }

    /// Draws in this theme from now on.
    pub fn wear(&mut self, theme: Theme) -> &mut Self {
        self.state.app.theme = theme;
        self
    }

    /// How many dialogs are open.
    pub fn dialogs(&self) -> usize {
        self.state.layers().filter(|layer| !layer.is_base()).count()
    }

    /// The name of the layer that gets the keys; empty where the browse screen does.
    pub fn top(&self) -> &'static str {
        self.state.top().map_or("", Layer::name)
    }

    #[track_caller]
    fn layer<L: Layer>(&self) -> &L {
        self.state.layer().unwrap_or_else(|| panic!("it is not open:\n{}", self.screen()))
    }

    /// The topmost diff.
    #[track_caller]
    pub fn diff(&self) -> &Diff {
        self.layer()
    }

    /// The topmost palette.
    #[track_caller]
    pub fn palette(&self) -> &Palette {
        self.layer()
    }

    /// The lines below the fields of the topmost task.
    #[track_caller]
    pub fn report(&self) -> Vec<String> {
        self.layer::<TaskForm>().report()
    }

    /// The value in the put form, whatever lies over it.
    #[track_caller]
    pub fn typed_value(&self) -> String {
        self.layer::<PutForm>().value().to_owned()
    }

    /// Runs an action by its name.
    pub fn task(&mut self, action: Action) -> &mut Self {
        self.press(":").type_text(action.name()).press("Enter")
    }

    /// Gives a key to an action that has none by itself.
    pub fn bind(&mut self, key: &str, action: &str) -> &mut Self {
        let row = format!("\n[[browse]]\non = [\"{key}\"]\nrun = \"{action}\"\ndesc = \"for this test\"\n");
        let embedded = include_str!("../../assets/keymap.toml");
        self.state.app.keymap = Keymap::parse(&(embedded.to_owned() + &row)).unwrap();
        self
    }

    /// Presses keys, named as in the keymap and separated by spaces.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.event(Event::Key(key_event(key)));
        }
        self
    }

    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            let code = if character == '\n' { KeyCode::Enter } else { KeyCode::Char(character) };
            self.event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.event(Event::Paste(SecretBytes::copy_of(text.as_bytes())));
        self
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.event(Event::Resize(columns, rows));
        self
    }

    /// Lets time pass, without an event.
    pub fn wait(&mut self, time: Duration) -> &mut Self {
        self.at = self.at.after(time);
        self.clock.0.fetch_add(i64::try_from(time.as_secs()).unwrap(), Ordering::SeqCst);
        self
    }

    /// In how long the app wants to be woken.
    pub fn next_wake(&self) -> Option<Duration> {
        self.state.next_wake(self.at)
    }

    /// The screen as text, and where the cursor stands.
    pub fn screen(&self) -> String {
        let (columns, rows) = self.state.app.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        text_of(terminal.backend().buffer(), Rect::new(0, 0, columns, rows))
    }

    /// The box of the dialog on top as text, and the last line of the screen: nothing of what lies behind it.
    #[track_caller]
    pub fn dialog(&self) -> String {
        let buffer = self.buffer();
        let last = Rect { y: buffer.area.height - 1, height: 1, ..buffer.area };
        text_of(&buffer, self.dialog_area()) + &text_of(&buffer, last)
    }

    /// The cells of the dialog on top.
    #[track_caller]
    pub fn dialog_buffer(&self) -> Buffer {
        let (whole, area) = (self.buffer(), self.dialog_area());
        let mut cells = Buffer::empty(area);
        for at in area.positions() {
            cells[at] = whole[at].clone();
        }
        cells
    }

    #[track_caller]
    fn dialog_area(&self) -> Rect {
        etui::tui::view::dialog(&self.state)
            .unwrap_or_else(|| panic!("no dialog is open:\n{}", self.screen()))
    }

    pub fn cursor(&self) -> Option<(u16, u16)> {
        let (columns, rows) = self.state.app.size;
        self.draw(columns, rows).1.map(|cursor| (cursor.x, cursor.y))
    }

    /// The cells of the screen.
    pub fn buffer(&self) -> Buffer {
        let (columns, rows) = self.state.app.size;
        self.draw(columns, rows).0
    }

    fn draw(&self, columns: u16, rows: u16) -> (Buffer, Option<Position>) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let cursor = etui::tui::view::draw(&self.state, &mut buffer);
        (buffer, cursor)
    }

    #[track_caller]
    pub fn assert_shows(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
    }

    #[track_caller]
    pub fn assert_hides(&self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
    }

    /// The text of the toast.
    pub fn toast(&self) -> &str {
        self.state.app.toast.as_ref().map_or("", |toast| &toast.text)
    }
}

/// An area of the screen as text, line by line.
fn text_of(buffer: &Buffer, area: Rect) -> String {
    let mut text = String::new();
    for row in area.rows() {
        let mut line = String::new();
        let mut column = row.left();
        while column < row.right() {
            let symbol = buffer[(column, row.y)].symbol();
            line.push_str(symbol);
            // The second cell of a wide sign holds nothing of its own.
            column += u16::try_from(unicode_width(symbol)).unwrap().max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn unicode_width(symbol: &str) -> usize {
    ratatui::text::Span::raw(symbol).width()
}

pub fn credentials(password: &str) -> Credentials {
    Credentials::new(SecretBytes::copy_of(password.as_bytes()), None).unwrap()
}

pub fn environment(clock: &TestClock) -> Environment {
    Environment::new(Box::new(clock.clone()), Origin::App)
}

/// The surroundings of the app itself, which remembers in its folder.
fn remembering(folder: &std::path::Path, clock: &TestClock) -> Environment {
    Environment { state_directory: Some(folder.join("state")), ..environment(clock) }
}

fn key_event(text: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = text;
    for (name, modifier) in
        [("Ctrl-", KeyModifiers::CONTROL), ("Alt-", KeyModifiers::ALT), ("Shift-", KeyModifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(name) {
            modifiers |= modifier;
            rest = after;
        }
    }
    let code = match rest {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        "Tab" => KeyCode::Tab,
        "Space" => KeyCode::Char(' '),
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "F1" => KeyCode::F(1),
        one if one.chars().count() == 1 => KeyCode::Char(one.chars().next().unwrap()),
        other => panic!("no key '{other}'"),
    };
    KeyEvent::new(code, modifiers)
}

/// Compares whole screens at the three sizes with what was read and accepted: for the layout. Only where nothing
/// lies over the browse screen, so that a change of it changes no other file.
#[macro_export]
macro_rules! assert_screens {
    ($name:literal, $harness:expr) => {
        for (columns, rows) in $crate::harness::SIZES {
            $harness.resize(columns, rows);
            insta::assert_snapshot!(format!("{}_{columns}x{rows}", $name), $harness.screen());
        }
    };
}

/// Compares the dialog on top at the three sizes.
#[macro_export]
macro_rules! assert_dialogs {
    ($name:literal, $harness:expr) => {
        for (columns, rows) in $crate::harness::SIZES {
            $harness.resize(columns, rows);
            insta::assert_snapshot!(format!("{}_{columns}x{rows}", $name), $harness.dialog());
        }
    };
}

/// Compares the dialog on top at 80x24.
#[macro_export]
macro_rules! assert_dialog {
    ($name:literal, $harness:expr) => {
        $harness.resize(80, 24);
        insta::assert_snapshot!($name, $harness.dialog());
    };
}
