//! Everything the app knows between two events.

use std::path::Path;
use std::time::Duration;

use super::as_command::LastCommand;
use super::draft::Draft;
use super::editing::Edited;
use super::effect::{Effect, Work};
use super::event::Moment;
use super::jobs::UnderWay;
use super::modals::{
    CopyChooser, Diff, Discard, Generator, Help, History, LabelsEditor, OtherVault, Palette, PlanPane, Room,
    SecretForm, TakeBackPane, Which, WriteFile,
};
use super::screens::browse::{Browse, Layout, Order};
use super::screens::first_run::FirstRun;
use super::screens::put_form::{PutForm, Suggestion};
use super::screens::unlock::Unlock;
use super::when;
use crate::app_options::{AppOptions, Ownership};
use crate::config::{self, ListLayout, ListOrder, Switch};
use crate::domain::{SecretName, Timestamp};
use crate::memory::SecretBytes;
use crate::vault::{Answers, VaultError};

/// What fills the body.
pub enum Screen {
    /// The worker looks at the file.
    Starting,
    /// The file cannot be used.
    Failed(VaultError),
    /// There is no vault yet.
    FirstRun(Box<FirstRun>),
    /// The vault waits for its password.
    Unlock(Box<Unlock>),
    /// The vault is open.
    Browse(Box<Browse>),
}

/// What lies over it; the last one has the keys.
pub enum Modal {
    /// A new version, or a new secret.
    PutForm(Box<PutForm>),
    /// A random value for it.
    Generator(Box<Generator>),
    /// What a change will do, before it does it.
    Plan(Box<PlanPane>),
    /// What an undo or redo will take back, before it does it.
    TakeBack(Box<TakeBackPane>),
    /// What is known about a secret, to change it.
    SecretForm(Box<SecretForm>),
    /// Who changed what when.
    History(Box<History>),
    /// Which version holds a value.
    Which(Box<Which>),
    /// How two versions differ.
    Diff(Box<Diff>),
    /// The labels of a secret.
    Labels(Box<LabelsEditor>),
    /// What of a value is copied.
    CopyChooser(Box<CopyChooser>),
    /// Where a value is written to.
    WriteFile(Box<WriteFile>),
    /// What is done seldom: new locks, a check, a copy, import, export.
    Room(Box<Room>),
    /// Whether to let what was typed go.
    Discard(Discard),
    /// The path of another vault.
    OtherVault(Box<OtherVault>),
    /// The commands by name.
    Palette(Box<Palette>),
    /// The keys.
    Help(Box<Help>),
}

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something to know.
    Note,
    /// Something failed: it stays until a key.
    Failed,
}

/// What happened, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// When it goes; `None`: with the next key.
    pub until: Option<Moment>,
}

/// Work that the app waits for: what would disturb it is off meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// For the file.
    Open,
    /// For a new vault.
    Create,
    /// For the key.
    Unlock,
    /// For a put or a new secret.
    Put,
    /// For another change.
    Change,
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
    /// Whether a form begins with a free version id in it.
    pub suggestion: Suggestion,
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
            suggestion: if settings.suggest_ids { Suggestion::Made } else { Suggestion::None },
        }
    }
}

/// How often a spinner turns.
const SPINNER: Duration = Duration::from_millis(100);

/// The state of the app.
pub struct State {
    /// Columns and rows.
    pub size: (u16, u16),
    /// The moment of the newest event.
    pub now: Moment,
    /// The time of day of the newest event.
    pub wall: Timestamp,
    /// Where the vault lies, as people write it.
    pub path: String,
    /// Whose vault it is.
    pub ownership: Ownership,
    /// The key file, as people write it.
    pub key_file: Option<String>,
    /// Answers given beforehand.
    pub answers: Answers,
    /// What may be set.
    pub settings: Settings,
    /// All that is set, to be shown.
    pub all_settings: config::Settings,
    /// The file in which it is set, as people write it.
    pub settings_file: Option<String>,
    /// What fills the body.
    pub screen: Screen,
    /// What lies over it.
    pub modals: Vec<Modal>,
    /// What happened last.
    pub toast: Option<Toast>,
    /// What is waited for, and since when.
    pub waiting: Option<(Waiting, Moment)>,
    /// The long work that the worker has.
    pub under_way: Option<UnderWay>,
    /// When the last key came.
    pub last_input: Moment,
    /// When the clipboard is to be emptied.
    pub clipboard_until: Option<Moment>,
    /// The last change, as a command.
    pub last_command: LastCommand,
    /// The master password, where it was given beforehand: it opens the vault once.
    pub(super) given_password: Option<SecretBytes>,
    /// A form from before a lock that waits for the details of its secret.
    pub(super) returning: Option<(SecretName, Draft)>,
    /// Whose value is in the editor, while it is open.
    pub(super) editing: Option<Edited>,
    /// What the editor saved while the vault was locked.
    pub(super) edited: Option<(Edited, SecretBytes)>,
    /// Whether a change that was under way when the vault was locked has succeeded: its form does not come back.
    pub(super) was_stored: bool,
    /// The number of the newest question to the worker; older answers are stale.
    pub(super) revision: u64,
}

