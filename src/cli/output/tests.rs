use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn printed(print: impl FnOnce(&mut Output) -> io::Result<()>) -> String {
    let kept = Kept::default();
    print(&mut Output::to(kept.clone())).unwrap();
    String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn columns_are_aligned_and_cannot_steer_a_terminal() {
    let text = printed(|out| {
        let mut list = out.list(false, &["id", "name"]);
        list.row(&(), || vec!["1000".into(), "Ana\u{1b}[31m".into()])?;
        list.row(&(), || vec!["2".into(), "Bo\nb".into()])?;
        list.end()
    });
    assert_eq!(text, "id    name\n1000  Ana [31m\n2     Bo b\n");
}

#[test]
fn a_long_table_loses_no_row() {
    let text = printed(|out| {
        let mut list = out.list(false, &["id"]);
        for id in 0..2 * MEASURED + 1 {
            list.row(&(), || vec![id.to_string()])?;
        }
        list.end()
    });
    assert_eq!(text.lines().count(), 2 * MEASURED + 2);
}

#[test]
fn a_list_is_one_json_document() {
    let list = |items: &[i32]| {
        printed(|out| {
            let mut list = out.list(true, &["id"]);
            items.iter().try_for_each(|item| list.row(item, Vec::new))?;
            list.end()
        })
    };
    for items in [&[][..], &[1], &[1, 2, 3]] {
        assert_eq!(serde_json::from_str::<Vec<i32>>(&list(items)).unwrap(), items);
    }
}

#[test]
fn a_reader_who_went_away_is_noticed() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut out = Output::to(Closed);
    assert!(!out.is_closed());
    assert!(out.line("a").is_err() && out.is_closed());
}
