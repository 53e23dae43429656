//! The app and the stack of layers over it: who gets the keys, who is answered, and what becomes of the stack.

mod answers;

use std::time::Duration;

use super::action::{Action, FooterWord};
use super::app::{App, Tone};
use super::ask::Effect;
use super::browse::{self, Browse, Pane};
use super::command::Command;
use super::context::Contexts;
use super::event::Moment;
use super::kit::edit_buffer::Edit;
use super::layer::{Flow, Gift, Layer, News};
use super::layout::is_wide;
use super::{lock, open};
use crate::app_options::AppOptions;
use crate::domain::Timestamp;
use crate::memory::SecretBytes;

/// The app and what lies over its browse screen.
pub struct State {
    pub app: App,
    /// The top one gets the keys. Without an open vault the lowest fills the screen.
    layers: Vec<Box<dyn Layer>>,
}

impl State {
    /// The state at the start: columns and rows of the terminal, the time.
    pub fn new(options: &AppOptions, size: (u16, u16), at: Moment, wall: Timestamp) -> Self {
        Self { app: App::new(options, size, at, wall), layers: Vec::new() }
    }

    /// Takes a master password that was given beforehand: it is used up by the first unlock.
    pub fn give_password(&mut self, password: SecretBytes) {
        self.app.given_password = Some(password);
    }

    /// What is to be done at the start, before the first event.
    pub fn start(&mut self) -> Vec<Effect> {
        let starting = open::starting(&mut self.app);
        self.layers = vec![starting];
        if self.app.settings.mouse {
            self.app.asks.push(Effect::ListenToMouse(true));
        }
        self.app.asks.take()
    }

