//! Push and pull: which remote, which secrets, and who asks. What would be done is shown in a dialog of its own.

use super::copies::{FOLDER, folder};
use super::task::{Missing, Stage, Task, TaskForm, enter};
use crate::domain::{SecretName, StageLabel, grouped};
use crate::engine::{Layout, NoPattern, Pattern, Patterns, PushReport, PushTerms};
use crate::tui::app::App;
use crate::tui::engine_text;
use crate::tui::jobs::{EngineDone, EngineJob, Job, PushScope, Target};
use crate::tui::kit::form::{Field, Id};
use crate::tui::layer::{Flow, Layer};
use crate::tui::layers::pull_plan::{PullPlan, Pulling};
use crate::tui::layers::push_plan::{PushPlan, Pushing};
use crate::vault::ImportReport;

pub(super) const ABOUT_PUSH: &str = "Secrets for an engine where a team reads them: OpenBao or HashiCorp Vault. Ctrl-s shows \
                                     what would change there; nothing is changed before you choose Push.";
pub(super) const ABOUT_PULL: &str = "Secrets from an engine where a team reads them: OpenBao or HashiCorp Vault. Ctrl-s shows \
                                     what would change here; nothing is changed before you choose Pull.";

const REMOTE: Id = Id("remote");
const SECRETS: Id = Id("secrets");
const ONLY: Id = Id("only");
const LABELS: Id = Id("labels");
const VERSIONS: Id = Id("versions");
const LAYOUT: Id = Id("layout");
const TOKEN: Id = Id("token");

fn remote(name: &str) -> Field {
    Field::text(REMOTE, "Remote", name).placeholder("leave empty if there is one engine")
}

fn token() -> Field {
    Field::masked(TOKEN, "Token").placeholder("leave empty to use BAO_TOKEN")
}

/// The form of a push; of secrets that are marked it asks whether these are meant.
pub(super) fn push(name: &str, marked: Vec<SecretName>) -> TaskForm {
    let mut form = TaskForm::new(
        Task::Push,
        vec![
            remote(name),
            Field::text(ONLY, "Only", "").placeholder("names, folders with '/', '*'; leave empty for all"),
            Field::text(LABELS, "Labels", "").placeholder("leave empty for ACSCurrent and ACSPrevious"),
            Field::choice(VERSIONS, "Versions", &["with a label", "all"], 0),
            Field::choice(LAYOUT, "JSON objects", &["as one value", "member by member"], 0),
            token(),
        ],
    );
    if !marked.is_empty() {
        let those = format!("the {} marked", grouped(marked.len() as u64));
        form.form.insert_behind(REMOTE, Field::choice(SECRETS, "Secrets", &[&those, "all"], 0));
        form.marked = marked;
    }
    form
}

pub(super) fn pull(name: &str) -> TaskForm {
    let fields = vec![
        remote(name),
        Field::text(ONLY, "Only", "").placeholder("names, folders with '/', '*'; leave empty for all"),
        Field::text(FOLDER, "Into folder", "").placeholder("leave empty to keep the names"),
        token(),
    ];
    TaskForm::new(Task::Pull, fields)
}

/// Opens the form of a push; with a remote it is planned at once.
pub fn open_push(name: &str, app: &mut App) -> Option<Box<dyn Layer>> {
    let marked = super::copies::marked(app);
    open(push(name, marked), submit_push, app)
}

/// Opens the form of a pull; with a remote it is planned at once.
pub fn open_pull(name: &str, app: &mut App) -> Option<Box<dyn Layer>> {
    open(pull(name), submit_pull, app)
}

fn open(
    mut form: TaskForm,
    plan: fn(&TaskForm) -> Result<Job, Missing>,
    app: &mut App,
) -> Option<Box<dyn Layer>> {
    if enter(&mut form, app)?
        && !form.form.text(REMOTE).is_empty()
        && let Ok(job) = plan(&form)
    {
        form.run(job, app);
    }
    Some(Box::new(form))
}

fn target(form: &TaskForm) -> Target {
    Target { remote: form.form.text(REMOTE).to_owned(), token: form.form.duplicate(TOKEN) }
}

fn patterns(form: &TaskForm) -> Result<Patterns, Missing> {
    let words = form.form.text(ONLY).split_whitespace();
    let patterns: Result<Vec<Pattern>, _> = words.map(str::parse).collect();
    patterns.map(Patterns).map_err(|none: NoPattern| Missing(ONLY, none.to_string()))
}

fn scope(form: &TaskForm) -> Result<PushScope, Missing> {
    let labels = form.form.text(LABELS).split([' ', ',']).filter(|word| !word.is_empty());
    let labels: Result<Vec<StageLabel>, _> = labels.map(StageLabel::new).collect();
    let terms = PushTerms {
        labels: labels.map_err(|invalid| Missing(LABELS, invalid.to_string()))?,
        all_versions: form.form.chosen(VERSIONS) == 1,
        layout: if form.form.chosen(LAYOUT) == 1 { Layout::Fields } else { Layout::Whole },
    };
    let only = if form.form.chosen(SECRETS) == 0 { form.marked.clone() } else { Vec::new() };
    Ok(PushScope { patterns: patterns(form)?, only, terms })
}

pub(super) fn submit_push(form: &TaskForm) -> Result<Job, Missing> {
    Ok(Job::Engine(EngineJob::PlanPush(target(form), scope(form)?)))
}

pub(super) fn submit_pull(form: &TaskForm) -> Result<Job, Missing> {
    let (patterns, folder) = (patterns(form)?, folder(form)?);
    Ok(Job::Engine(EngineJob::PlanPull { target: target(form), patterns, folder }))
}

/// Shows the plan that came in a dialog over the form, or says what was done.
pub(super) fn came(form: &mut TaskForm, done: EngineDone, app: &mut App) -> Flow {
    form.stage = Stage::Typing;
    let plan = match done {
        EngineDone::PushPlanned { remote, report } => push_plan(form, remote, report, app),
        EngineDone::PullPlanned { remote, report, .. } => pull_plan(form, remote, report, app),
        done => {
            let (tone, text) = engine_text::done(&done);
            app.say(tone, text);
            return Flow::Done;
        }
    };
    plan.map_or(Flow::Stay, Flow::Open)
}

fn push_plan(form: &TaskForm, remote: String, report: PushReport, app: &App) -> Option<Box<dyn Layer>> {
    let scope = scope(form).ok()?;
    let pushing = Pushing::new(Target { remote: remote.clone(), ..target(form) }, scope);
    Some(Box::new(PushPlan::of(pushing, report, app)))
}

fn pull_plan(form: &TaskForm, remote: String, report: ImportReport, app: &App) -> Option<Box<dyn Layer>> {
    let (patterns, folder) = (patterns(form).ok()?, folder(form).ok()?);
    let target = Target { remote, ..target(form) };
    let pulling = Pulling { target, patterns, folder, is_updated: false, is_handed_on: false };
    Some(Box::new(PullPlan::of(pulling, report, app)))
}