impl State {
    /// The state at the start: columns and rows of the terminal, the time.
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
            settings_file: options
                .keymap_file
                .as_deref()
                .map(|keymap| for_people(&keymap.with_file_name(config::FILE_NAME))),
            screen: Screen::Starting,
            modals: Vec::new(),
            toast: None,
            waiting: None,
            under_way: None,
            last_input: at,
            clipboard_until: None,
            last_command: LastCommand::none(&options.vault_path),
            given_password: None,
            returning: None,
            editing: None,
            edited: None,
            was_stored: false,
            revision: 0,
        }
    }

    /// Where the vault lies, or what it is instead of the user's.
    pub fn whereabouts(&self) -> &str {
        match self.ownership {
            Ownership::Own => &self.path,
            Ownership::Demo { .. } => DEMO,
        }
    }

    /// Takes a master password that was given beforehand: it is used up by the first unlock.
    pub fn give_password(&mut self, password: SecretBytes) {
        self.given_password = Some(password);
    }

    /// What is to be done at the start, before the first event.
    pub fn start(&mut self) -> Vec<Effect> {
        self.waiting = Some((Waiting::Open, self.now));
        let mut effects = vec![Effect::Work(Work::Open)];
        if self.settings.mouse {
            effects.push(Effect::ListenToMouse(true));
        }
        effects
    }

    /// The browse screen, while the vault is open.
    pub fn browse(&self) -> Option<&Browse> {
        match &self.screen {
            Screen::Browse(browse) => Some(browse),
            _ => None,
        }
    }

    /// The browse screen, to change it.
    pub fn browse_mut(&mut self) -> Option<&mut Browse> {
        match &mut self.screen {
            Screen::Browse(browse) => Some(browse),
            _ => None,
        }
    }

    /// The file name of the vault, to be typed where there is no way back.
    pub fn vault_file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the app waits for work that nothing may disturb.
    pub const fn is_busy(&self) -> bool {
        self.waiting.is_some()
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
    pub fn say_failed(&mut self, error: &VaultError) {
        self.say(Tone::Failed, format!("{error}: {}", error.hint()));
    }

    /// A number for a question to the worker.
    pub const fn next_revision(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// When the vault is locked if no key comes; `None` while it is not open.
    pub fn locks_at(&self) -> Option<Moment> {
        self.browse().map(|_| self.last_input.after(self.settings.lock_after))
    }

    /// How long until then, for the header.
    pub fn time_to_lock(&self) -> Option<Duration> {
        self.locks_at().map(|at| at.since(self.now))
    }

    /// In how long a [`Event::Tick`](super::Event::Tick) is needed; `None`: only when something happens.
    ///
    /// Asked after each event, it names the next moment at which the screen changes by itself.
    pub fn next_wake(&self, at: Moment) -> Option<Duration> {
        let mut next: Option<Moment> = None;
        let mut wake_at = |moment: Moment| next = Some(next.map_or(moment, |next| next.min(moment)));
        let turns = !self.settings.plain;
        if let Some((waiting, _)) = self.waiting
            && turns
            && matches!(waiting, Waiting::Unlock | Waiting::Create)
        {
            wake_at(at.after(SPINNER));
        }
        if let Screen::FirstRun(first_run) = &self.screen
            && first_run.is_measuring()
            && turns
        {
            wake_at(at.after(SPINNER));
        }
        if self.under_way.is_some() {
            wake_at(at.after(SPINNER));
        }
        if let Some(until) = self.toast.as_ref().and_then(|toast| toast.until) {
            wake_at(until);
        }
        if let Some(until) = self.clipboard_until {
            wake_at(until);
        }
        if let Some(revealed) = self.browse().and_then(|browse| browse.revealed.as_ref()) {
            wake_at(revealed.until);
        }
        let shown = self.modals.iter().filter_map(|modal| match modal {
            Modal::Diff(diff) => diff.until(),
            _ => None,
        });
        shown.for_each(&mut wake_at);
        if let Some(locks_at) = self.locks_at() {
            let step = if turns { countdown_step(locks_at.since(at)) } else { 0 };
            wake_at(Moment(locks_at.0 - step));
        }
        // A moment that has just passed still needs its tick.
        next.map(|next| next.since(at).max(Duration::from_millis(1)))
    }

    /// The text of the countdown to the lock, where there is one.
    pub fn countdown(&self) -> Option<String> {
        if self.settings.plain {
            return None;
        }
        self.time_to_lock().map(|left| format!("locks in {}", when::countdown(left)))
    }
}

/// At how many milliseconds before the lock the countdown shows something new.
fn countdown_step(left: Duration) -> u64 {
    let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    let unit = if left > 60_000 { 60_000 } else { 1000 };
    left.saturating_sub(1) / unit * unit
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

/// The sentence for a failure to bring back what was typed before a lock.
pub(super) const PLACE_LOST: &str =
    "the form that was open cannot be brought back: the vault was rekeyed meanwhile";

/// Nothing to bring back.
pub(super) const fn no_place() -> SecretBytes {
    SecretBytes::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_countdown_wakes_when_its_text_changes() {
        for (left, step) in [
            (300_000, 240_000),
            (299_999, 240_000),
            (240_001, 240_000),
            (240_000, 180_000),
            (61_000, 60_000),
            (60_000, 59_000),
            (500, 0),
            (0, 0),
        ] {
            let left = Duration::from_millis(left);
            assert_eq!(countdown_step(left), step, "{left:?}");
            if !left.is_zero() {
                assert_ne!(when::countdown(left), when::countdown(Duration::from_millis(step)));
            }
        }
    }

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