    /// The layers, the lowest first.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = &dyn Layer> {
        self.layers.iter().map(|layer| &**layer)
    }

    /// The topmost layer of a kind.
    pub fn layer<L: Layer>(&self) -> Option<&L> {
        self.layers().rev().find_map(|layer| (layer as &dyn std::any::Any).downcast_ref())
    }

    /// The layer that gets the keys.
    pub fn top(&self) -> Option<&dyn Layer> {
        self.layers.last().map(|layer| &**layer)
    }

    pub(super) fn top_mut(&mut self) -> Option<(&mut dyn Layer, &mut App)> {
        let top = self.layers.last_mut()?;
        Some((&mut **top, &mut self.app))
    }

    pub fn contexts(&self) -> Contexts {
        match (self.top(), self.app.browse()) {
            (Some(layer), _) => layer.contexts(),
            (None, Some(browse)) => browse.contexts(),
            (None, None) => Contexts::commanding(&[]),
        }
    }

    /// Why an action can do nothing now.
    pub fn obstacle(&self, action: Action) -> Option<&'static str> {
        match (action, self.top()) {
            (Action::Lock, _) if self.app.browse().is_none() => Some("the vault is not open"),
            (Action::Vault, _) => self.app.obstacle_to_another_vault(),
            (Action::OtherVault, Some(layer)) if layer.is_base() => self.app.obstacle_to_another_vault(),
            (_, Some(layer)) => layer.obstacle(action, &self.app),
            (_, None) => browse::commands::obstacle(action, &self.app),
        }
    }

    /// By which word the footer tells an action just now.
    pub fn told(&self, action: Action) -> FooterWord {
        match self.top() {
            Some(layer) => layer.told(action),
            None => self.app.browse().map_or(FooterWord::Usual, |browse| browse.told(action, self.app.size)),
        }
    }

    /// In how long a [`Event::Tick`](super::Event::Tick) is needed; `None`: only when something happens.
    ///
    /// Asked after each event, it names the next moment at which the screen changes by itself.
    pub fn next_wake(&self, at: Moment) -> Option<Duration> {
        let layers = self.layers().filter_map(|layer| layer.wake_at(&self.app));
        let next = layers.chain(self.app.wake_at(at)).min()?;
        // A moment that has just passed still needs its tick.
        Some(next.since(at).max(Duration::from_millis(1)))
    }

    /// Does what a key means.
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Quit => return self.interrupt(),
            Action::Lock => {
                self.lock("Locked");
                return self.app.asks.push(Effect::Repaint);
            }
            Action::Suspend => {
                self.lock("Locked before suspending");
                return self.app.asks.push(Effect::Suspend);
            }
            Action::ToggleMouse => return self.app.toggle_mouse(),
            Action::Palette => {
                let palette = open::palette(&self.contexts(), &self.app, |action| self.obstacle(action));
                return self.layers.push(palette);
            }
            Action::Help if self.top().is_none_or(|layer| layer.name() != "help") => {
                let help = open::help(self.contexts());
                return self.layers.push(help);
            }
            Action::Theme | Action::Set | Action::Vault => return self.begin_command(action),
            Action::OtherVault if self.obstacle(action).is_none() => {
                let other_vault = open::other_vault(&mut self.app);
                return self.layers.push(other_vault);
            }
            _ => {}
        }
        if let Some(edit) = Edit::of(action).filter(|_| self.contexts().is_typing()) {
            return self.edit(edit);
        }
        if let Some((layer, app)) = self.top_mut() {
            let flow = layer.act(action, app);
            return self.apply_to_top(flow);
        }
        if action == Action::Back {
            return self.back();
        }
        match open::over_browse(action, &mut self.app) {
            Some(layer) => self.layers.push(layer),
            None => browse::act::act(action, &mut self.app),
        }
    }

    /// Moves the cursor of the field that takes what is typed, or changes what is in it.
    fn edit(&mut self, edit: Edit) {
        if self.app.is_busy() {
            return;
        }
        if let Some((layer, app)) = self.top_mut() {
            return layer.edit(edit, app);
        }
        if let Some((browse, asks)) = self.app.browsing() {
            let was_taken = edit.moves() && browse.take_earlier_filter(asks);
            if browse.filter.edit(edit) && !was_taken {
                browse.filter_changed(asks);
            }
        }
    }

    /// The key for leaving: what is on top closes; without anything on top, the app is left.
    fn interrupt(&mut self) {
        if let Some((layer, app)) = self.top_mut() {
            let flow = layer.interrupt(app);
            self.apply_to_top(flow);
        } else if self.app.browse().is_some_and(Browse::is_filtering) {
            browse::act::act(Action::Escape, &mut self.app);
        } else {
            self.quit();
        }
    }

    /// Whether the key for leaving leaves the app, and closes nothing.
    pub fn leaves(&self) -> bool {
        let is_filtering = self.app.browse().is_some_and(Browse::is_filtering);
        self.top().map_or(!is_filtering, Layer::is_base)
    }

    /// Back from the pane that is alone on a narrow screen, else out of the app.
    fn back(&mut self) {
        let is_narrow = !is_wide(self.app.size);
        if is_narrow && self.app.browse().is_some_and(|browse| browse.pane != Pane::Secrets) {
            browse::act::act(Action::Escape, &mut self.app);
        } else {
            self.quit();
        }
    }

    /// Leaves the app. While long work is under way that is wished twice: what can be stopped is stopped then, the
    /// rest is waited for.
    fn quit(&mut self) {
        if let Some(under_way) = &mut self.app.under_way {
            let (can_be_stopped, doing) = (under_way.kind.can_be_stopped(), under_way.kind.doing());
            if !std::mem::replace(&mut under_way.leaving, true) {
                let end = if can_be_stopped { "stop it and quit" } else { "quit when it is done" };
                return self.app.say(Tone::Failed, format!("{doing} is still running: press again to {end}"));
            }
            if can_be_stopped {
                under_way.watched.stop();
            }
        }
        lock::leave(&mut self.app);
    }

    /// What is to be done where something else ends the app than its user.
    pub fn keep_place(&mut self) -> Vec<Effect> {
        lock::keep_place(&mut self.app);
        self.app.asks.take()
    }

    fn apply_to_top(&mut self, flow: Flow) {
        if let Some(top) = self.layers.len().checked_sub(1) {
            self.apply(top, flow);
        }
    }

    /// Does with the stack what a layer at a position wants.
    fn apply(&mut self, at: usize, flow: Flow) {
        match flow {
            Flow::Stay => {}
            Flow::Close if self.layers[at].is_dirty() => {
                // Above it is nothing but such a question, if anything.
                if at + 1 == self.layers.len() {
                    self.layers.push(open::discard());
                }
            }
            Flow::Close | Flow::Done => self.remove(at),
            Flow::Give(gift) => {
                self.remove(at);
                if let Some(below) = at.checked_sub(1) {
                    self.give(below, &gift);
                }
            }
            Flow::Open(layer) => self.layers.insert(at + 1, layer),
            Flow::Replace(layer) => {
                self.tell(at, &News::Closing);
                self.layers[at] = layer;
            }
            Flow::Found(found) => self.layers = vec![open::found(found, &mut self.app)],
            Flow::Discard => {
                self.remove(at);
                if let Some(below) = at.checked_sub(1) {
                    self.remove(below);
                }
            }
            Flow::Run(command) => {
                self.remove(at);
                self.run(command);
            }
            Flow::Quit => self.quit(),
        }
    }

    fn give(&mut self, at: usize, gift: &Gift) {
        let flow = self.tell(at, &News::Given(gift));
        self.apply(at, flow);
    }

    fn tell(&mut self, at: usize, news: &News<'_>) -> Flow {
        self.layers[at].hear(news, &mut self.app)
    }

    /// Removes a layer, and the question about it that may lie above.
    fn remove(&mut self, at: usize) {
        self.tell(at, &News::Closing);
        self.layers.remove(at);
        if self.layers.get(at).is_some_and(|layer| layer.name() == "discard") {
            self.layers.remove(at);
        }
    }

    /// Tells all layers, the topmost first.
    fn tell_all(&mut self, news: &News<'_>) {
        for at in (0..self.layers.len()).rev() {
            // One that closes may take the question about it along.
            if at < self.layers.len() {
                let flow = self.tell(at, news);
                self.apply(at, flow);
            }
        }
    }

    /// Runs a command that was asked for by name. An answer of the worker may have changed what lies below since the
    /// palette opened.
    fn run(&mut self, command: Command) {
        match command {
            Command::Run(action) => {
                let contexts = self.contexts();
                let keymap = &self.app.keymap;
                let is_active =
                    contexts.iter().flat_map(|context| keymap.rows(*context)).any(|row| row.action == action);
                match self.obstacle(action) {
                    None if is_active => self.act(action),
                    obstacle => {
                        let why = obstacle.unwrap_or("not now");
                        self.app.say(Tone::Note, format!("{}: {why}", action.name()));
                    }
                }
            }
            Command::Set { name, value } => self.app.change_setting(&name, &value),
            Command::Vault(path) => self.open_vault(path),
            Command::Push(remote) => {
                let push = open::push(&remote, &mut self.app);
                self.layers.extend(push);
            }
            Command::Pull(remote) => {
                let pull = open::pull(&remote, &mut self.app);
                self.layers.extend(pull);
            }
            Command::Merge(file) => self.layers.extend(open::merge(file, &mut self.app)),
            Command::Sync(remote) => self.layers.extend(open::sync(remote, &mut self.app)),
            Command::Import { source, file } => {
                let import = open::import(file, source, &mut self.app);
                self.layers.extend(import);
            }
        }
    }

    /// Opens the palette with the name of a command that needs more.
    fn begin_command(&mut self, action: Action) {
        let palette = open::palette(&self.contexts(), &self.app, |action| self.obstacle(action));
        self.layers.push(palette);
        if let Some((palette, app)) = self.top_mut() {
            let folder = app.path.rfind('/').map_or("", |slash| &app.path[..=slash]);
            let begun = if action == Action::Vault { folder } else { "" };
            palette.paste(&format!("{} {begun}", action.name()), app);
        }
    }

    /// Locks the vault and looks for another one; a form in which something was typed is asked about first.
    fn open_vault(&mut self, path: String) {
        if let Some(why) = self.app.obstacle_to_another_vault() {
            return self.app.say(Tone::Note, format!("vault: {why}"));
        }
        if let Some(under_way) = &self.app.under_way {
            let doing = under_way.kind.doing();
            return self.app.say(Tone::Note, format!("{doing} is still running: wait for it, or stop it"));
        }
        if let Some(dirty) = self.layers.iter().rposition(|layer| layer.is_dirty()) {
            self.apply(dirty, Flow::Close);
            return self.app.say(Tone::Note, "save or discard this form, then open the other vault");
        }
        self.lock("Locked to open another vault");
        let other_vault = open::vault(path, &mut self.app);
        self.layers.push(other_vault);
    }

    /// Locks at once, whatever is open. What was typed is sealed: of several forms the lowest.
    pub(super) fn lock(&mut self, reason: &str) {
        if self.app.browse().is_none() {
            return self.tell_all(&News::LockedAgain);
        }
        let form = self.layers().find_map(Layer::reopen);
        let said = lock::lock(&mut self.app, reason, form.as_ref());
        self.layers.clear();
        self.layers.push(open::locked(Some(&said), &self.app));
    }
}
