//! Samples of every page, about plainly invented people and places.

mod archive;

use super::*;
use crate::templates::Context;

type Say<'a> = &'a dyn Fn(&str) -> String;

impl<B: Body> Context for Page<B> {
    const TEMPLATE: &'static str = B::TEMPLATE;

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let frame = Frame {
            site_name: "Campaign Example".to_owned(),
            postal_address: vec!["1 Example Street".to_owned(), "London".to_owned()],
            base: "news/".to_owned(),
            query: "?lang=en".to_owned(),
            language: language.tag().to_owned(),
            dir: language.direction(),
            others: vec![choice("ru", "Русский", false)],
            hidden: false,
            card: None,
        };
        let cards = [Some(archive::card(say)), None];
        let framed = |(at, body)| {
            let card = cards.get(at % cards.len()).cloned().flatten();
            Self { frame: Frame { hidden: card.is_none(), card, ..frame.clone() }, body }
        };
        B::samples(say).into_iter().enumerate().map(framed).collect()
    }
}

fn choice(value: &str, label: &str, chosen: bool) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen }
}

fn choices(say: Say<'_>) -> Choices {
    Choices {
        cadences: Cadence::ALL.iter().map(|own| choice(own.as_str(), own.as_str(), *own == Cadence::Weekly)).collect(),
        alerts: true,
        topics: vec![choice(&say("Appeals"), &say("Appeals"), true), choice("Bakery", "Bakery", false)],
        topics_error: None,
        regions: vec![choice("", "", true), choice("London", "London", false)],
        languages: vec![choice("en", "English", true), choice("ru", "Русский", false)],
        zones: Vec::new(),
    }
}

impl Body for Home {
    const NAME: &'static str = "home";
    const TEMPLATE: &'static str = "pages/home";

    fn samples(say: Say<'_>) -> Vec<Self> {
        let fresh = Self {
            email: String::new(),
            email_error: None,
            name: String::new(),
            name_error: None,
            wrong: false,
            choices: Choices { topics: Vec::new(), ..choices(say) },
            link: LinkForm::default(),
        };
        let wrong = Self {
            email: say("ana at example.org"),
            email_error: Some("page-error-email-shape"),
            name: say("Ana Example"),
            name_error: Some("page-error-name"),
            wrong: true,
            choices: Choices { topics_error: Some("page-error-topics"), ..choices(say) },
            link: LinkForm { email: say("ana"), error: Some("page-error-email-shape") },
        };
        vec![fresh, wrong]
    }
}

impl Body for Notice {
    const NAME: &'static str = "notice";
    const TEMPLATE: &'static str = "pages/notice";

    fn samples(_: Say<'_>) -> Vec<Self> {
        let link = Self {
            heading: "page-problem-link-heading",
            paragraphs: vec!["page-problem-link-dead"],
            link: Some(LinkForm::default()),
        };
        vec![link, Self { heading: "page-sent-heading", paragraphs: vec!["page-sent", "page-sent-spam"], link: None }]
    }
}

impl Body for Confirm {
    const NAME: &'static str = "confirm";
    const TEMPLATE: &'static str = "pages/confirm";

    fn samples(say: Say<'_>) -> Vec<Self> {
        let language = "English".to_owned();
        let all = Self {
            cadence: Cadence::Each,
            alerts: false,
            region: None,
            topics: Vec::new(),
            mail_language: language.clone(),
        };
        let topics = vec![say("Appeals"), "Bakery".to_owned()];
        vec![
            all,
            Self {
                cadence: Cadence::Weekly,
                alerts: true,
                region: Some("London".to_owned()),
                topics,
                mail_language: language,
            },
        ]
    }
}

impl Body for Manage {
    const NAME: &'static str = "manage";
    const TEMPLATE: &'static str = "pages/manage";

    fn samples(say: Say<'_>) -> Vec<Self> {
        let plain = Self {
            address: say("ana@example.org"),
            choices: choices(say),
            paused: None,
            token: "SAMPLE-TOKEN".to_owned(),
        };
        let paused = Some("Monday, 28 September 2015".to_owned());
        let zones = vec![choice("", "Europe/London", true), choice("Asia/Almaty", "Asia/Almaty", false)];
        let zoned = Choices { zones, ..choices(say) };
        vec![Self { paused, choices: zoned, ..plain.clone() }, plain]
    }
}

impl Body for Less {
    const NAME: &'static str = "less";
    const TEMPLATE: &'static str = "pages/less";

    fn samples(_: Say<'_>) -> Vec<Self> {
        vec![Self { token: "SAMPLE-TOKEN".to_owned() }]
    }
}

impl Body for Leave {
    const NAME: &'static str = "leave";
    const TEMPLATE: &'static str = "pages/leave";

    fn samples(say: Say<'_>) -> Vec<Self> {
        vec![Self { event: None }, Self { event: Some(say("Protest against the sacking of the bakery workers")) }]
    }
}
