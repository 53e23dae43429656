//! `export dotenv` as other programs read it: models of node's two readers, of python-dotenv and of bash, each
//! after its own source. `real/dotenv.sh` asks the programs themselves.

use etui::domain::{SecretValue, ValueType};
use etui::exchange::dotenv::write_secrets;
use etui::generator::{CharacterClass, PasswordRecipe, RequireEach};
use etui::memory::SecretBytes;
use etui::vault::{IncomingBatch, IncomingSecret, IncomingVersion};

/// What a program makes of the one variable of a file; `None` where it finds none.
type Reader = fn(&str) -> Option<String>;

/// Node's `dotenv`: its one regular expression, then white space, quotes and two escapes.
fn node_dotenv(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let rest = text.strip_prefix("A=")?;
    let start = rest.trim_start();
    let quoted = start.chars().next().filter(|first| "'\"`".contains(*first)).and_then(|quote| {
        // `(?:\\'|[^'])*'`: an escaped quote is passed over where another one ends the value.
        let ends = start.char_indices().skip(1).filter(|(_, next)| *next == quote).map(|(at, _)| at);
        let (escaped, plain): (Vec<_>, Vec<_>) = ends.partition(|at| start[..*at].ends_with('\\'));
        let first_plain = plain.first().copied();
        let before = |at: &&usize| first_plain.is_none_or(|plain| **at < plain);
        let candidates = first_plain.into_iter().chain(escaped.iter().rev().filter(before).copied());
        let is_end = |rest: &str| {
            let rest = rest.trim_start_matches([' ', '\t']);
            rest.is_empty() || rest.starts_with(['\n', '#'])
        };
        candidates.into_iter().find(|at| is_end(&start[at + 1..])).map(|at| &start[..=at])
    });
    let value = quoted.unwrap_or_else(|| rest.split(['#', '\n']).next().unwrap_or_default()).trim();
    let inner = ["'", "\"", "`"].iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(if *quote == "\"" { inner.replace("\\n", "\n").replace("\\r", "\r") } else { inner.to_owned() })
    });
    Some(inner.unwrap_or_else(|| value.to_owned()))
}

/// Node's `util.parseEnv`: quotes end at the next quote of their kind.
fn node_parse_env(text: &str) -> Option<String> {
    let text = text.replace('\r', "");
    let rest = text.trim().strip_prefix("A=")?;
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = rest.strip_prefix(quote)
            && let Some(end) = inner.find(quote)
        {
            let inner = &inner[..end];
            return Some(if quote == '"' { inner.replace("\\n", "\n") } else { inner.to_owned() });
        }
    }
    Some(rest.split(['\n', '#']).next().unwrap_or_default().trim().to_owned())
}

/// python-dotenv: escapes between both kinds of quotes, then `${NAME}` and `${NAME:-default}` are replaced.
fn python_dotenv(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let rest = text.strip_prefix("A=")?;
    let value = match rest.chars().next() {
        Some(quote @ ('\'' | '"')) => {
            let escapes = if quote == '"' { "\\'\"abfnrtv" } else { "\\'" };
            let mut value = String::new();
            let mut characters = rest[1..].chars().peekable();
            loop {
                match characters.next()? {
                    end if end == quote => break value,
                    '\\' => match characters.next()? {
                        same @ ('\\' | '\'' | '"') if escapes.contains(same) => value.push(same),
                        'n' if quote == '"' => value.push('\n'),
                        'r' if quote == '"' => value.push('\r'),
                        other if escapes.contains(other) => return None,
                        other => value.extend(['\\', other]),
                    },
                    other => value.push(other),
                }
            }
        }
        _ => {
            let line = rest.split('\n').next().unwrap_or_default();
            line.split(" #").next().unwrap_or_default().trim_end().to_owned()
        }
    };
    let mut expanded = String::new();
    let mut rest = value.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        let default = name.split_once(":-").map(|(_, default)| default);
        if default.is_none() && name.contains(':') {
            expanded += &format!("{before}${{");
            rest = after;
            continue;
        }
        expanded += before;
        expanded += default.unwrap_or_default();
        rest = behind;
    }
    Some(expanded + rest)
}

