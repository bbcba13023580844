use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::config;

/// A folder far from the present, so that files settle by being watched alone.
struct Fixture {
    dir: tempfile::TempDir,
    folder: Folder,
    tick: Instant,
}

fn config(path: &Path) -> (config::Source, config::Site) {
    let text = format!(
        "[site]\nname = 'C'\nurl = 'https://news.campaign.example'\nlanguage = 'en'\ntime_zone = 'Europe/London'\n\
         postal_address = '1 Example Street'\nsender = 'news@campaign.example'\n[[source]]\nname = 'posts'\n\
         kind = 'folder'\npath = '{}'\nbase_url = 'https://campaign.example/'\n",
        path.display()
    );
    let config: config::Config = toml::from_str(&text).unwrap();
    (config.sources[0].clone(), config.site)
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("posts");
        fs::create_dir(&path).unwrap();
        let (source, site) = config(&path);
        let config::Origin::Folder(origin) = &source.origin else { panic!("{source:?}") };
        let folder = Folder::new(origin, source.base_url.as_ref(), &site);
        Self { dir, folder, tick: Instant::now() }
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.dir.path().join("posts").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn pass_at(&mut self, millis: u64) -> Pass {
        let scan = self.folder.scan(Timestamp(0), self.tick + Duration::from_millis(millis));
        self.folder.read(scan)
    }

    /// A pass over files that have all settled.
    fn pass(&mut self) -> Pass {
        self.pass_at(0);
        self.tick += SETTLED;
        self.pass_at(0)
    }

    fn accept(&mut self, pass: Pass) {
        self.folder.accept(pass, &[]);
    }
}

fn paths(pass: &Pass) -> Vec<&str> {
    pass.found.iter().map(|found| found.path.as_deref().unwrap()).collect()
}

#[test]
fn posts_are_found_in_subfolders_and_passing_names_are_not() {
    let mut it = Fixture::new();
    for name in ["a.md", "2015/09/b.Markdown", "c.html", "d.HTM"] {
        it.write(name, "Text");
    }
    for name in
        [".e.md", ".git/f.md", "g.md~", "h.md.tmp", ".i.md.swp", "j.md.part", "#k.md#", ".#l.md", "m.txt", "~n.md"]
    {
        it.write(name, "Text");
    }
    let pass = it.pass();
    assert_eq!(paths(&pass), ["2015/09/b.Markdown", "a.md", "c.html", "d.HTM"]);
    assert!(pass.complete && pass.problems.is_empty(), "{:?}", pass.problems);
}

#[test]
fn a_file_is_read_once_it_has_settled_and_then_not_again() {
    let mut it = Fixture::new();
    it.write("a.md", "One");
    let pass = it.pass_at(0);
    assert!(pass.settling && pass.found.is_empty() && pass.readable && !pass.complete);
    assert!(pass.present.contains("a.md"));
    // It grows, so the wait begins anew.
    it.write("a.md", "One and two");
    assert!(it.pass_at(299).settling);
    assert!(it.pass_at(598).settling);
    let pass = it.pass_at(599);
    assert_eq!((paths(&pass), pass.settling, pass.complete), (vec!["a.md"], false, true));
    // A pass that was not stored is read again; one that was is not.
    assert_eq!(paths(&it.pass_at(700)), ["a.md"]);
    let pass = it.pass_at(700);
    it.accept(pass);
    let pass = it.pass_at(800);
    assert!(pass.found.is_empty() && pass.complete && !pass.changed);
    // Same length, other text.
    it.write("a.md", "Two and one");
    assert_eq!(paths(&it.pass()), ["a.md"]);
}

