//! How mail looks: the one table of styles, `templates/look.toml`, with the site's colours filled in.
//!
//! It is filled in when the templates are loaded, once for each direction of writing, so that nothing of it is left to do
//! for each mail. Mail programs know `left` and `right` better than the sides of a line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::TemplateError;
use crate::config::{self, Color, READABLE};

/// The file, in the folder of overrides and among the built-in templates.
pub(super) const FILE: &str = "look.toml";
const BUILT_IN: &str = include_str!("../../templates/look.toml");
/// The style that is a whole style sheet.
const SHEET: &str = "sheet";
/// How well the dark scheme's colour stands out, where it is not configured.
const DARK_CONTRAST: f64 = 6.0;

/// What the file says.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Table {
    light: BTreeMap<String, Color>,
    dark: BTreeMap<String, Color>,
    styles: BTreeMap<String, String>,
}

/// The styles by their names, ready to be written into tags.
#[derive(Debug)]
pub struct Look {
    /// For languages that are written from the left.
    ltr: BTreeMap<String, String>,
    /// For those that are written from the right.
    rtl: BTreeMap<String, String>,
    colours: BTreeMap<String, Color>,
}

impl Look {
    /// The built-in look, with what the file of the folder `overrides` replaces, in the site's colours.
    ///
    /// # Errors
    /// When the file cannot be read, has a mistake, or names a colour that there is not.
    pub fn load(overrides: Option<&Path>, color: Color, dark: Option<Color>) -> Result<Self, TemplateError> {
        let mut table = parse(BUILT_IN, Path::new(FILE))?;
        let own = overrides.map(|folder| folder.join(FILE)).filter(|path| path.is_file());
        if let Some(path) = &own {
            let text =
                std::fs::read_to_string(path).map_err(|source| TemplateError::Read { path: path.clone(), source })?;
            let own = parse(&text, path)?;
            table.light.extend(own.light);
            table.dark.extend(own.dark);
            table.styles.extend(own.styles);
        }
        let path = own.unwrap_or_else(|| PathBuf::from(FILE));
        let colours = colours(&table, color, dark);
        let mut look = Self { ltr: BTreeMap::new(), rtl: BTreeMap::new(), colours };
        for (name, style) in &table.styles {
            let coloured = look.fill(style);
            let sided = |start, end| coloured.replace("{start}", start).replace("{end}", end);
            let filled = sided("left", "right");
            // Braces are a matter of course in a style sheet only.
            if name != SHEET && filled.contains(['{', '}', '"', '<']) {
                let what = format!("the style `{name}` names a colour that there is not, or has a quote in it");
                return Err(TemplateError::Broken { place: path.display().to_string(), what });
            }
            look.rtl.insert(name.clone(), sided("right", "left"));
            look.ltr.insert(name.clone(), filled);
        }
        Ok(look)
    }

    /// A text with its colours filled in: `{ink}` becomes `#1d1d1b`.
    pub fn fill(&self, text: &str) -> String {
        self.colours
            .iter()
            .fold(text.to_owned(), |text, (name, color)| text.replace(&format!("{{{name}}}"), &color.to_string()))
    }

    /// The style of that name, for a language of that direction.
    pub fn style(&self, name: &str, direction: &str) -> Option<&str> {
        let styles = if direction == "rtl" { &self.rtl } else { &self.ltr };
        styles.get(name).map(String::as_str)
    }

    /// The names of all styles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.ltr.keys().map(String::as_str)
    }

    /// A colour by its name in styles, such as `ink` or `dark.ink`.
    pub fn colour(&self, name: &str) -> Option<Color> {
        self.colours.get(name).copied()
    }
}

fn parse(text: &str, path: &Path) -> Result<Table, TemplateError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
        let place = line.map_or_else(|| path.display().to_string(), |line| format!("{}, line {line}", path.display()));
        TemplateError::Broken { place, what: error.message().to_owned() }
    })
}

