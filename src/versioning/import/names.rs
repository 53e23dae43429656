//! Names from elsewhere in the characters that a name may have (etui).

use std::borrow::Cow;

use crate::domain::SecretName;

/// What an empty name becomes.
const NAMELESS: &str = "unnamed";

/// Makes a name of a text: letters outside the set are transliterated, everything else becomes `-`. Neither
/// the name nor one of its folders begins with `-` then. A text that is a name already stays as it is, unless
/// a command would take it for an option. An address is called by what stands behind its `https://`.
pub fn fit_name(text: &str) -> SecretName {
    let stays = |name: &SecretName| name.as_str().split('/').all(|part| !part.starts_with('-'));
    SecretName::new(text).ok().filter(stays).unwrap_or_else(|| {
        let text = without_scheme(text);
        let parts: Vec<String> = text.split('/').map(fit_part).collect();
        let mut fitted = parts.join("/");
        if fitted.starts_with("acs/") {
            // The prefix of managed secrets.
            fitted = fitted.replacen('/', "-", 1);
        }
        if fitted.is_empty() {
            fitted.push_str(NAMELESS);
        }
        cut(&fitted, "")
    })
}

/// The name of one of several secrets of the same name: `base-account`, where it has an account; `number`
/// tells those apart that are left, from 1.
pub fn distinct_name(base: &SecretName, account: Option<&str>, number: usize) -> SecretName {
    let account = account.map(fit_account).filter(|account| !account.is_empty());
    let mut suffix = account.map(|account| format!("-{account}")).unwrap_or_default();
    if number > 1 {
        suffix += &format!("-{number}");
    }
    cut(base.as_str(), &suffix)
}

/// Whether a name is `base`, or can have been made of it and this account by [`distinct_name`].
pub fn is_made_of(name: &SecretName, base: &SecretName, account: Option<&str>) -> bool {
    if name == base {
        return true;
    }
    // A long base was cut to make room.
    let number = name.as_str().rsplit_once('-').and_then(|(_, number)| number.parse::<usize>().ok());
    [None, account].into_iter().any(|account| {
        let is = |number| distinct_name(base, account, number) == *name;
        is(1) || number.is_some_and(is)
    })
}

fn fit_account(account: &str) -> String {
    fit_part(&account.replace('/', "-")).chars().take(SecretName::LIMIT / 2).collect()
}

/// An address, also one in a folder, without its scheme and without slashes at its end: they would be folders with
/// empty names.
fn without_scheme(text: &str) -> Cow<'_, str> {
    let Some((before, behind)) = text.split_once("://") else { return Cow::Borrowed(text) };
    let start = before.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, scheme) = before.split_at(start);
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let behind = behind.trim_matches('/');
    if scheme.is_empty() || behind.is_empty() || !scheme.bytes().all(is_scheme) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{folder}{behind}"))
}

/// One folder of a name, or its last part; empty stays empty.
fn fit_part(text: &str) -> String {
    let mut fitted = String::with_capacity(text.len().min(SecretName::LIMIT));
    for character in text.chars().take(SecretName::LIMIT) {
        if may_stand(character) {
            fitted.push(character);
            continue;
        }
        let replacement = (!character.is_ascii()).then(|| deunicode::deunicode_char(character)).flatten();
        let before = fitted.len();
        for new in replacement.unwrap_or_default().trim_end().chars() {
            match new {
                ' ' | '/' => fitted.push('-'),
                new if may_stand(new) => fitted.push(new),
                // An accent or a quote of its own says nothing about the letter.
                _ => {}
            }
        }
        if fitted.len() == before {
            fitted.push('-');
        }
    }
    let kept = fitted.trim_start_matches('-');
    if kept.is_empty() && !text.is_empty() { NAMELESS.to_owned() } else { kept.to_owned() }
}

fn may_stand(character: char) -> bool {
    character != '/' && SecretName::new(character.encode_utf8(&mut [0; 4])).is_ok()
}