#[test]
fn a_file_older_than_the_wait_is_read_at_once() {
    let mut it = Fixture::new();
    it.write("a.md", "One");
    let metadata = fs::metadata(it.dir.path().join("posts/a.md")).unwrap();
    let touched = Stamp::of(&metadata).touched();
    for (age, settling) in [(Duration::from_millis(299), true), (SETTLED, false)] {
        assert_eq!(it.folder.scan(touched.plus(age), it.tick).is_settling(), settling, "{age:?}");
    }
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let mut it = Fixture::new();
    it.write("bad.md", "---\ntitle: x\ndate: soon\n---\nText");
    it.write("big.md", vec![b'x'; usize::try_from(MAX_SIZE).unwrap() + 1]);
    it.write("fits.md", vec![b'x'; usize::try_from(MAX_SIZE).unwrap()]);
    it.write("latin.md", b"Stra\xdfe");
    it.write("bom.md", "\u{feff}---\ntitle: Marked\n---\nText");
    it.write("draft.md", "---\ndraft: true\n---\nText");
    let pass = it.pass();
    assert_eq!(paths(&pass), ["bom.md", "fits.md"]);
    assert_eq!(pass.found[0].content.title, "Marked");
    let problems: Vec<_> = pass.problems.iter().map(ToString::to_string).collect();
    assert!(problems[0].starts_with("bad.md:3: date: this is no date; write it like"), "{problems:?}");
    assert!(problems[1].starts_with("big.md: larger than 1 MB"), "{problems:?}");
    assert!(problems[2].starts_with("latin.md:1: this is not UTF-8"), "{problems:?}");
    // They stay known while nobody mends them, without being read again.
    it.accept(pass);
    let pass = it.pass();
    assert_eq!((pass.found.len(), pass.problems.len()), (0, 3));
    it.write("bad.md", "Text");
    assert_eq!(it.pass().problems.len(), 2);
}

#[test]
fn an_empty_file_is_no_post_until_it_is_filled() {
    let mut it = Fixture::new();
    let nothing = ["", " \n\n", "---\ndate: 2015-09-28\n---\n", "<!-- soon -->\n", "\u{feff}"];
    for (number, text) in nothing.iter().enumerate() {
        it.write(&format!("{number}.md"), text);
    }
    it.write("5.html", "<html><body></body></html>");
    it.write("picture.md", "![Hands](hands.jpg)");
    it.write("titled.md", "---\ntitle: Only a title\n---\n");
    let pass = it.pass();
    assert_eq!(paths(&pass), ["picture.md", "titled.md"]);
    let problems: Vec<_> = pass.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 6, "{problems:?}");
    assert_eq!(problems[0], "0.md: this file is empty; write a title and text");
    it.accept(pass);
    it.write("0.md", "# At last\n\nText");
    let pass = it.pass();
    assert_eq!((paths(&pass), pass.problems.len()), (vec!["0.md"], 5));
}

#[test]
fn a_post_says_what_it_is_or_its_file_does() {
    let mut it = Fixture::new();
    it.write("some-file_name.md", "Text");
    it.write("page.html", "<title>A page</title><meta name=date content='2015-09-28'><h1>A page</h1><p>Text</p>");
    it.write(
        "post.md",
        "---\ntitle: T\nlanguage: pt_br\ndate: 2015-09-28T09:00:00Z\nurl: /p/\nguid: g\nsummary: S\n---\n[x](y)",
    );
    let found = it.pass().found;
    let [page, post, file] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((page.content.title.as_str(), page.content.text.as_str()), ("A page", "Text"));
    assert_eq!(page.content.published_at, Some("2015-09-27T23:00:00Z".parse().unwrap()));
    assert_eq!((post.guid.as_deref(), post.content.language.as_str()), (Some("g"), "pt-BR"));
    assert_eq!((post.content.excerpt.as_str(), post.content.text.as_str()), ("S", "x (https://campaign.example/p/y)"));
    assert_eq!((file.content.title.as_str(), file.content.published_at), ("some file name", None));
    assert_eq!(file.content.language, "en");
}

#[test]
fn links_that_lead_out_are_ignored_and_those_within_are_not_read_twice() {
    let mut it = Fixture::new();
    let posts = it.dir.path().join("posts");
    fs::write(it.dir.path().join("secret.md"), "Secret").unwrap();
    it.write("a.md", "Text");
    it.write(".data/hidden.md", "Hidden");
    symlink("../secret.md", posts.join("out.md")).unwrap();
    symlink("a.md", posts.join("also-a.md")).unwrap();
    symlink(".data/hidden.md", posts.join("shown.md")).unwrap();
    symlink(".", posts.join("loop")).unwrap();
    symlink("nowhere.md", posts.join("dangling.md")).unwrap();
    let pass = it.pass();
    assert_eq!(paths(&pass), ["a.md", "shown.md"]);
    assert_eq!(pass.problems.len(), 1, "{:?}", pass.problems);
    assert_eq!(pass.problems[0].path, "out.md");
}

