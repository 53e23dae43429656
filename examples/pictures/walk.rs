//! A walk through a vault of 2,000 secrets, in the usual sizes and themes, to see that every screen is legible.

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;

use etui::demo;
use etui::domain::{Description, SecretName, SecretValue, Tags, Timestamp, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::tui::Theme;
use etui::tui::glyphs::Glyphs;
use etui::vault::{CreateRequest, Vault};

use crate::harness::{Harness, NOW, SIZES};
use crate::svg::{self, Palette};

/// The colours of xterm.
const XTERM: Palette = Palette {
    ink: "#e5e5e5",
    paper: "#000000",
    sixteen: [
        "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5", "#7f7f7f",
        "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
    ],
};

const LIGHT: Palette = Palette { ink: "#1e1e1e", paper: "#ffffff", sixteen: XTERM.sixteen };

/// Secrets beside those of the demo.
const SECRETS: usize = 1_980;

/// The secret on which each screen begins, the keys that lead to it, and what is typed then.
const SCREENS: [(&str, &str, &str, &str); 18] = [
    ("01-browse", demo::FIRST, "", ""),
    ("02-folder", demo::FIRST, "g j j j", ""),
    ("03-filter", demo::FIRST, "/", "prod tok"),
    ("04-nothing-found", demo::FIRST, "/", "zzz"),
    ("05-marks", demo::FIRST, "g Space j j Space j Space", ""),
    ("06-many-deleted", demo::FIRST, "g Space D", ""),
    ("07-many-tags", demo::FIRST, "g Space m", "team=web"),
    ("08-put", demo::FIRST, "p", "demo-value"),
    ("09-new", demo::FIRST, "n", "a"),
    ("10-labels", demo::FIRST, "s j", ""),
    ("11-rollback", demo::FIRST, "b", ""),
    ("12-delete", demo::FIRST, "D", ""),
    ("13-history", demo::FIRST, "H", ""),
    ("14-diff", "shop/config", "2 j d r", ""),
    ("15-help", demo::FIRST, "?", ""),
    ("16-palette", demo::FIRST, ":", "re"),
    ("17-metadata", demo::FIRST, "m", ""),
    ("18-locked", demo::FIRST, "Ctrl-l", ""),
];

/// Draws every screen in every size and theme.
pub fn draw(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut app = Harness::locked(SIZES[0], |vault, clock| {
        clock.0.store(NOW - 200 * Timestamp::DAY, Ordering::SeqCst);
        fill(vault);
        let set_clock = &mut |time: Timestamp| clock.0.store(time.seconds(), Ordering::SeqCst);
        demo::fill(vault, Timestamp::clamped(NOW), set_clock).expect("the samples fit into a vault");
    });
    for (name, secret, keys, text) in SCREENS {
        app.unlock();
        app.press("/").type_text(secret).press("Enter Esc");
        if !keys.is_empty() {
            app.press(keys);
        }
        app.type_text(text);
        for (columns, rows) in SIZES {
            app.resize(columns, rows);
            for (theme, palette) in [("terminal", XTERM), ("dark", svg::DARK), ("light", LIGHT)] {
                app.wear(Theme::named(theme, Glyphs::UNICODE));
                let path = folder.join(format!("{theme}-{columns}x{rows}-{name}.svg"));
                std::fs::write(path, svg::draw(&app.buffer(), &palette))?;
            }
        }
        app = app.restarted();
    }
    Ok(())
}

fn fill(vault: &mut Vault) {
    const PARTS: [&[&str]; 4] = [
        &["billing", "data", "infra", "mobile", "shop-eu", "web"],
        &["dev", "prod", "staging"],
        &[
            "api",
            "auth",
            "cache",
            "cron",
            "gateway",
            "mailer",
            "queue",
            "reports",
            "search",
            "worker",
            "world-wide-web-frontend",
        ],
        &[
            "admin-password",
            "client-certificate",
            "database-url",
            "password",
            "signing-key",
            "token",
            "webhook-secret",
        ],
    ];
    let stored = vault.batch(|changes| {
        (0..SECRETS).try_for_each(|number| {
            let mut rest = number;
            let mut name: Vec<&str> = Vec::new();
            for parts in PARTS {
                name.push(parts[rest % parts.len()]);
                rest /= parts.len();
            }
            let name = name.join("/") + &if rest == 0 { String::new() } else { format!("-{rest}") };
            changes.create_secret(&new_secret(&name)).map(drop)
        })
    });
    stored.expect("a batch of new secrets");
}

fn new_secret(name: &str) -> CreateRequest {
    CreateRequest {
        name: SecretName::new(name).expect("a name"),
        version_id: VersionId::new("v1").expect("an id"),
        value: SecretValue::new(ValueType::Text, SecretBytes::copy_of(b"fake-value")).expect("a value"),
        description: Description::new("").expect("a description"),
        tags: Tags::new(),
        extra_stages: Vec::new(),
        note: None,
    }
}
