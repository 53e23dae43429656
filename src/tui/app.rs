//! What every part of the app may use, but for the dialogs: settings, time, the open vault, what is asked of the
//! worker.

mod learn;
mod live;
mod time;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::as_command::LastCommand;
use super::ask::{Asks, Copied, Edited, Effect, Failure, Pending, Question, Reads, Ticket, Work};
use super::browse::{Browse, Layout, Order, Pane};
use super::event::Moment;
use super::glyphs::Glyphs;
use super::jobs::{Job, JobKind, Watched};
use super::keymap::Keymap;
use super::place::Reopen;
use super::session::CopyRoute;
use super::theme::{Rgb, Theme};
use crate::app_options::{AppOptions, Ownership};
use crate::config::{self, ListLayout, ListOrder, Switch};
use crate::domain::{SecretName, Timestamp, VersionId};
use crate::memory::SecretBytes;
use crate::vault::{Answers, FormatVersion, Progress, SecretDetails};

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Done,
    Note,
    /// Something failed: it stays until a key.
    Failed,
}

/// What happened, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub tone: Tone,
    pub text: String,
    /// When it goes; `None`: with the next key.
    pub until: Option<Moment>,
}

/// Work that the app waits for: what would disturb it is off meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// Comes back when it is done.
    pub ticket: Ticket,
    pub since: Moment,
    /// Whether it derives a key, which takes long enough for a spinner.
    pub derives_key: bool,
}

/// What may be set, as far as the state needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Without a key for so long, the vault is locked.
    pub lock_after: Duration,
    /// A revealed value hides itself after so long.
    pub reveal_for: Duration,
    /// A toast that tells what was done stays so long.
    pub toast_for: Duration,
    /// One that only remarks something stays so long.
    pub note_for: Duration,
    /// The shape and order of the list at first.
    pub layout: Layout,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Nothing moves by itself: no spinners, no countdowns.
    pub plain: bool,
    /// Whether a put form begins with a free version id in it.
    pub suggests_ids: bool,
}

impl Settings {
    /// Takes from the user's settings what the state needs.
    pub fn of(settings: &config::Settings) -> Self {
        let order = match settings.order {
            ListOrder::Name => Order::Name,
            ListOrder::Newest => Order::Changed,
            ListOrder::Due => Order::Due,
        };
        Self {
            lock_after: settings.lock_after,
            reveal_for: settings.reveal_for,
            toast_for: Duration::from_secs(6),
            note_for: Duration::from_secs(4),
            layout: match settings.layout {
                ListLayout::Tree if order == Order::Name => Layout::Tree,
                // Folders have an order of their own.
                ListLayout::Tree | ListLayout::Flat => Layout::Flat(order),
            },
            mouse: settings.mouse == Switch::On,
            plain: settings.plain,
            suggests_ids: settings.suggest_ids,
        }
    }
}

/// How often a spinner turns.
pub const SPINNER: Duration = Duration::from_millis(100);

/// The job that the worker has, or has before it.
pub struct UnderWay {
    /// Comes back with its end.
    pub ticket: Ticket,
    pub kind: JobKind,
    pub since: Moment,
    /// What is shared with the worker.
    pub watched: Arc<Watched>,
    /// How far it was with the newest event.
    pub progress: Progress,
    /// Whether leaving the app was wished once.
    pub leaving: bool,
}

impl UnderWay {
    /// How much of it is done; `None` while nobody can say.
    pub fn percent(&self) -> Option<u64> {
        self.progress.done.saturating_mul(100).checked_div(self.progress.total)
    }

    /// "importing 42 %".
    pub fn words(&self) -> String {
        let doing = self.kind.doing();
        self.percent().map_or_else(|| doing.to_owned(), |percent| format!("{doing} {percent} %"))
    }
}

/// A form from before a lock that comes back as soon as its secret is known.
pub struct Returning {
    pub form: Reopen,
    /// Asked where the form is about a secret.
    pub details: Pending<Box<SecretDetails>>,
}