#[test]
fn an_empty_or_missing_folder_is_not_complete() {
    let mut it = Fixture::new();
    let pass = it.pass();
    assert!(pass.readable && !pass.complete);
    fs::remove_dir(it.dir.path().join("posts")).unwrap();
    let pass = it.pass();
    assert!(!pass.readable && !pass.complete);
    assert!(pass.problems[0].to_string().contains("make it, or correct source.path"), "{:?}", pass.problems);
    it.accept(pass);
    it.write("a.md", "Text");
    assert_eq!(paths(&it.pass()), ["a.md"]);
}

#[test]
fn the_files_are_another_set_until_a_pass_is_accepted() {
    let mut it = Fixture::new();
    it.write("a.md", "Text");
    it.write("b.md", "Text");
    let pass = it.pass();
    it.accept(pass);
    fs::remove_file(it.dir.path().join("posts/a.md")).unwrap();
    assert!(it.pass().changed);
    let pass = it.pass();
    assert!(pass.changed && pass.complete && pass.found.is_empty());
    it.accept(pass);
    assert!(!it.pass().changed);
}

#[test]
fn a_translation_names_its_original() {
    for (name, path, known_as) in [
        ("strike.md", "a.md", "strike.md"),
        ("strike.md", "2026/a.md", "2026/strike.md"),
        ("../strike.HTML", "2026/a.md", "strike.HTML"),
        ("../../strike.md", "2026/a.md", "strike.md"),
        ("/strike.md", "2026/a.md", "2026/strike.md"),
        ("strike-7", "2026/a.md", "strike-7"),
        ("http://www.Campaign.example/strike/", "a.md", "https://campaign.example/strike"),
    ] {
        assert_eq!(original(name, path), known_as, "{name}");
    }
    let mut it = Fixture::new();
    it.write("a.ru.md", "---\ntranslation_of: a.md\nurgent: true\nevent: {starts: 2026-03-02T16:00}\n---\nText");
    let pass = it.pass();
    assert_eq!((pass.found[0].content.translation_of.as_deref(), &pass.found[0].urgent), (Some("a.md"), &None));
}

#[test]
fn what_is_urgent_is_read_before_the_rest_with_its_translations() {
    const URGENT: &str = "---\nurgent: true\nevent: {starts: 2026-03-02T16:00}\n---\nText";
    let mut it = Fixture::new();
    for (name, text) in [
        ("a.md", "Nothing urgent: true in its body"),
        ("b.md", URGENT),
        ("b.ru.md", "---\nlanguage: ru\ntranslation_of: b.md\n---\nText"),
        ("c.md", "---\nurgent: false\nguid: c\n---\nText"),
        ("d.ru.md", "---\nlanguage: ru\ntranslation_of: d.md\n---\nText"),
        ("e.md", "---\nurgent: true\ndate: soon\n---\nText"),
        ("f.md", "---\nurgent: true\ndraft: true\n---\nText"),
    ] {
        it.write(name, text);
    }
    let found = |it: &mut Fixture| {
        let scan = it.folder.scan(Timestamp(0), it.tick);
        let urgent = it.folder.read_urgent(&scan);
        let paths = urgent.found.iter().map(|found| found.path.clone().unwrap()).collect::<Vec<_>>();
        (paths, urgent.changed.len(), urgent.present.len())
    };
    // What is being written is not judged: there may be more of it.
    assert_eq!(found(&mut it), (vec![], 0, 0));
    let pass = it.pass();
    let scan = it.folder.scan(Timestamp(0), it.tick);
    let guids = it.folder.read_urgent(&scan).changed.into_iter().filter(|file| file.has_guid);
    assert_eq!(guids.map(|file| file.path).collect::<Vec<_>>(), ["c.md"]);
    assert_eq!(found(&mut it), (vec!["b.md".to_owned(), "b.ru.md".to_owned()], 7, 7));
    it.accept(pass);
    assert_eq!(found(&mut it), (vec![], 0, 7), "they were read");
    it.write("b.ru.md", "---\nlanguage: ru\ntranslation_of: b.md\n---\nOther text");
    it.pass();
    assert_eq!(found(&mut it), (vec![], 1, 7), "its original was not changed");
    it.write("g.html", format!("\u{feff}{URGENT}"));
    it.pass();
    assert_eq!(found(&mut it), (vec!["g.html".to_owned()], 2, 8));
}
