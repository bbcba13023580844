//! What templates can call: `t`, `date`, `link`, `image`, `join`, `apart`, `css`, and an `if` and `unless` that are strict.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, JsonValue, Output, PathAndJson, RenderContext,
    RenderError, RenderErrorReason, Renderable, ScopedJson,
};

use super::contexts::safe_url;
use super::look::Look;
use crate::words::{Value, Words, isolated};

/// The helpers by their names.
pub(super) const HELPERS: [&str; 9] = ["t", "date", "link", "image", "join", "apart", "css", "if", "unless"];

/// Gives a registry its helpers, speaking the language `tag`.
pub(super) fn register(registry: &mut Handlebars<'static>, words: &Arc<Words>, look: &Arc<Look>, tag: &str) {
    let speech = || Speech { words: Arc::clone(words), tag: tag.to_owned() };
    let helpers: [Box<dyn HelperDef + Send + Sync>; HELPERS.len()] = [
        Box::new(Word(speech())),
        Box::new(Date(speech())),
        Box::new(Link),
        Box::new(Image),
        Box::new(Join),
        Box::new(Apart::Html),
        Box::new(Css { look: Arc::clone(look), direction: words.language(tag).direction() }),
        Box::new(If { wanted: true }),
        Box::new(If { wanted: false }),
    ];
    for (name, helper) in HELPERS.into_iter().zip(helpers) {
        registry.register_helper(name, helper);
    }
}

/// Gives a registry what is different where nothing is escaped, in the language `tag`.
pub(super) fn register_plain(registry: &mut Handlebars<'static>, words: &Words, tag: &str) {
    let marked = words.language(tag).direction() == "rtl";
    registry.register_helper("apart", Box::new(Apart::Plain { marked }));
}

struct Speech {
    words: Arc<Words>,
    tag: String,
}

/// `{{t "digest-heading" site=site.name}}`: a word with its arguments.
struct Word(Speech);

impl HelperDef for Word {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let id = text(h, "t")?;
        let mut args = Vec::with_capacity(h.hash().len());
        for (name, value) in h.hash() {
            args.push((*name, argument(name, present(value)?)?));
        }
        let said = self.0.words.language(&self.0.tag).get(id, &args);
        Ok(derived(said.map_err(|error| RenderErrorReason::NestedError(Box::new(error)))?))
    }
}

fn argument<'a>(name: &str, value: &'a JsonValue) -> Result<Value<'a>, RenderError> {
    match value {
        JsonValue::String(text) => Ok(Value::from(text.as_str())),
        JsonValue::Number(number) => Ok(match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or_default()),
        }),
        _ => Err(other(format!("the argument `{name}` of `t` is neither a text nor a number"))),
    }
}

/// `{{date when}}`: a date (`2015-09-28`) or an instant (RFC 3339, on the clock of its offset) in the words of the
/// language. Alone, `{{date}}` is the variable of that name.
struct Date(Speech);

impl HelperDef for Date {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        ctx: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        if h.params().is_empty() {
            let variable = rc.evaluate(ctx, "this.date")?;
            return match variable.as_json() {
                JsonValue::String(text) => Ok(derived(text.clone())),
                _ => Err(RenderError::strict_error(Some(&"date".to_owned()))),
            };
        }
        let text = text(h, "date")?;
        let language = self.0.words.language(&self.0.tag);
        let said = match (DateTime::parse_from_rfc3339(text), text.parse::<NaiveDate>()) {
            (Ok(at), _) => language.date_time(&at),
            (_, Ok(date)) => language.date(date),
            _ => return Err(other("`date` takes a date like 2015-09-28 or an instant in RFC 3339".to_owned())),
        };
        Ok(derived(said.map_err(|error| RenderErrorReason::NestedError(Box::new(error)))?))
    }
}

/// `href="{{link url}}"`: an address that is safe to follow. Anything but http, https and mailto becomes `#`, as one
/// bad link in a post must not stop a mailing.
struct Link;

impl HelperDef for Link {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(derived(safe_url(text(h, "link")?).unwrap_or_else(|| "#".to_owned())))
    }
}

/// `src="{{image url}}"`: where an image is, by http, https, or `cid` for one that the mail brings itself. It is an
/// address that the program chose, never one of a third party.
struct Image;

impl HelperDef for Image {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let url = text(h, "image")?;
        let own = url.strip_prefix("cid:").is_some_and(|id| id.chars().all(|c| c.is_ascii_graphic() && c != '"'));
        let safe = safe_url(url).filter(|url| url.starts_with("http"));
        Ok(derived(if own { url.to_owned() } else { safe.unwrap_or_default() }))
    }
}

/// `{{join topics}}`: the texts of a list with commas between.
struct Join;

impl HelperDef for Join {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let list = present(h.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("join", 0))?)?;
        let list = list.as_array().ok_or_else(|| other("`join` takes a list of texts".to_owned()))?;
        let texts: Vec<&str> = list.iter().filter_map(JsonValue::as_str).collect();
        Ok(derived(texts.join(", ")))
    }
}

/// `{{apart address}}`: a text in whatever letters, which does not pull those around it out of their order, as an address
/// in Latin letters would on a line of Arabic.
enum Apart {
    /// As `<bdi>`.
    Html,
    /// With marks, in a language that is written from right to left; elsewhere some readers would show them as boxes.
    Plain { marked: bool },
}

impl HelperDef for Apart {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let text = text(h, "apart")?;
        let apart = match self {
            Self::Html => format!("<bdi>{}</bdi>", registry.get_escape_fn()(text)),
            Self::Plain { marked: true } => isolated(text),
            Self::Plain { marked: false } => text.to_owned(),
        };
        Ok(out.write(&apart)?)
    }
}

/// `style="{{css "title"}}"`: how a thing looks, from the one table of styles.
struct Css {
    look: Arc<Look>,
    direction: &'static str,
}

impl HelperDef for Css {
    // Written as it is: the table is ours, and quotes around a font's name need no escape in it.
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = text(h, "css")?;
        let style = self
            .look
            .style(name, self.direction)
            .ok_or_else(|| other(format!("`css` knows no style `{name}`; add it to look.toml")))?;
        Ok(out.write(style)?)
    }
}

/// `{{#if x}}` and `{{#unless x}}` as everywhere, but an `x` that does not exist is an error: the built-in ones take
/// it for false, so that a slip of the pen would silently leave a part out.
struct If {
    wanted: bool,
}

impl HelperDef for If {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        ctx: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = if self.wanted { "if" } else { "unless" };
        let value = present(h.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex(name, 0))?)?;
        let block = if value.is_truthy(false) == self.wanted { h.template() } else { h.inverse() };
        block.map_or(Ok(()), |block| block.render(registry, ctx, rc, out))
    }
}

/// The first parameter, which has to be a text.
fn text<'a>(h: &'a Helper<'_>, helper: &'static str) -> Result<&'a str, RenderError> {
    let param = h.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex(helper, 0))?;
    let given = present(param)?.as_str();
    given.ok_or_else(|| {
        let what = param.relative_path().map_or("what it was given", String::as_str);
        other(format!("`{helper}` takes a text, which `{what}` is not; ask for it with `if` first"))
    })
}

fn present<'a>(value: &'a PathAndJson<'_>) -> Result<&'a JsonValue, RenderError> {
    if value.is_value_missing() { Err(RenderError::strict_error(value.relative_path())) } else { Ok(value.value()) }
}

fn derived<'rc>(text: String) -> ScopedJson<'rc> {
    ScopedJson::Derived(JsonValue::String(text))
}

fn other(what: String) -> RenderError {
    RenderErrorReason::Other(what).into()
}