/// What every part of the app may use.
pub struct App {
    /// Columns and rows.
    pub size: (u16, u16),
    /// The moment of the newest event.
    pub now: Moment,
    /// The time of day of the newest event.
    pub wall: Timestamp,
    /// Where the vault lies, as people write it.
    pub path: String,
    pub ownership: Ownership,
    /// The key file, as people write it.
    pub key_file: Option<String>,
    /// Answers given beforehand.
    pub answers: Answers,
    pub settings: Settings,
    /// All that is set, to be shown.
    pub all_settings: config::Settings,
    /// The file in which it is set, as people write it.
    pub settings_file: Option<String>,
    pub keymap: Keymap,
    pub theme: Theme,
    /// The variables that the theme depends on.
    variables: BTreeMap<&'static str, OsString>,
    /// The background, where the terminal told it.
    background: Option<Rgb>,
    /// The open vault as it is browsed; `None` while it is locked. Never taken out for a while.
    pub browse: Option<Box<Browse>>,
    pub toast: Option<Toast>,
    /// What nothing may disturb, and since when.
    pub busy: Option<Busy>,
    /// The long work that the worker has.
    pub under_way: Option<UnderWay>,
    /// When the last key came.
    pub last_input: Moment,
    /// When the clipboard is to be emptied.
    pub clipboard_until: Option<Moment>,
    /// The last change, as a command.
    pub last_command: LastCommand,
    /// What is asked of the worker and the runtime.
    pub asks: Asks,
    /// The master password, where it was given beforehand: it opens the vault once.
    pub given_password: Option<SecretBytes>,
    /// Whether the agent's key opened the vault.
    pub opened_by_agent: bool,
    /// The format of the vault file, once it was open.
    pub format: Option<FormatVersion>,
    /// A form from before a lock that waits for the details of its secret.
    pub returning: Option<Returning>,
    /// Whose value is in the editor, while it is open.
    pub editing: Option<Edited>,
    /// What the editor saved and no form has taken yet: while the vault is locked, it waits.
    pub edited: Option<(Edited, SecretBytes)>,
    /// The change that was under way when the vault was locked: where it succeeds, its form does not come back.
    pub storing: Option<Ticket>,
    /// Whether it did.
    pub was_stored: bool,
    /// The job that was under way when the vault was locked.
    pub late_job: Option<(Ticket, JobKind)>,
    /// Copies of the vault that other programs put beside it.
    pub conflict_files: Vec<PathBuf>,
    /// Whether their merge is still to be offered: once for each of them.
    pub offers_merge: bool,
}

impl App {
    /// The app at its start: columns and rows of the terminal, the time.
    pub fn new(options: &AppOptions, size: (u16, u16), at: Moment, wall: Timestamp) -> Self {
        Self {
            size,
            now: at,
            wall,
            path: for_people(&options.vault_path),
            ownership: options.ownership,
            key_file: options.key_file.as_deref().map(for_people),
            answers: options.answers,
            settings: Settings::of(&options.settings),
            all_settings: options.settings.clone(),
            settings_file: options.settings_file.as_deref().map(for_people),
            keymap: Keymap::embedded(),
            theme: Theme::named("terminal", Glyphs::UNICODE),
            variables: BTreeMap::new(),
            background: None,
            browse: None,
            toast: None,
            busy: None,
            under_way: None,
            last_input: at,
            clipboard_until: None,
            last_command: LastCommand::none(&options.vault_path),
            asks: Asks::default(),
            given_password: None,
            opened_by_agent: false,
            format: None,
            returning: None,
            editing: None,
            edited: None,
            storing: None,
            was_stored: false,
            late_job: None,
            conflict_files: Vec::new(),
            offers_merge: false,
        }
    }

    /// Where the vault lies, or what it is instead of the user's.
    pub fn whereabouts(&self) -> &str {
        match self.ownership {
            Ownership::Own => &self.path,
            Ownership::Demo { .. } => DEMO,
        }
    }