/// A shell that sources the file, where no variable is set; `None` where it would run a command or go on
/// asking for the rest.
fn bash(text: &str) -> Option<String> {
    let mut characters = text.strip_prefix("A=")?.chars().peekable();
    let mut value = String::new();
    loop {
        match characters.next()? {
            '\n' => return characters.next().is_none().then_some(value),
            '\'' => loop {
                match characters.next()? {
                    '\'' => break,
                    other => value.push(other),
                }
            },
            '"' => loop {
                match characters.next()? {
                    '"' => break,
                    '\\' => match characters.next()? {
                        '\n' => {}
                        same @ ('\\' | '"' | '$' | '`') => value.push(same),
                        other => value.extend(['\\', other]),
                    },
                    '`' => return None,
                    '$' if characters
                        .peek()
                        .is_some_and(|next| next.is_ascii_alphanumeric() || "_{(@*#?-$!".contains(*next)) =>
                    {
                        return None;
                    }
                    other => value.push(other),
                }
            },
            '\\' => match characters.next()? {
                '\n' => {}
                other => value.push(other),
            },
            ' ' | '\t' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '`' | '$' | '~' | '\0' => return None,
            other => value.push(other),
        }
    }
}

/// What stands in the file for a value; `None` where the export names it instead.
fn exported(value: &str) -> Option<String> {
    let value = SecretValue::new(ValueType::Text, SecretBytes::copy_of(value.as_bytes())).unwrap();
    let secret = IncomingSecret::without_labels("a", vec![IncomingVersion::of(value)]);
    let current = vec![(etui::domain::StageLabel::current(), 0)];
    let secret = secret.with_labels(etui::versioning::Labelling::KeptHere, current);
    let mut batch = IncomingBatch::new();
    batch.secrets.push(secret);
    let (text, losses) = write_secrets(&batch, "");
    assert_eq!(text.is_empty(), losses.iter().any(etui::vault::Loss::is_whole));
    (!text.is_empty()).then(|| text.expose_text().unwrap().to_owned())
}

/// Whether the value is in the file, and then every reader must read it as it is.
#[track_caller]
fn is_read_alike(value: &str) -> bool {
    let Some(text) = exported(value) else { return false };
    let readers: [(&str, Reader); 4] = [
        ("node dotenv", node_dotenv),
        ("node util.parseEnv", node_parse_env),
        ("python-dotenv", python_dotenv),
        ("bash", bash),
    ];
    for (name, read) in readers {
        assert_eq!(read(&text).as_deref(), Some(value), "{name} reads {text:?}");
    }
    true
}

#[test]
fn every_generated_value_is_read_alike_by_all_readers_or_named() {
    let recipe = PasswordRecipe::new(32, &CharacterClass::ALL, "", RequireEach::Yes).unwrap();
    let values = 300;
    let written =
        (0..values).filter(|_| is_read_alike(recipe.generate().unwrap().text.expose_text().unwrap())).count();
    // Four of five have no quote beside a backslash, and no backslash at the end.
    assert!(written > values / 2, "{written} of {values}");
}

#[test]
fn odd_values_are_read_alike_by_all_readers_or_named() {
    let alike = [
        "simple",
        "two words",
        " both ends ",
        "#",
        "a #b",
        "a#b",
        "=",
        "a=b",
        "1\n2",
        "\n",
        "tab\there",
        "$HOME",
        "$(id)",
        "`id`",
        "${",
        "$",
        "q\"uote",
        "it's",
        "it's\nx",
        r"back\slash",
        r"a\nb",
        r"\a",
        "{\"k\": 1}",
        "ü😀",
        "\u{2028}",
        "\u{a0}x\u{a0}",
        "!!",
        "*",
        "~",
        "a;b",
        "a&b",
        "export B=1",
        "-----BEGIN KEY-----\nx\n-----END KEY-----\n",
        "a'b\nC=d",
    ];
    for value in alike {
        assert!(is_read_alike(value), "{value:?} can be written");
    }
    let named = [
        "a\r\nb",
        "\r",
        "a\0b",
        "${HOME}",
        "x${A:-b}y",
        r"two\\",
        r"end\",
        "it's $5",
        "it's \"so\"",
        "it's `x`",
        r"it's\n",
    ];
    for value in named {
        assert!(!is_read_alike(value), "{value:?} is named");
    }
}

#[test]
fn a_name_that_makes_no_variable_is_named() {
    let value = || SecretValue::new(ValueType::Text, SecretBytes::copy_of(b"x")).unwrap();
    let mut batch = IncomingBatch::new();
    for name in ["app/", "app/uid", "app/-", "app/a.b", "app/9"] {
        let secret = IncomingSecret::without_labels(name, vec![IncomingVersion::of(value())]);
        let current = vec![(etui::domain::StageLabel::current(), 0)];
        batch.secrets.push(secret.with_labels(etui::versioning::Labelling::KeptHere, current));
    }
    let (text, losses) = write_secrets(&batch, "app/");
    assert_eq!(text.expose_text(), Some("A_B=x\n_9=x\n"));
    let losses: Vec<String> = losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        [
            "'app/' is left out: its name makes no variable",
            "'app/uid' is left out: bash reserves the variable 'UID'",
            "'app/-' is left out: bash reserves the variable '_'",
        ]
    );
}