/// All colours by their names, with those that follow from the site's own.
fn colours(table: &Table, color: Color, dark: Option<Color>) -> BTreeMap<String, Color> {
    let ground = |scheme: &BTreeMap<String, Color>, other| scheme.get("tint").copied().unwrap_or(other);
    let (tint, dark_tint) = (ground(&table.light, Color::WHITE), ground(&table.dark, config::DARK_GROUND));
    let mut colours: BTreeMap<String, Color> = table.light.clone();
    colours.extend(table.dark.iter().map(|(name, color)| (format!("dark.{name}"), *color)));
    let paper = table.dark.get("paper").copied().unwrap_or(config::DARK_GROUND);
    for (name, color) in [
        // What can be read on white can nearly be read on the tint of a box.
        ("accent", color.darker_on(tint, READABLE)),
        ("on-accent", Color::WHITE),
        ("dark.accent", dark.unwrap_or_else(|| color.lighter_on(dark_tint, DARK_CONTRAST))),
        ("dark.on-accent", paper),
    ] {
        colours.insert(name.to_owned(), color);
    }
    colours
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Color = Color::new(0x9b, 0x1c, 0x1c);

    fn with(text: &str) -> Result<Look, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        Look::load(Some(folder.path()), RED, None)
            .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "DIR"))
    }

    #[test]
    fn every_text_can_be_read_on_every_ground_in_both_schemes_whatever_the_sites_colour() {
        for color in ["#9b1c1c", "#767676", "#0b5c2e", "#1d4f91", "#000000", "#b45309", "#6b21a8"] {
            let look = Look::load(None, color.parse().unwrap(), None).unwrap();
            let colour = |name: &str| look.colour(name).unwrap();
            for scheme in ["", "dark."] {
                for (text, grounds) in [
                    ("ink", &["paper", "tint"][..]),
                    ("soft", &["paper", "tint"]),
                    ("accent", &["paper", "tint"]),
                    ("on-accent", &["accent"]),
                ] {
                    for ground in grounds {
                        let (text, ground) = (format!("{scheme}{text}"), format!("{scheme}{ground}"));
                        let contrast = colour(&text).contrast(colour(&ground));
                        assert!(contrast >= READABLE, "{color}: {text} on {ground}: {contrast:.2}");
                    }
                }
            }
        }
    }

    #[test]
    fn styles_have_their_colours_filled_in() {
        let look = Look::load(None, "#1d4f91".parse().unwrap(), Some("#ffd43b".parse().unwrap())).unwrap();
        assert!(look.style("button", "ltr").unwrap().contains("background-color:#1d4f91"));
        let sheet = look.style(SHEET, "ltr").unwrap();
        assert!(sheet.contains("#ffd43b") && !sheet.contains("{dark.") && !sheet.contains("{ink}"), "{sheet}");
        // Some mail programs drop a style sheet that is longer.
        assert!(sheet.len() < 16_000, "{}", sheet.len());
        assert_eq!(look.style("no-such", "ltr"), None);
    }

    #[test]
    fn sides_are_turned_round_for_languages_from_the_right() {
        let look = Look::load(None, RED, None).unwrap();
        let link = |direction| look.style("foot-link", direction).unwrap();
        assert!(link("ltr").contains("margin-right:16px") && link("rtl").contains("margin-left:16px"));
        for name in look.names() {
            // Neither a place that was not filled in nor one that some mail programs do not know.
            for side in ["{start}", "{end}", "inline-start", "inline-end"] {
                assert!(!look.style(name, "rtl").unwrap().contains(side), "{name}: {side}");
            }
        }
    }

    #[test]
    fn a_file_replaces_single_entries() {
        let look = with("[light]\nink = \"#222222\"\n[styles]\ntitle = \"color:{ink};\"\n").unwrap();
        assert_eq!(look.style("title", "ltr"), Some("color:#222222;"));
        assert!(look.style("heading", "ltr").unwrap().contains("color:#222222"));
    }

    #[test]
    fn mistakes_name_the_file_and_the_line() {
        assert!(with("[light]\nink = \"red\"\n").unwrap_err().starts_with("DIR/look.toml, line 2: `red` is no colour"));
        assert!(with("[styles\n").unwrap_err().starts_with("DIR/look.toml, line 1: "));
        let error = with("[styles]\ntitle = \"color:{inc};\"\n").unwrap_err();
        assert!(error.starts_with("DIR/look.toml: the style `title` names a colour that there is not"), "{error}");
    }
}
