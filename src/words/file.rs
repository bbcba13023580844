//! What a file of words says: which messages, on which lines, with which variables, and what they refer to.

use std::collections::BTreeMap;

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};

/// A name that stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The name, without a sigil.
    pub(super) name: String,
    /// Its line, from 1.
    pub(super) line: usize,
}

/// One message or term.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    /// Its line, from 1.
    pub(super) line: usize,
    /// The variables that it names itself.
    pub(super) variables: Vec<Named>,
    /// The messages that it refers to, and with a dash before them, as they are written, the terms.
    pub(super) refers: Vec<Named>,
    /// The functions that it calls.
    pub(super) calls: Vec<Named>,
}

/// One file of one language.
#[derive(Debug)]
pub(super) struct File {
    /// The language's tag.
    pub(super) tag: String,
    /// Where it is.
    pub(super) place: String,
    /// Whether it is built in.
    pub(super) built_in: bool,
    /// Its messages by their ids; terms have a dash before them.
    pub(super) messages: BTreeMap<String, Message>,
}

impl File {
    /// Reads what a parsed file says.
    pub(super) fn read(resource: &FluentResource, tag: String, place: String, built_in: bool) -> Self {
        let mut messages = BTreeMap::new();
        for entry in resource.entries() {
            let (id, name, value) = match entry {
                Entry::Message(message) => (message.id.name.to_owned(), message.id.name, message.value.as_ref()),
                Entry::Term(term) => (format!("-{}", term.id.name), term.id.name, Some(&term.value)),
                _ => continue,
            };
            let Some(value) = value else { continue };
            let mut reader = Reader { source: resource.source(), found: Message::default() };
            reader.found.line = reader.line(name);
            reader.pattern(value);
            messages.insert(id, reader.found);
        }
        Self { tag, place, built_in, messages }
    }
}

/// Walks through one message.
struct Reader<'s> {
    source: &'s str,
    found: Message,
}

impl Reader<'_> {
    /// The line of a piece of the source: the parser tells no positions, but what it gives are slices of it.
    fn line(&self, piece: &str) -> usize {
        let at = (piece.as_ptr() as usize).saturating_sub(self.source.as_ptr() as usize);
        1 + self.source.bytes().take(at).filter(|&byte| byte == b'\n').count()
    }

    fn named(&self, name: &str) -> Named {
        Named { name: name.to_owned(), line: self.line(name) }
    }

    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
            Expression::Inline(inline) => self.inline(inline),
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                let named = self.named(id.name);
                self.found.variables.push(named);
            }
            InlineExpression::MessageReference { id, .. } => {
                let named = self.named(id.name);
                self.found.refers.push(named);
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                let named = self.named(id.name);
                self.found.refers.push(Named { name: format!("-{}", named.name), ..named });
                arguments.iter().for_each(|arguments| self.arguments(arguments));
            }
            InlineExpression::FunctionReference { id, arguments } => {
                let named = self.named(id.name);
                self.found.calls.push(named);
                self.arguments(arguments);
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        arguments.positional.iter().for_each(|argument| self.inline(argument));
        arguments.named.iter().for_each(|argument| self.inline(&argument.value));
    }
}