fn cut(base: &str, suffix: &str) -> SecretName {
    let kept = base.len().min(SecretName::LIMIT - suffix.len());
    SecretName::new(&format!("{}{suffix}", &base[..kept])).expect("it was made of allowed characters only")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fitted(text: &str) -> String {
        fit_name(text).as_str().to_owned()
    }

    #[test]
    fn letters_are_transliterated_and_the_rest_becomes_hyphens() {
        for (text, expected) in [
            ("My Site (prod)", "My-Site--prod-"),
            ("größe", "grosse"),
            ("Ünïcode näme/with space", "Unicode-name/with-space"),
            ("工作/微信", "GongZuo/WeiXin"),
            ("数据库 生产", "ShuJuKu-ShengChan"),
            ("Пароль", "Parol-"),
            ("Привет", "Privet"),
            ("a/b", "a/b"),
            ("a\nb", "a-b"),
            ("acs/rds", "acs-rds"),
        ] {
            assert_eq!(fitted(text), expected);
        }
    }

    #[test]
    fn an_address_is_called_by_what_stands_behind_its_scheme() {
        for (text, expected) in [
            ("https://github.com", "github.com"),
            ("https://github.com/login/", "github.com/login"),
            ("Work/http://192.168.0.1:8080/", "Work/192.168.0.1-8080"),
            ("android://com.example.app", "com.example.app"),
            ("My Site https://a.example", "My-Site-https-//a.example"),
            ("https://", "https-//"),
        ] {
            assert_eq!(fitted(text), expected);
        }
    }

    #[test]
    fn no_name_is_empty_or_reads_as_an_option() {
        for (text, expected) in [
            ("", "unnamed"),
            ("---", "unnamed"),
            (" padded", "padded"),
            ("-x", "x"),
            ("--/--", "unnamed/unnamed"),
            ("\u{e000}", "unnamed"),
            ("a//b", "a//b"),
        ] {
            assert_eq!(fitted(text), expected);
        }
    }

    #[test]
    fn equal_names_are_told_apart_by_account_and_then_by_number() {
        let base = fit_name("example.com");
        let name = |account, number| distinct_name(&base, account, number).as_str().to_owned();
        assert_eq!(name(Some("alice@example.com"), 1), "example.com-alice@example.com");
        assert_eq!(name(Some("DOMAIN/bob (old)"), 2), "example.com-DOMAIN-bob--old--2");
        assert_eq!(name(None, 3), "example.com-3");
        assert_eq!(name(Some(""), 1), "example.com");
    }

    #[test]
    fn a_long_name_is_cut_and_what_tells_it_apart_still_fits() {
        let base = fit_name(&"n".repeat(500));
        assert_eq!(base.as_str(), "n".repeat(192));
        let other = distinct_name(&base, Some("x"), 2);
        assert_eq!(other.as_str(), format!("{}-x-2", "n".repeat(188)));
        assert!(is_made_of(&other, &base, Some("x")));
        assert_eq!(distinct_name(&base, Some(&"u".repeat(500)), 1).as_str().len(), 192);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_another_one() {
        let base = fit_name("shop");
        let is_made = |name: &str, account| is_made_of(&fit_name(name), &base, account);
        assert!(is_made("shop", None) && is_made("shop-2", None) && is_made("shop-eve", Some("eve")));
        assert!(is_made("shop-eve-12", Some("eve")) && is_made("shop-2", Some("eve")));
        assert!(!is_made("shop-eve", None) && !is_made("shop-eve", Some("bob")) && !is_made("shops", None));
    }

    proptest! {
        #[test]
        fn every_text_makes_a_name_that_stays_as_it_is(text in any::<String>()) {
            let name = fit_name(&text);
            prop_assert_eq!(fit_name(name.as_str()), name.clone());
            prop_assert!(!name.as_str().starts_with('-'));
        }

        #[test]
        fn what_is_made_of_a_name_is_known_as_such(
            base in any::<String>(), account in any::<Option<String>>(), number in 1_usize..2_000
        ) {
            let base = fit_name(&base);
            let name = distinct_name(&base, account.as_deref(), number);
            prop_assert!(is_made_of(&name, &base, account.as_deref()));
        }
    }
}
