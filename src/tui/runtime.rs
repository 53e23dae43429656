//! Joins state, update and view with a terminal, a worker thread, signals and time.
//!
//! There is one wait: for the terminal, the worker, signals, the vault's folder and the time that the state
//! asks for. Nothing else wakes the process. What has come meanwhile is gathered, every event passes
//! `update`, and then one frame is drawn. No thread reads the terminal, so that another program can have it.
//!
//! Every way out (quitting, an error, a panic, a signal) passes the drop of [`Screen`], which gives the
//! terminal back, and then that of [`Worker`], which finishes what was submitted and wipes the keys.

mod away;
mod copy_target;
mod file_watch;
mod frame_backend;
#[cfg(any(test, feature = "fuzzing"))]
pub(in crate::tui) mod fuzzing;
mod input;
mod keys;
mod panic_note;
mod screen;
mod worker;

use std::io;
use std::os::fd::AsFd;

use anyhow::{Context, anyhow};

use self::away::Away;
use self::copy_target::PlatformCopy;
use self::file_watch::FileWatch;
use self::input::{Decoder, Input, Terminal};
use self::panic_note::PanicNote;
use self::screen::Screen;
use self::worker::{Worker, WorkerGone};
use super::app::Tone;
use super::ask::Editing;
use super::event::EditorEnd;
use super::view::view;
use super::{Answered, Asked, Effect, Event, LockReason, Moment, Session, State, Theme, perform};
use crate::app_options::AppOptions;
use crate::memory::SecretBytes;
use crate::platform::editor::Editor;
use crate::platform::paths;
use crate::platform::signals::{Signal, Signals, can_be_continued, stop};
use crate::platform::wait::{self, Readiness, SleepWatch, Waiter};
use crate::tui::update::update;
use crate::tui::user_keymap;
use crate::vault::{Clock, SystemClock};

/// How many reads of the terminal make one turn of the loop, so that an endless stream of keys does not
/// keep the screen from being drawn.
const READS_PER_TURN: usize = 16;

/// Runs the app until it is left. A password that was given beforehand opens the vault once, without the
/// unlock screen.
///
/// A signal that ended it is answered: whoever called cleans up and then dies of it, so that whoever sent it sees
/// that it worked.
///
/// # Errors
/// When stdin and stdout are not a terminal, the system refuses something, or a mistake of ours ended the worker.
/// The terminal has been given back then.
pub fn run(options: AppOptions, password: Option<SecretBytes>) -> anyhow::Result<Option<Signal>> {
    // Dropped last: it prints where a panic happened, on a terminal that is as it was.
    let note = PanicNote::install();
    let end = Runtime::start(&options, password).and_then(|mut app| app.live())?;
    match end {
        End::Quit => Ok(None),
        End::Signal(signal) => Ok(Some(signal)),
        End::WorkerGone => {
            Err(anyhow!(note.take().unwrap_or_else(|| "the worker ended unexpectedly".to_owned())))
        }
    }
}

/// Previews that answer the same question take each other's place while they wait.
fn slot_of(asked: &Asked) -> Option<u64> {
    asked.work.is_preview().then(|| asked.ticket.question())
}

/// Why the app is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Quit,
    Signal(Signal),
    WorkerGone,
}

/// Whether the process is to be stopped when the worker is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suspension {
    None,
    Wanted,
}

/// Whether what is on the screen is what the state says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picture {
    Fresh,
    Stale,
}

/// The fields are dropped in this order: first the terminal is given back, then the worker is waited for.
struct Runtime {
    screen: Screen,
    /// The editor that has the terminal.
    away: Option<Away>,
    worker: Worker<Asked, u64, Answered>,
    state: State,
    signals: Signals,
    waiter: Waiter,
    watch: FileWatch,
    sleep: SleepWatch,
    decoder: Decoder,
    /// When an escape that waits for more is taken for the key.
    escape_due: Option<u64>,
    picture: Picture,
    suspension: Suspension,
    end: Option<End>,
}

