//! Samples of every context, about plainly invented people and places.

mod appeals;
mod notices;

use chrono::NaiveDate;
use chrono_tz::Europe::London;

use super::{Confirmation, Context, Digest, Earlier, Frame, Goodbye, Item, Link, Links, Mail, Site, Welcome};
use crate::posts::pictures::Lead;
use crate::subscribers::{Cadence, Preferences};
use crate::topics::Topics;
use crate::words::Language;

type Say<'a> = &'a dyn Fn(&str) -> String;

/// Title, first paragraph, second paragraph.
type Story = [&'static str; 3];

const ENGLISH: [Story; 3] = [
    [
        "Protest against the sacking of the bakery workers",
        "Twelve workers of the Example Bakery were sacked the day after they had founded a union. We stand at the \
         gate with them until every one of them has their job back. Bring whistles, friends and warm clothes: the \
         morning shift begins early, and nobody should have to walk past the gate alone.",
        "The company says that it knows of no union. Four of the twelve have worked there for more than ten years, \
         and all of them were told by telephone, on the same evening, not to come back.",
    ],
    [
        "What the court decided about the strike fund",
        "The court of appeal has ruled that the strike fund may go on paying out. It is the third ruling in our \
         favour, and the last one that could be appealed.",
        "The fund was frozen in spring, when the company claimed that it had been set up without notice.",
    ],
    [
        "Minutes of the open meeting",
        "Forty people came, twenty-two of them for the first time.",
        "The next open meeting takes place in the same room in a month.",
    ],
];

const RUSSIAN: [Story; 3] = [
    [
        "Акция против увольнения работников пекарни",
        "Двенадцать работников пекарни «Пример» уволили на следующий день после того, как они создали профсоюз. Мы \
         стоим вместе с ними у ворот, пока каждого не восстановят на работе. Приходите с друзьями и одевайтесь теплее.",
        "В компании говорят, что ни о каком профсоюзе не знают. Четверо из двенадцати работали там больше десяти лет.",
    ],
    [
        "Что решил суд о забастовочном фонде",
        "Апелляционный суд постановил, что фонд может продолжать выплаты. Это уже третье решение в нашу пользу.",
        "Фонд заморозили весной, когда компания заявила, что он создан без уведомления.",
    ],
    [
        "Протокол открытого собрания",
        "Пришли сорок человек, двадцать два из них впервые.",
        "Следующее открытое собрание пройдёт там же через месяц.",
    ],
];

const KAZAKH: [Story; 3] = [
    [
        "Наубайхана қызметкерлерін жұмыстан шығаруға қарсы акция",
        "«Үлгі» наубайханасының он екі қызметкері кәсіподақ құрғанның ертеңінде жұмыстан шығарылды. Әрқайсысы жұмысына \
         қайта алынғанша, біз олармен бірге қақпа алдында тұрамыз. Достарыңызбен келіңіз, жылы киініңіз.",
        "Компания ешқандай кәсіподақ туралы білмейтінін айтады. Он екі адамның төртеуі онда он жылдан астам жұмыс істеген.",
    ],
    [
        "Сот ереуіл қоры туралы не шешті",
        "Апелляциялық сот қордың төлем жасауды жалғастыра алатынын анықтады. Бұл біздің пайдамызға шыққан үшінші шешім.",
        "Компания қор ескертусіз құрылған деп мәлімдегеннен кейін, ол көктемде бұғатталған еді.",
    ],
    [
        "Ашық жиналыстың хаттамасы",
        "Қырық адам келді, оның жиырма екісі алғаш рет.",
        "Келесі ашық жиналыс бір айдан кейін сол жерде өтеді.",
    ],
];

/// One of several, by the language: English, Russian, Kazakh.
fn told<T>(language: Language<'_>, [english, russian, kazakh]: [T; 3]) -> T {
    match language.tag() {
        "ru" => russian,
        "kk" => kazakh,
        _ => english,
    }
}

fn frame(language: &Language<'_>) -> Frame {
    let site = Site {
        name: "Campaign Example".to_owned(),
        url: "https://campaign.example".to_owned(),
        postal_address: vec!["1 Example Street".to_owned(), "London".to_owned()],
        logo: None,
    };
    Frame::new(site, language)
}

fn links() -> Links {
    Links {
        unsubscribe: "https://campaign.example/unsubscribe/SAMPLE-TOKEN".to_owned(),
        preferences: "https://campaign.example/preferences/SAMPLE-TOKEN".to_owned(),
        archive: "https://campaign.example/archive".to_owned(),
        issue: "https://campaign.example/archive/1".to_owned(),
    }
}

/// The `at`-th sample post; with `linked` it has an address on the web, which `say` may spoil.
fn item(language: &Language<'_>, say: Say<'_>, at: usize, linked: bool) -> Item {
    let stories = told(*language, [&ENGLISH, &RUSSIAN, &KAZAKH]);
    let [title, first, second] = stories.get(at).copied().unwrap_or_default();
    let (first, second) = (say(first), say(second));
    let paragraph = |text: &str| format!("<p>{}</p>", handlebars::html_escape(text));
    let day = u32::try_from(28_usize.saturating_sub(at)).unwrap_or(1);
    let date = NaiveDate::from_ymd_opt(2015, 9, day).and_then(|date| language.date(date).ok());
    let url = say(&format!("https://campaign.example/posts/{at}"));
    let topics = told(*language, [["Appeals", "Bakery"], ["Призывы", "Пекарня"], ["Үндеулер", "Наубайхана"]]);
    let topics: Vec<String> = topics.iter().take(2_usize.saturating_sub(at)).map(|topic| say(topic)).collect();
    Item::new(
        &say(title),
        linked.then_some(url.as_str()),
        date.unwrap_or_default(),
        &topics,
        paragraph(&first) + &paragraph(&second),
        format!("{first}\n\n{second}"),
    )
    .archived(format!("https://campaign.example/archive/1#post-{at}"))
}

impl Context for Digest {
    const TEMPLATE: &'static str = "mail/digest";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let several = vec![
            item(language, say, 0, true),
            item(language, say, 1, true),
            // Nothing on the web to read on at: it is shown whole.
            item(language, say, 2, false),
        ];
        let digest = |cadence, items| Self::new(frame(language), cadence, items, links());
        // With a logo and pictures, one of which nothing is known of.
        let mut pictures = vec![item(language, say, 1, true), item(language, say, 0, true)];
        for (at, post) in pictures.iter_mut().enumerate() {
            let url = format!("https://campaign.example/images/{at}.png");
            let height = (at == 0).then_some(300);
            post.lead = Some(Lead { url, alt: say("A crowd at the gate"), width: 536, height });
        }
        let mut pictured = digest(Cadence::Monthly, pictures);
        pictured.frame.site.logo = Some("https://campaign.example/images/logo.png".to_owned());
        vec![
            digest(Cadence::Weekly, several),
            digest(Cadence::Each, vec![item(language, say, 0, true)]),
            digest(Cadence::Daily, vec![item(language, say, 2, false)]),
            digest(Cadence::Monthly, vec![item(language, say, 1, true), item(language, say, 2, true)]),
            digest(Cadence::Weekly, appeals::in_digest(*language, say)),
            pictured,
        ]
    }
}

