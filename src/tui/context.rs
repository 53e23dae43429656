//! Which keys are active: a chain of contexts, the innermost first.

use std::ops::Deref;

/// A set of rows of the keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each has its title below")]
pub enum Context {
    Everywhere,
    OutsideFields,
    Lists,
    Panes,
    Tree,
    Marked,
    SelectedFolder,
    Secrets,
    Browse,
    Filter,
    Form,
    PutForm,
    FormLine,
    FormLines,
    Rename,
    Duplicate,
    ManyForm,
    FolderName,
    FormChoice,
    FormValue,
    FormLabels,
    FormPath,
    FormMasked,
    WriteFile,
    CopyChooser,
    Code,
    Generator,
    Text,
    Task,
    Running,
    Report,
    Plan,
    MergePlan,
    Deletion,
    ManyDeletion,
    PushPlan,
    Question,
    History,
    HistoryFilter,
    Diff,
    Which,
    Labels,
    LabelName,
    Palette,
    Help,
    HelpSearch,
    FirstRun,
    Unlock,
    Notice,
    OtherVault,
}

impl Context {
    /// Every context with its name in the keymap and its title in the help.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Everywhere, "everywhere", "Everywhere"),
        (Self::OutsideFields, "outside-fields", "Outside text fields"),
        (Self::Lists, "lists", "Lists"),
        (Self::Panes, "panes", "Panes"),
        (Self::Tree, "tree", "Tree"),
        (Self::Marked, "marked", "Marked secrets"),
        (Self::SelectedFolder, "folder", "Selected folder"),
        (Self::Secrets, "list", "List of secrets"),
        (Self::Browse, "browse", "Secrets and versions"),
        (Self::Filter, "filter", "Filter"),
        (Self::Form, "form", "Form"),
        (Self::PutForm, "put-form", "Put"),
        (Self::FormLines, "form-lines", "Lines of text"),
        (Self::Rename, "rename", "New name"),
        (Self::Duplicate, "duplicate", "Name of the duplicate"),
        (Self::ManyForm, "many-form", "Many secrets"),
        (Self::FolderName, "folder-name", "Folder"),
        (Self::FormLine, "form-line", "This field"),
        (Self::FormChoice, "form-choice", "Choice"),
        (Self::FormValue, "form-value", "Value"),
        (Self::FormLabels, "form-labels", "Stage labels"),
        (Self::FormPath, "form-path", "Path"),
        (Self::FormMasked, "form-masked", "Hidden text"),
        (Self::CopyChooser, "copy-chooser", "What is copied"),
        (Self::Code, "code", "One-time code"),
        (Self::WriteFile, "write-file", "Writing to a file"),
        (Self::Generator, "generator", "Generator"),
        (Self::Text, "text", "Editing text"),
        (Self::Task, "task", "This form"),
        (Self::Running, "running", "Under way"),
        (Self::Report, "report", "Report"),
        (Self::Plan, "plan", "Plan"),
        (Self::MergePlan, "merge-plan", "Merge"),
        (Self::Deletion, "deletion", "Deletion"),
        (Self::ManyDeletion, "many-deletion", "Deletion of many"),
        (Self::PushPlan, "push-plan", "Plan of a push"),
        (Self::Question, "question", "Question"),
        (Self::History, "history", "History"),
        (Self::HistoryFilter, "history-filter", "Filter of the history"),
        (Self::Diff, "diff", "Differences"),
        (Self::Which, "which", "Which version is this?"),
        (Self::Labels, "labels", "Labels of the secret"),
        (Self::LabelName, "label-name", "New label"),
        (Self::Palette, "palette", "Commands"),
        (Self::Help, "help", "Help"),
        (Self::HelpSearch, "help-search", "Searching the help"),
        (Self::FirstRun, "first-run", "New vault"),
        (Self::Unlock, "unlock", "Unlock"),
        (Self::Notice, "notice", "Vault"),
        (Self::OtherVault, "other-vault", "Another vault"),
    ];

    /// Names that a file of keys may still hold, and what they are called now.
    const RENAMED: &'static [(&'static str, &'static str)] = &[("room", "task")];

    /// Says that a name is not a context, and what it is called now where it was one.
    pub fn unknown(name: &str) -> String {
        match Self::RENAMED.iter().find(|(old, _)| *old == name) {
            Some((_, new)) => format!("unknown context '{name}': it is called '{new}' now"),
            None => format!("unknown context '{name}'"),
        }
    }

    /// The context of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(context, ..)| *context)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(context, ..)| *context == self).map_or("", |(_, name, _)| name)
    }

    /// How the help calls it.
    pub fn title(self) -> &'static str {
        Self::ALL.iter().find(|(context, ..)| *context == self).map_or("", |(.., title)| title)
    }
}

/// The active contexts, the innermost first: the first that knows a key wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contexts {
    all: [Context; Self::MOST],
    count: usize,
}

impl Contexts {
    const MOST: usize = 8;

    /// Those of a text field: letters are typed.
    pub fn typing(own: &[Context]) -> Self {
        Self::of(own, &[Context::Text, Context::Everywhere])
    }

    /// Those of a list, a plan, a question: letters are commands.
    pub fn commanding(own: &[Context]) -> Self {
        Self::of(own, &[Context::OutsideFields, Context::Everywhere])
    }

    /// Those of a field in a form that is not typed into: letters do nothing.
    pub fn choosing(own: &[Context]) -> Self {
        Self::of(own, &[Context::Everywhere])
    }

    fn of(own: &[Context], common: &[Context]) -> Self {
        let mut contexts = Self { all: [Context::Everywhere; Self::MOST], count: 0 };
        for context in own.iter().chain(common) {
            contexts.all[contexts.count] = *context;
            contexts.count += 1;
        }
        contexts
    }

    /// Whether what is typed goes into a text field.
    pub fn is_typing(&self) -> bool {
        self.contains(&Context::Text)
    }
}

impl Deref for Contexts {
    type Target = [Context];

    fn deref(&self) -> &[Context] {
        &self.all[..self.count]
    }
}
