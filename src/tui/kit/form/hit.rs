//! Where a click lands in a form.

use super::field::Content;
use super::{Did, Form};
use crate::tui::kit::canvas::Hit;

impl Form {
    /// Does what a click on a part of it means.
    pub fn hit(&mut self, hit: Hit) -> Did {
        let did = self.go_where_hit(hit);
        self.hide_passwords_left();
        did
    }

    fn go_where_hit(&mut self, hit: Hit) -> Did {
        match hit {
            Hit::Field(at) if at < self.fields.len() => {
                self.focus = at;
                Did::Moved
            }
            Hit::Option(at, option) => match self.fields.get_mut(at).map(|field| &mut field.content) {
                Some(Content::Choice { options, chosen }) if option < options.len() => {
                    self.focus = at;
                    *chosen = option;
                    Did::Changed
                }
                Some(Content::Switches { options, at: switch }) if option < options.len() => {
                    self.focus = at;
                    *switch = option;
                    options[option].1 = !options[option].1;
                    Did::Changed
                }
                _ => Did::Nothing,
            },
            Hit::Field(_) | Hit::Line(_) | Hit::Cancel | Hit::Do | Hit::Key(..) => Did::Nothing,
        }
    }
}
