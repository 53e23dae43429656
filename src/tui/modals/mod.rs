//! What lies over a screen: the plan of a change, the labels of a secret, a question, the keys.

mod copy_chooser;
mod diff;
mod diff_view;
mod discard;
mod generator;
mod generator_view;
mod help;
mod history;
mod labels;
mod labels_view;
mod other_vault;
mod palette;
mod palette_view;
mod plan;
pub mod plan_view;
pub mod rooms;
mod secret_form;
mod secret_form_view;
mod take_back;
mod which;
mod which_view;
mod write_file;

pub use copy_chooser::{CopyChooser, on_fields};
pub use diff::{Diff, hide_diff_in_time, keep_diff_in_view, on_diff, on_diff_details};
pub use diff_view::draw as draw_diff;
pub use discard::{Afterwards, Discard};
pub use generator::{Generator, draw_anew, on_generated};
pub use generator_view::draw as draw_generator;
pub use help::Help;
pub use history::{History, LIMIT as HISTORY_LIMIT, on_history};
pub use labels::{
    LabelDraft, LabelsEditor, act_on_labels, click_on_labels, name_label, on_label_plan, plan_label,
};
pub use labels_view::draw as draw_labels;
pub use other_vault::{OtherVault, on_around, on_other_found};
pub use palette::{Entry, Palette};
pub use palette_view::draw as draw_palette;
pub use plan::{PlanPane, act_on_plan, on_changed, on_plan};
pub use rooms::{Room, open_import};
pub use secret_form::{FactsDraft, SecretForm, on_facts_plan, open_form, plan_facts};
pub use secret_form_view::draw as draw_secret_form;
pub use take_back::{TakeBackPane, on_take_back_plan, on_taken_back};
pub use which::{Which, on_which};
pub use which_view::draw as draw_which;
pub use write_file::{WriteFile, on_written};