    /// The browse screen, while the vault is open.
    pub fn browse(&self) -> Option<&Browse> {
        self.browse.as_deref()
    }

    /// The browse screen, to change it, and what it asks of the worker.
    pub fn browsing(&mut self) -> Option<(&mut Browse, &mut Asks)> {
        Some((self.browse.as_deref_mut()?, &mut self.asks))
    }

    /// What is known of the selected secret.
    pub fn known(&self) -> Option<&SecretDetails> {
        self.browse()?.known()
    }

    /// The file name of the vault, to be typed where there is no undo.
    pub fn vault_file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the app waits for work that nothing may disturb.
    pub const fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// Says what happened, in one line.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let stays = match tone {
            Tone::Done => Some(self.settings.toast_for),
            Tone::Note => Some(self.settings.note_for),
            Tone::Failed => None,
        };
        let until = stays.map(|time| self.now.after(time));
        self.toast = Some(Toast { tone, text: text.into(), until });
    }

    /// Says what failed, and what to do next.
    pub fn say_failed(&mut self, failure: &Failure) {
        self.say(Tone::Failed, failure.line());
    }

    /// Gives the worker something that nothing may disturb; `question` waits for its end.
    pub fn begin_busy(&mut self, question: &mut Question, work: Work) {
        let derives_key = matches!(work, Work::Unlock { .. } | Work::Create { .. });
        let ticket = self.asks.work(work);
        question.follow(ticket);
        self.busy = Some(Busy { ticket, since: self.now, derives_key });
    }

    /// Gives the worker a job; `question` waits for its end.
    pub fn begin_job(&mut self, question: &mut Question, job: Job) {
        let watched = Arc::new(Watched::default());
        let (kind, progress) = (job.kind(), watched.progress());
        let work = Work::Job { job: Box::new(job), watched: Arc::clone(&watched) };
        let ticket = self.asks.work(work);
        question.follow(ticket);
        let since = self.now;
        self.under_way = Some(UnderWay { ticket, kind, since, watched, progress, leaving: false });
    }

    /// Whether the worker can take a job; what is still running is said.
    pub fn takes_job(&mut self) -> bool {
        let words = self.under_way.as_ref().map(UnderWay::words);
        if let Some(words) = &words {
            self.say(Tone::Note, format!("{words} is still running: wait, or stop it with :stop-work"));
        }
        words.is_none()
    }

    /// Says that the work under way goes on behind what is shown.
    pub fn say_in_background(&mut self) {
        if let Some(under_way) = &self.under_way {
            let text = format!("{} continues in the background", under_way.kind.doing());
            self.say(Tone::Note, text);
        }
    }

    /// Stops the work under way, where nothing is left of it then.
    pub fn stop_work(&mut self) {
        let (tone, text) = match &self.under_way {
            None => (Tone::Note, "nothing to stop".to_owned()),
            Some(under_way) if under_way.kind.can_be_stopped() => {
                under_way.watched.stop();
                (Tone::Note, format!("{}: stopping", under_way.kind.doing()))
            }
            Some(under_way) => {
                (Tone::Note, format!("{} cannot be stopped: it is all or nothing", under_way.kind.doing()))
            }
        };
        self.say(tone, text);
    }

    /// Why the work under way cannot be stopped now.
    pub fn obstacle_to_stopping(&self) -> Option<&'static str> {
        let can_be = self.under_way.as_ref().is_some_and(|under_way| under_way.kind.can_be_stopped());
        (!can_be).then_some("nothing to stop")
    }

    /// Leaves the mouse to the terminal, whose own selection works then, or takes it again.
    pub fn toggle_mouse(&mut self) {
        self.settings.mouse = !self.settings.mouse;
        self.asks.push(Effect::ListenToMouse(self.settings.mouse));
        self.say(
            Tone::Note,
            if self.settings.mouse {
                "the mouse is on: a click selects, the wheel scrolls"
            } else {
                "the mouse is off: the terminal itself selects text"
            },
        );
    }

    /// Why another vault cannot be opened now: the throwaway vault of the demo is not exchanged for a real one.
    pub fn obstacle_to_another_vault(&self) -> Option<&'static str> {
        (self.ownership != Ownership::Own || self.is_busy()).then_some("not now")
    }

    /// Says, behind what was done, that the filter is cleared: it hid what that was done to.
    pub fn say_filter_cleared(&mut self) {
        match &mut self.toast {
            Some(toast) if toast.tone == Tone::Done => toast.text.push_str(" · filter cleared"),
            _ => self.say(Tone::Note, "filter cleared"),
        }
    }

    /// Shows a version of a secret, or the secret where none is named; whether it is still there, which is said.
    pub fn go_to(&mut self, name: &SecretName, version: Option<&VersionId>) -> bool {
        let Some((browse, asks)) = self.browsing() else {
            return false;
        };
        let has_cleared = browse.bring_up(name, asks);
        if browse.selected.as_ref() != Some(name) {
            self.say(Tone::Note, format!("{name} is not there any more: it was purged or renamed"));
            return false;
        }
        if let Some(version) = version {
            browse.wish_version(version);
            browse.pane = Pane::Versions;
        }
        browse.describe_again(asks);
        if has_cleared {
            self.say_filter_cleared();
        }
        true
    }

    /// Says what was copied, and truly where to.
    pub fn say_copied(&mut self, what: &Copied, route: CopyRoute) {
        let subject = match what {
            Copied::Value { name, version_id } => format!("value of {name}#{version_id}"),
            Copied::Field { name, version_id, field } => format!("field '{field}' of {name}#{version_id}"),
            Copied::Code { name, version_id } => format!("code of {name}#{version_id}"),
            Copied::Reference { name, version_id } => format!("reference {name}#{version_id}"),
            Copied::Command(Reads::Nothing) => "command".to_owned(),
            Copied::Command(Reads::Value) => "command (it reads the value from stdin)".to_owned(),
        };
        let more = match (what, self.last_command.line()) {
            (Copied::Command(_), Some(line)) => format!(": {}", line.text()),
            _ => String::new(),
        };
        match route {
            CopyRoute::System { cleared_in } => {
                // The clipboard is emptied on time, locked or not.
                self.clipboard_until = Some(self.now.after(cleared_in));
                self.say(Tone::Done, format!("{subject} copied, cleared in {} s{more}", cleared_in.as_secs()));
            }
            // A command is not a secret: the line itself is what matters.
            CopyRoute::Osc52 if matches!(what, Copied::Command(_)) => {
                self.say(Tone::Note, format!("{subject} sent by OSC 52{more}"));
            }
            CopyRoute::Osc52 => self.say(
                Tone::Note,
                format!(
                    "{subject} sent to the terminal by OSC 52: it cannot be checked or cleared from here{more}"
                ),
            ),
            CopyRoute::Command => {
                self.say(Tone::Done, format!("{subject} given to your clipboard command{more}"));
            }
        }
    }
}

/// A path with the home folder written as `~`.
pub(super) fn for_people(path: &Path) -> String {
    let home = std::env::home_dir().filter(|home| home.parent().is_some());
    match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// Where others name the path of their vault.
const DEMO: &str = "demo: sample secrets, gone when you leave";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_the_user_reach_the_app() {
        let wanted = config::Settings {
            lock_after: Duration::from_secs(60),
            reveal_for: Duration::from_secs(5),
            order: ListOrder::Due,
            ..config::Settings::default()
        };
        let settings = Settings::of(&wanted);
        assert_eq!(settings.lock_after, Duration::from_secs(60));
        assert_eq!(settings.reveal_for, Duration::from_secs(5));
        assert_eq!(settings.layout, Layout::Flat(Order::Due));
        assert_eq!(Settings::of(&config::Settings::default()).layout, Layout::Tree);
    }
}