impl Mail for Digest {}

impl Context for Confirmation {
    const TEMPLATE: &'static str = "mail/confirmation";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let url = || "https://campaign.example/confirm/SAMPLE-TOKEN".to_owned();
        let regions = [say("London")];
        let with = |(at, cadence): (usize, &Cadence)| {
            let topics = Topics::new((at == 0).then(|| [say("Appeals"), say("Bakery")]).into_iter().flatten());
            let region = (at == 0).then(|| regions[0].clone());
            let wanted =
                Preferences { cadence: *cadence, alerts: at % 2 == 0, topics, region, ..Preferences::default() };
            Self::new(frame(language), &wanted, &regions, url())
        };
        Cadence::ALL.iter().enumerate().map(with).collect()
    }
}

impl Mail for Confirmation {}

impl Context for Welcome {
    const TEMPLATE: &'static str = "mail/welcome";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let day = |day| NaiveDate::from_ymd_opt(2015, 9, day);
        let earlier = [21, 14].into_iter().enumerate().map(|(at, number)| Earlier {
            day: day(number).and_then(|day| language.date(day).ok()).unwrap_or_default(),
            url: format!("https://campaign.example/archive/{}", 2 - at),
        });
        let earlier: Vec<_> = earlier.collect();
        let due = day(28).and_then(|day| day.and_hms_opt(7, 0, 0)).map(|at| at.and_utc().with_timezone(&London));
        let next = due.and_then(|at| language.date_time(&at).ok());
        let (regions, topics) = ([say("London")], Topics::new([say("Appeals"), say("Bakery")]));
        let weekly = Preferences { alerts: true, topics, region: regions.first().cloned(), ..Preferences::default() };
        let each = Preferences { cadence: Cadence::Each, alerts: false, ..Preferences::default() };
        vec![
            Self::new(frame(language), &weekly, &regions, next, earlier, links()),
            Self::new(frame(language), &each, &[], None, Vec::new(), links()),
        ]
    }
}

impl Mail for Welcome {}

impl Context for Link {
    const TEMPLATE: &'static str = "mail/link";

    fn samples(language: &Language<'_>, _: Say<'_>) -> Vec<Self> {
        let preferences_url = "https://campaign.example/preferences/SAMPLE-TOKEN".to_owned();
        vec![Self { frame: frame(language), preferences_url }]
    }
}

impl Mail for Link {}

impl Context for Goodbye {
    const TEMPLATE: &'static str = "mail/goodbye";

    fn samples(language: &Language<'_>, _: Say<'_>) -> Vec<Self> {
        vec![Self { frame: frame(language), return_url: "https://campaign.example/".to_owned() }]
    }
}

impl Mail for Goodbye {}
