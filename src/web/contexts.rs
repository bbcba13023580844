//! What the templates of pages are given: typed, with samples.

mod archive;
mod samples;

use chrono_tz::{TZ_VARIANTS, Tz};
use serde::Serialize;

use crate::app::App;
use crate::subscribers::{Cadence, Preferences};
use crate::templates::{Context, Depth, Problem, TemplateError, Templates, check_page, check_piece};
use crate::topics::Topics;
use crate::words::{Language, Words};

pub use archive::{Archive, Article, Card, Entry, Happening, Issue, Mailing, Year};

/// What every page is given.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The group's name.
    pub site_name: String,
    /// The lines of its postal address.
    pub postal_address: Vec<String>,
    /// What stands between the first slash and every path: empty, or the path of `site.url` with a slash after it.
    pub base: String,
    /// What stands after every path: empty, or the language that the visitor chose.
    pub query: String,
    /// The language of the page, such as `en`.
    pub language: String,
    /// Its direction: `ltr` or `rtl`.
    pub dir: &'static str,
    /// The other languages of this page; none where it answers a form.
    pub others: Vec<Choice>,
    /// Whether search engines are asked to leave it out.
    pub hidden: bool,
    /// What other sites show of it, where it is worth showing.
    pub card: Option<Card>,
}

impl Frame {
    /// The frame of a page in `language`; `chosen` is the tag that the visitor asked for.
    pub fn new(app: &App, words: &Words, language: &Language<'_>, chosen: Option<&str>, switch: bool) -> Self {
        let site = &app.config.site;
        let others = if switch {
            languages(words).filter(|choice| choice.value != language.tag()).collect()
        } else {
            Vec::new()
        };
        Self {
            site_name: site.name.clone(),
            postal_address: site.postal_address.lines().map(|line| line.trim().to_owned()).collect(),
            base: match site.url.path().trim_matches('/') {
                "" => String::new(),
                path => format!("{path}/"),
            },
            query: chosen.map(|tag| format!("?lang={tag}")).unwrap_or_default(),
            language: language.tag().to_owned(),
            dir: language.direction(),
            others,
            hidden: false,
            card: None,
        }
    }
}

/// One thing that can be chosen.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the visitor reads.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The languages there are words for, by their own names.
fn languages(words: &Words) -> impl Iterator<Item = Choice> {
    words.tags().map(|tag| {
        let label = words.language(tag).get("language-name", &[]).unwrap_or_else(|_| tag.to_owned());
        Choice { value: tag.to_owned(), label, chosen: false }
    })
}

/// The areas of the time zone database whose zones are named after places.
const AREAS: [&str; 10] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

/// The part of a form that says what somebody wants.
#[derive(Clone, Debug, Serialize)]
pub struct Choices {
    /// The cadences; their label is their word.
    pub cadences: Vec<Choice>,
    /// Whether urgent appeals are wanted.
    pub alerts: bool,
    /// The site's topics.
    pub topics: Vec<Choice>,
    /// The word for what is wrong with the topics.
    pub topics_error: Option<&'static str>,
    /// The regions that may have appeals of their own, first none, with an empty value; none where the site lists none.
    pub regions: Vec<Choice>,
    /// The languages of mail.
    pub languages: Vec<Choice>,
    /// The zones at whose hour digests can come, the site's own first, with an empty value; none where all come at the
    /// site's.
    pub zones: Vec<Choice>,
}

impl Choices {
    /// `wanted`, to be changed; `language` is the one of somebody who chose none.
    pub fn new(wanted: &Preferences, topics: &Topics, words: &Words, language: &str) -> Self {
        let choice = |value: &str, chosen| Choice { value: value.to_owned(), label: value.to_owned(), chosen };
        let language = wanted.language.as_deref().unwrap_or(language);
        Self {
            cadences: Cadence::ALL.iter().map(|own| choice(own.as_str(), *own == wanted.cadence)).collect(),
            alerts: wanted.alerts,
            topics: topics.iter().map(|topic| choice(topic, wanted.topics.contains(topic))).collect(),
            topics_error: None,
            regions: Vec::new(),
            languages: languages(words).map(|own| Choice { chosen: own.value == language, ..own }).collect(),
            zones: Vec::new(),
        }
    }

    /// With the site's regions to choose from, and one chosen earlier that the site lists no more.
    pub fn with_regions(mut self, wanted: &Preferences, regions: &[String]) -> Self {
        let own = wanted.region.as_ref();
        if !regions.is_empty() {
            let gone = own.filter(|own| !regions.contains(own));
            let choice = |name: &String| Choice { value: name.clone(), label: name.clone(), chosen: Some(name) == own };
            let none = Choice { value: String::new(), label: String::new(), chosen: own.is_none() };
            self.regions = std::iter::once(none).chain(regions.iter().chain(gone).map(choice)).collect();
        }
        self
    }

    /// With the zones of the world to choose from, where digests come at each reader's own hour.
    pub fn with_zones(mut self, wanted: &Preferences, site: Option<Tz>) -> Self {
        if let Some(site) = site {
            let own =
                Choice { value: String::new(), label: site.name().to_owned(), chosen: wanted.time_zone.is_none() };
            // Those named after a place; the others are old or second names of the same.
            let places = TZ_VARIANTS.iter().filter(|zone| {
                let area = zone.name().split('/').next().unwrap_or_default();
                AREAS.contains(&area) || wanted.time_zone == Some(**zone)
            });
            let choice = |zone: &Tz| Choice {
                value: zone.name().to_owned(),
                label: zone.name().replace('_', " "),
                chosen: wanted.time_zone == Some(*zone),
            };
            self.zones = std::iter::once(own).chain(places.map(choice)).collect();
        }
        self
    }
}

