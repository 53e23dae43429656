//! What is done to many secrets, as far as it must be typed: a folder, tags, a label. Its plan names every secret.

mod view;

use ratatui::layout::Position;

use super::many_plan::{ManyChanges, ManyPlan, title};
use crate::domain::{Folder, SecretName, StageLabel, TagKey};
use crate::query::Catalogue;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Outlook, Ticket, Unfit, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{Did, Field, Form, Id};
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::tui::place::Reopen;
use crate::tui::tag_lines;
use crate::vault::{BulkPlan, BulkRequest};
use crate::versioning::{BulkOperation, BulkTarget, LabelGoal, MetadataUpdate};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Into a folder.
    Move,
    /// The one folder gets another name.
    RenameFolder,
    Tags,
    Label,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Move, "move"),
    (Kind::RenameFolder, "rename-folder"),
    (Kind::Tags, "tags"),
    (Kind::Label, "label"),
];

const FOLDER: Id = Id("folder");
const SET: Id = Id("set");
const REMOVE: Id = Id("remove");
const LABEL: Id = Id("label");
const TO: Id = Id("to");

pub struct ManyForm {
    kind: Kind,
    targets: Vec<BulkTarget>,
    form: Form,
    outlook: Outlook<Box<BulkPlan>>,
}

impl ManyForm {
    /// The form, with nothing typed.
    pub fn new(kind: Kind, targets: Vec<BulkTarget>, app: &mut App) -> Self {
        let fields = match kind {
            Kind::Move => {
                let folder = Field::text(FOLDER, "Folder", "");
                vec![folder.placeholder("e.g. archive/2025/; '/' is the top level")]
            }
            Kind::RenameFolder => {
                vec![Field::text(FOLDER, "New name", targets.first().map_or("", BulkTarget::as_str))]
            }
            Kind::Tags => vec![
                Field::lines(SET, "Set", "", 3).placeholder(tag_lines::PLACEHOLDER),
                Field::text(REMOVE, "Remove", "").placeholder("keys, separated by spaces"),
            ],
            Kind::Label => vec![
                Field::text(LABEL, "Label", "").placeholder("e.g. release-7, or ACSCurrent"),
                Field::text(TO, "Moves to", StageLabel::current().as_str())
                    .placeholder("nowhere: it is removed"),
            ],
        };
        let mut form = Self { kind, targets, form: Form::new(fields), outlook: Outlook::missing("") };
        form.ask(app);
        form
    }

    fn request(&self) -> Result<BulkRequest, Unfit> {
        let invalid = |error: crate::domain::Invalid| Unfit::Invalid(error.to_string());
        let operation = match self.kind {
            Kind::Move => match self.form.text(FOLDER) {
                "" => return Err(Unfit::Missing("type the folder; Tab completes it")),
                "/" => BulkOperation::Move(None),
                text => BulkOperation::Move(Some(Folder::new(text).map_err(invalid)?)),
            },
            Kind::RenameFolder => {
                let new = Folder::new(self.form.text(FOLDER)).map_err(invalid)?;
                if matches!(self.targets.first(), Some(BulkTarget::Folder(old)) if *old == new) {
                    return Err(Unfit::Missing("nothing is changed yet"));
                }
                BulkOperation::RenameFolder(new)
            }
            Kind::Tags => self.tags()?,
            Kind::Label => self.label()?,
        };
        Ok(BulkRequest { targets: self.targets.clone(), operation, expected: None })
    }

    fn tags(&self) -> Result<BulkOperation, Unfit> {
        let tags = tag_lines::read(self.form.text(SET)).map_err(Unfit::Invalid)?;
        let keys = self.form.text(REMOVE).split_whitespace().map(TagKey::new);
        let untag: Vec<TagKey> =
            keys.collect::<Result<_, _>>().map_err(|bad| Unfit::Invalid(bad.to_string()))?;
        if tags.is_empty() && untag.is_empty() {
            return Err(Unfit::Missing("type a tag to set, or the key of one to remove"));
        }
        if let Some(key) = untag.iter().find(|key| tags.get(key).is_some()) {
            return Err(Unfit::Invalid(format!("tag '{key}' is both set and removed")));
        }
        Ok(BulkOperation::Update(MetadataUpdate { tags, untag, ..MetadataUpdate::default() }))
    }

