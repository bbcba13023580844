use super::*;

fn accepted(text: &str) -> Option<String> {
    accept(text, &Words::load(None).unwrap())
}

#[test]
fn the_browsers_favourite_that_we_speak() {
    assert_eq!(accepted("ru-RU,ru;q=0.9,en;q=0.8").as_deref(), Some("ru"));
    assert_eq!(accepted("fr, en;q=0.3, ru;q=0.7").as_deref(), Some("ru"));
    assert_eq!(accepted("EN-gb").as_deref(), Some("en"));
    assert_eq!(accepted("ru;q=0, en;q=0.1").as_deref(), Some("en"));
    assert_eq!(accepted("fr, *;q=0.5"), None);
    assert_eq!(accepted(";;q=,,"), None);
}

#[test]
fn a_choice_that_we_do_not_speak_is_none() {
    let words = Words::load(None).unwrap();
    let asked = |query| Asked::of(Some(query), &HeaderMap::new(), &words).chosen;
    assert_eq!(asked("a=b&lang=ru").as_deref(), Some("ru"));
    assert_eq!(asked("lang=%22%3E%3Cscript%3E"), None);
}