impl Runtime {
    fn start(options: &AppOptions, password: Option<SecretBytes>) -> anyhow::Result<Self> {
        let signals = Signals::listen().context("listening to signals failed")?;
        let waiter = Waiter::new().context("making a timer failed")?;
        let session = Session::new(options, Box::new(PlatformCopy::new(options.clipboard.clone())));
        let worker = Worker::start(session, perform, slot_of).context("starting the worker failed")?;
        let (input, output) = (io::stdin(), io::stdout());
        let screen = Screen::enter(input.as_fd(), output.as_fd()).context("the app needs a terminal")?;
        let at = Moment(wait::now());
        let (keymap, refused) = user_keymap::load_or_default(options.keymap_file.as_deref());
        let mut app = Self {
            state: State::new(options, screen.size()?, at, SystemClock.now()),
            watch: FileWatch::new(&options.vault_path),
            sleep: SleepWatch::new(),
            decoder: Decoder::default(),
            escape_due: None,
            picture: Picture::Stale,
            suspension: Suspension::None,
            end: None,
            screen,
            away: None,
            worker,
            signals,
            waiter,
        };
        app.state.app.keymap = keymap;
        app.state
            .app
            .put_on(Theme::VARIABLES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
        if let Some(password) = password {
            app.state.give_password(password);
        }
        if let Some(error) = refused {
            app.state.app.say(Tone::Failed, error.for_the_app());
        }
        let effects = app.state.start();
        app.carry_out(effects)?;
        Ok(app)
    }

    /// Lives until the app is left; a signal is no reason to forget where it stood.
    fn live(&mut self) -> anyhow::Result<End> {
        let end = self.turn_until_end()?;
        if matches!(end, End::Signal(_)) {
            let last = self.state.keep_place();
            self.carry_out(last)?;
        }
        Ok(end)
    }

    fn turn_until_end(&mut self) -> anyhow::Result<End> {
        loop {
            if let Some(end) = self.end {
                return Ok(end);
            }
            if let Err(error) = self.draw() {
                // A terminal that has gone says so twice; the signal is the better word.
                self.hear_signals()?;
                return self.end.ok_or_else(|| anyhow!(error).context("drawing failed"));
            }
            if self.suspension == Suspension::Wanted && self.worker.is_idle() {
                self.suspend()?;
            } else {
                self.turn()?;
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        if self.picture == Picture::Stale && self.away.is_none() {
            self.screen.draw(|frame| view(&self.state, frame))?;
            self.picture = Picture::Fresh;
        }
        Ok(())
    }

    /// Sleeps until something happens, and takes in all that has happened.
    fn turn(&mut self) -> anyhow::Result<()> {
        let now = Moment(wait::now());
        let tick_due = self.state.next_wake(now).map(|time| now.after(time).0);
        let deadline = tick_due.into_iter().chain(self.escape_due).min();
        // While an editor has the terminal, its end is waited for instead of keys.
        let input = self.away.as_ref().map_or_else(|| self.screen.input(), AsFd::as_fd);
        let mut sources = vec![input, self.worker.as_fd(), self.signals.as_fd()];
        sources.extend(self.watch.source());
        let terminal = self.waiter.wait(&sources, deadline)?[0];
        // The lock comes first: a key that woke the machine is not to find the vault open.
        if self.sleep.take_sleep() {
            self.dispatch(Event::LockRequested(LockReason::Slept))?;
        }
        self.hear_signals()?;
        if self.end.is_some() {
            return Ok(());
        }
        if tick_due.is_some_and(|due| due <= wait::now()) {
            self.dispatch(Event::Tick)?;
        }
        self.hear_worker()?;
        if self.watch.take_change() {
            self.dispatch(Event::FileChanged)?;
        }
        match (self.away.is_some(), terminal) {
            (true, Readiness::Quiet) => Ok(()),
            (true, _) => self.take_back(),
            (false, _) => self.hear_terminal(terminal),
        }
    }

    fn hear_signals(&mut self) -> anyhow::Result<()> {
        let arrived = self.signals.take();
        self.hear_last_words(&arrived);
        for signal in arrived {
            match signal {
                // A terminal that hangs up sends SIGCONT behind its SIGHUP: nothing is left to come back to.
                _ if self.end.is_some() => break,
                Signal::Terminate | Signal::HangUp if self.away.is_some() => {
                    self.dispatch(Event::LockRequested(LockReason::HangUp))?;
                }
                Signal::Terminate | Signal::HangUp | Signal::Interrupt | Signal::Quit => {}
                Signal::Suspend => {
                    self.dispatch(Event::LockRequested(LockReason::Suspend))?;
                    self.suspension = Suspension::Wanted;
                }
                Signal::Continue => self.come_back()?,
                Signal::Resize => self.measure()?,
                Signal::ChildEnded => {}
            }
        }
        Ok(())
    }

    fn hear_last_words(&mut self, arrived: &[Signal]) {
        if let Some(signal) = arrived.iter().find(|signal| signal.ends_the_process()) {
            match &mut self.away {
                // Its end would leave the value behind, in the file and in the editor: that one ends first. An
                // interrupt or quit is a key that is pressed in it.
                Some(away) if !matches!(signal, Signal::Interrupt | Signal::Quit) => {
                    away.ending = Some(*signal)
                }
                Some(_) => {}
                None => {
                    self.end.get_or_insert(End::Signal(*signal));
                }
            }
        }
    }

    fn hear_worker(&mut self) -> anyhow::Result<()> {
        match self.worker.take_answers() {
            Ok(answers) => {
                if !answers.is_empty() {
                    // The first run has made the folder now.
                    self.watch.keep();
                }
                answers.into_iter().try_for_each(|answered| self.dispatch(Event::Answered(answered)))
            }
            Err(WorkerGone) => {
                self.end.get_or_insert(End::WorkerGone);
                Ok(())
            }
        }
    }

    fn hear_terminal(&mut self, mut terminal: Readiness) -> anyhow::Result<()> {
        let mut inputs = Vec::new();
        for _ in 0..READS_PER_TURN {
            let answer = match terminal {
                Readiness::Quiet => break,
                Readiness::Gone => Terminal::Gone,
                Readiness::Readable => self.decoder.read(self.screen.input(), &mut inputs)?,
            };
            if answer == Terminal::Gone {
                self.end.get_or_insert(End::Signal(Signal::HangUp));
                break;
            }
            self.escape_due = self.decoder.patience().map(|patience| wait::now() + patience);
            let more = wait::is_readable(self.screen.input())?;
            terminal = if more { Readiness::Readable } else { Readiness::Quiet };
        }
        if self.escape_due.is_some_and(|due| due <= wait::now()) {
            self.decoder.give_up(&mut inputs);
            self.escape_due = None;
        }
        inputs.into_iter().try_for_each(|input| {
            self.dispatch(match input {
                Input::Key(key) => Event::Key(key),
                Input::Mouse(mouse) => Event::Mouse(mouse),
                Input::Background(colour) => Event::Background(colour),
                Input::Paste(text) => Event::Paste(text),
                Input::PasteRefused(why) => Event::PasteRefused(why),
            })
        })
    }

    fn dispatch(&mut self, event: Event) -> anyhow::Result<()> {
        if self.end.is_some() {
            return Ok(());
        }
        let at = Moment(wait::now());
        let effects = update(&mut self.state, event, at, SystemClock.now());
        self.picture = Picture::Stale;
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                Effect::Work(asked) => self.worker.submit(asked),
                // What was submitted before is finished by the worker's drop.
                Effect::Quit => self.end = Some(End::Quit),
                Effect::Suspend => self.suspension = Suspension::Wanted,
                Effect::Watch(path) => self.watch = FileWatch::new(&paths::typed(&path)),
                Effect::Edit(editing) => self.give_to_editor(editing)?,
                Effect::AskForBackground => self.screen.ask_for_background()?,
                Effect::ListenToMouse(listens) => self.screen.listen_to_mouse(listens)?,
                Effect::Repaint => {
                    self.screen.forget_contents()?;
                    self.picture = Picture::Stale;
                }
            }
        }
        Ok(())
    }

    fn give_to_editor(&mut self, editing: Editing) -> anyhow::Result<()> {
        let (scratch, before) = match Away::prepare(editing) {
            Ok(prepared) => prepared,
            Err(sentence) => return self.dispatch(Event::Edited(EditorEnd::Failed(sentence))),
        };
        self.screen.leave()?;
        let editor = Editor::find(self.state.app.all_settings.editor.as_deref());
        self.away = Some(Away::start(editor, scratch, before).context("starting the editor failed")?);
        Ok(())
    }

    /// The editor has ended: the terminal is ours again.
    fn take_back(&mut self) -> anyhow::Result<()> {
        let Some(away) = self.away.take() else {
            return Ok(());
        };
        if let Some(signal) = away.ending {
            self.end.get_or_insert(End::Signal(signal));
            return Ok(());
        }
        let end = away.finish();
        self.screen.reenter().context("the terminal could not be taken again")?;
        self.measure()?;
        self.dispatch(Event::Edited(end))
    }

    /// Stops the process; the lock has been done by now, because the worker is idle.
    fn suspend(&mut self) -> anyhow::Result<()> {
        self.suspension = Suspension::None;
        if !can_be_continued() {
            return Ok(());
        }
        self.screen.leave()?;
        stop()?;
        self.come_back()?;
        // The others are the stop that we sent to the whole job, and the continuation just answered.
        let arrived = self.signals.take();
        self.hear_last_words(&arrived);
        Ok(())
    }

    /// After a stop the terminal is as the shell left it.
    fn come_back(&mut self) -> anyhow::Result<()> {
        // What was stopped with us goes on with us: the terminal is its own still.
        if self.away.is_none() {
            self.screen.reenter().context("the terminal could not be taken again")?;
        }
        self.measure()?;
        self.dispatch(Event::Resumed)
    }

    fn measure(&mut self) -> anyhow::Result<()> {
        let (columns, rows) = self.screen.size()?;
        self.dispatch(Event::Resize(columns, rows))
    }
}