/// The form that asks for a fresh link.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LinkForm {
    /// What was typed into it.
    pub email: String,
    /// The word for what is wrong with it.
    pub error: Option<&'static str>,
}

/// What one page is given besides its frame.
pub trait Body: Serialize + Sized {
    /// The template's name under `templates/pages/`.
    const NAME: &'static str;
    /// The same with its folder.
    const TEMPLATE: &'static str;

    /// One body for each way that the page can turn out.
    fn samples(say: &dyn Fn(&str) -> String) -> Vec<Self>;
}

/// A page: its frame and its body.
#[derive(Clone, Debug, Serialize)]
pub struct Page<B> {
    /// What every page is given.
    #[serde(flatten)]
    pub frame: Frame,
    /// What this one is given.
    #[serde(flatten)]
    pub body: B,
}

/// Signing up, and asking for a fresh link.
#[derive(Clone, Debug, Serialize)]
pub struct Home {
    /// The address as typed.
    pub email: String,
    /// The word for what is wrong with it.
    pub email_error: Option<&'static str>,
    /// The name as typed.
    pub name: String,
    /// The word for what is wrong with it.
    pub name_error: Option<&'static str>,
    /// Whether anything at all is wrong.
    pub wrong: bool,
    /// What they want.
    pub choices: Choices,
    /// The other form.
    pub link: LinkForm,
}

/// A page that only says something.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// The word of its heading.
    pub heading: &'static str,
    /// The words of its paragraphs.
    pub paragraphs: Vec<&'static str>,
    /// The form for a fresh link, where that helps.
    pub link: Option<LinkForm>,
}

/// What was chosen, and the button to confirm it.
#[derive(Clone, Debug, Serialize)]
pub struct Confirm {
    /// How often digests come.
    pub cadence: Cadence,
    /// Whether urgent appeals come.
    pub alerts: bool,
    /// The region whose appeals they get, besides those for everybody; nothing for all.
    pub region: Option<String>,
    /// The topics; empty for all.
    pub topics: Vec<String>,
    /// The language of mail, by its own name.
    pub mail_language: String,
}

/// Everything a fresh link may show and change.
#[derive(Clone, Debug, Serialize)]
pub struct Manage {
    /// The address.
    pub address: String,
    /// What they want.
    pub choices: Choices,
    /// The day their pause ends, in words.
    pub paused: Option<String>,
    /// The link's token.
    pub token: String,
}

/// What the link in any mail may ask for: less, or a fresh link. It shows nothing about its reader.
#[derive(Clone, Debug, Serialize)]
pub struct Less {
    /// The link's token.
    pub token: String,
}

/// The button to leave.
#[derive(Clone, Debug, Serialize)]
pub struct Leave {
    /// The event that the mail was about, if it may yet change: its readers can go on hearing of that.
    pub event: Option<String>,
}

/// Renders every page with its samples, in every language, and gives what is wrong.
pub fn check(templates: &Templates, depth: Depth) -> Vec<Problem> {
    let mut problems = check_page::<Page<Home>>(templates, depth);
    problems.extend(check_page::<Page<Notice>>(templates, depth));
    problems.extend(check_page::<Page<Confirm>>(templates, depth));
    problems.extend(check_page::<Page<Manage>>(templates, depth));
    problems.extend(check_page::<Page<Less>>(templates, depth));
    problems.extend(check_page::<Page<Leave>>(templates, depth));
    problems.extend(check_page::<Page<Archive>>(templates, depth));
    problems.extend(check_page::<Page<Issue>>(templates, depth));
    problems.extend(check_piece::<Page<Entry>>(templates, depth));
    problems
}

/// A page as it looks with a sample.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its template's name and the sample's number, such as `home-1`.
    pub name: String,
    /// The page.
    pub html: String,
}

/// Every page with each of its samples in a language, its style sheet inside.
///
/// # Errors
/// When a template has a mistake.
pub fn preview(templates: &Templates, language: &str) -> Result<Vec<Sample>, TemplateError> {
    let mut pages = previewed::<Home>(templates, language)?;
    pages.extend(previewed::<Notice>(templates, language)?);
    pages.extend(previewed::<Confirm>(templates, language)?);
    pages.extend(previewed::<Manage>(templates, language)?);
    pages.extend(previewed::<Less>(templates, language)?);
    pages.extend(previewed::<Leave>(templates, language)?);
    pages.extend(previewed::<Archive>(templates, language)?);
    pages.extend(previewed::<Issue>(templates, language)?);
    Ok(pages)
}

fn previewed<B: Body>(templates: &Templates, language: &str) -> Result<Vec<Sample>, TemplateError> {
    let words = templates.words().language(language);
    let style = format!("<style>\n{}</style>", templates.look().fill(super::STYLE));
    let samples = Page::<B>::samples(&words, &str::to_owned);
    let shown = samples.iter().enumerate().map(|(at, page)| {
        let html = templates.page(B::NAME, page, language)?;
        // A file that is opened from a folder has no other place to find it.
        let html = html.replace("<link rel=\"stylesheet\" href=\"/news/style.css\">", &style);
        Ok(Sample { name: format!("{}-{}", B::NAME, at + 1), html })
    });
    shown.collect()
}