    fn label(&self) -> Result<BulkOperation, Unfit> {
        let read = |id: Id| match self.form.text(id) {
            "" => Ok(None),
            text => StageLabel::new(text).map(Some).map_err(|bad| Unfit::Invalid(bad.to_string())),
        };
        let Some(label) = read(LABEL)? else {
            return Err(Unfit::Missing("type the label to move, or to remove"));
        };
        let goal = LabelGoal::new(label, read(TO)?);
        goal.map(BulkOperation::Label).map_err(|refusal| Unfit::Invalid(refusal.to_string()))
    }

    /// What is typed changed: what would come of it?
    fn ask(&mut self, app: &mut App) {
        let wanted = self.request().map(|request| Work::PlanBulk(Box::new(request)));
        self.outlook.look(wanted, &mut app.asks);
    }

    fn submit(&self, app: &mut App) -> Flow {
        match self.request() {
            Ok(request) => return Flow::Open(Box::new(ManyPlan::new(ManyChanges(request), app))),
            Err(Unfit::Missing(sentence)) => app.say(Tone::Note, sentence),
            Err(Unfit::Invalid(sentence)) => app.say(Tone::Failed, sentence),
        }
        Flow::Stay
    }

    /// Types what all folders have in common that begin with what is typed.
    fn complete(&mut self, app: &mut App) {
        let typed = self.form.text(FOLDER).to_owned();
        let longer = app.browse().and_then(|browse| completed(&browse.catalogue, &typed));
        if let (Some(longer), Some(buffer)) = (longer, self.form.buffer_mut(FOLDER)) {
            buffer.set(&longer);
            self.ask(app);
        }
    }

    /// What a lock keeps of it.
    pub const REOPEN: &str = "many";

    /// As it was before a lock, about the same secrets.
    pub fn reopen(kept: &Reopen, app: &mut App) -> Option<Self> {
        let word = kept.get("kind")?;
        let (kind, _) = KINDS.into_iter().find(|(_, known)| *known == word)?;
        let target = |text: &str| match kind {
            Kind::RenameFolder => Folder::new(text).map(BulkTarget::Folder),
            _ if text.ends_with('/') => Folder::new(text).map(BulkTarget::Folder),
            _ => SecretName::new(text).map(BulkTarget::Secret),
        };
        let targets = kept.get("targets")?.lines().map(target).collect::<Result<_, _>>().ok()?;
        let mut form = Self::new(kind, targets, app);
        form.form.take_back(kept, |_| {});
        form.ask(app);
        Some(form)
    }
}

impl Layer for ManyForm {
    fn name(&self) -> &'static str {
        "many form"
    }

    fn contexts(&self) -> Contexts {
        match self.kind {
            Kind::Move | Kind::RenameFolder => Contexts::typing(&[Context::FolderName]),
            Kind::Tags | Kind::Label => self.form.contexts(&[Context::ManyForm, Context::Form]),
        }
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn changed(&mut self, app: &mut App) {
        self.ask(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Submit => return self.submit(app),
            Action::Escape => return Flow::Close,
            Action::Complete => self.complete(app),
            _ => {
                if self.form.act(action, &mut app.asks) == Did::Changed {
                    self.ask(app);
                }
            }
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.outlook.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, _app: &mut App) -> Flow {
        self.outlook.settle(answered.result);
        Flow::Stay
    }

    /// The plan was done: the form has served.
    fn hear(&mut self, news: &News<'_>, _app: &mut App) -> Flow {
        match news {
            News::Given(Gift::Changed) => Flow::Done,
            _ => Flow::Stay,
        }
    }

    fn reopen(&self) -> Option<Reopen> {
        let word = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, word)| word);
        let targets: Vec<&str> = self.targets.iter().map(BulkTarget::as_str).collect();
        let kept = Reopen::new(Self::REOPEN, None).with("kind", word).with("targets", &targets.join("\n"));
        self.form.keep(kept)
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}

/// What is typed of a folder, and as much more as all folders have in common that begin so.
fn completed(catalogue: &Catalogue, typed: &str) -> Option<String> {
    let mut common: Option<String> = None;
    for position in 0..catalogue.len() {
        let name = catalogue.name(position);
        let Some(rest) = name.strip_prefix(typed) else { continue };
        let Some(end) = rest.find('/').map(|slash| typed.len() + slash + 1) else { continue };
        let folder = &name[..end];
        common = Some(match common {
            None => folder.to_owned(),
            Some(common) => {
                let same = common.bytes().zip(folder.bytes()).take_while(|(one, other)| one == other).count();
                // Names are ASCII.
                common[..same].to_owned()
            }
        });
    }
    common.filter(|common| common.len() > typed.len())
}
