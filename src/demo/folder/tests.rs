use super::*;

fn here(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[test]
fn a_new_folder_is_filled_and_known_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new");
    let folder = Folder::take(Some(&path)).unwrap();
    assert!(!folder.known);
    let config = folder.fill(here(8080), here(2525)).unwrap();
    assert_eq!(config.relays[0].port(), 2525);
    assert_eq!(config.site.url.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(std::fs::read_dir(folder.posts()).unwrap().count(), POSTS.len());

    let error = Folder::take(Some(&path)).unwrap_err().to_string();
    assert!(error.contains("at work"), "{error}");
    drop(folder);
    let again = Folder::take(Some(&path)).unwrap();
    assert!(again.known);
    assert_eq!(again.relay_port(), Some(2525));
}

#[test]
fn coming_back_sets_the_addresses_and_leaves_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::take(Some(dir.path())).unwrap();
    folder.fill(here(8080), here(2525)).unwrap();
    let text = std::fs::read_to_string(folder.config_path()).unwrap().replace("London, N1", "Leeds, N1");
    std::fs::write(folder.config_path(), text).unwrap();
    std::fs::write(dir.path().join("handbill.db"), "").unwrap();
    std::fs::remove_file(folder.posts().join("film-evening.md")).unwrap();

    drop(folder);
    let folder = Folder::take(Some(dir.path())).unwrap();
    let config = folder.fill(here(9090), here(2626)).unwrap();
    assert_eq!((config.relays[0].port(), config.web.listen), (2626, here(9090)));
    assert_eq!(config.site.url.as_str(), "http://127.0.0.1:9090/");
    assert!(config.site.postal_address.contains("Leeds"), "{}", config.site.postal_address);
    assert!(!folder.posts().join("film-evening.md").exists(), "a deleted post came back");
    let text = std::fs::read_to_string(folder.config_path()).unwrap();
    assert!(text.contains("port = 2626") && !text.contains("2525"), "{text}");
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("config.toml"), "[site]\n").unwrap();
    let error = Folder::take(Some(dir.path())).unwrap_err().to_string();
    assert!(error.contains("no demo") && error.contains("--dir"), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_relay_elsewhere_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::take(Some(dir.path())).unwrap();
    folder.fill(here(8080), here(2525)).unwrap();
    let text = std::fs::read_to_string(folder.config_path()).unwrap();
    let text = text.replace("host = \"127.0.0.1\"", "host = \"mail.example.org\"");
    std::fs::write(folder.config_path(), text).unwrap();
    let error = folder.fill(here(8080), here(2525)).unwrap_err().to_string();
    assert!(error.contains("mail catcher"), "{error}");
}

#[test]
fn a_fresh_folder_is_empty_and_has_a_name_to_know_it_by() {
    let folder = Folder::take(None).unwrap();
    let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("handbill-demo-"), "{name}");
    std::fs::remove_file(folder.path().join(LOCK)).unwrap();
    // This fails where anything else is in it.
    std::fs::remove_dir(folder.path()).unwrap();
}

#[test]
fn pages_for_all_are_linked_where_this_machine_finds_them() {
    assert_eq!(site_url("0.0.0.0:8080".parse().unwrap()), "http://127.0.0.1:8080");
    assert_eq!(site_url("[::]:8080".parse().unwrap()), "http://[::1]:8080");
}
