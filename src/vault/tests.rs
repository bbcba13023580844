//! What the vault promises, and that it notices when it is not kept.

use super::*;

fn vault() -> Vault {
    Vault::new([(1, false, [7; 32])]).unwrap().unwrap()
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

#[test]
fn a_sealed_value_opens_only_where_it_belongs() {
    let vault = vault();
    let sealed = vault.seal(Column::Address, b"row", "ana@example.org").unwrap();
    assert_eq!(vault.open(1, Column::Address, b"row", &sealed).unwrap(), "ana@example.org");
    assert!(vault.open(1, Column::Name, b"row", &sealed).is_err());
    assert!(vault.open(1, Column::Address, b"other", &sealed).is_err());
    assert!(matches!(vault.open(2, Column::Address, b"row", &sealed), Err(VaultError::NoSuchKey(2))));
    let mut altered = sealed.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(vault.open(1, Column::Address, b"row", &altered).is_err());
    assert!(vault.open(1, Column::Address, b"row", &sealed[..5]).is_err());
}

#[test]
fn two_seals_of_one_value_differ() {
    let vault = vault();
    let seal = || vault.seal(Column::Name, b"row", "Ana").unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn an_index_finds_every_spelling_and_depends_on_the_key() {
    let vault = vault();
    let other = Vault::new([(1, false, [8; 32])]).unwrap().unwrap();
    let index = vault.address_index(&address("Ana@Example.org")).unwrap();
    assert_eq!(index, vault.address_index(&address("ana@example.ORG")).unwrap());
    assert_ne!(index, other.address_index(&address("ana@example.org")).unwrap());
    let domain = |text| vault.domain_index(&address(text)).unwrap();
    assert_eq!(domain("a@example.org"), domain("b@EXAMPLE.org"));
    assert_ne!(domain("a@example.org"), domain("a@example.com"));
}

#[test]
fn a_new_key_takes_over_and_the_old_one_still_reads() {
    let old = vault();
    let new = Vault::new([(1, true, [7; 32]), (2, false, [9; 32])]).unwrap().unwrap();
    let sealed = old.seal(Column::Address, b"row", "ana@example.org").unwrap();
    let token = Token { purpose: TokenPurpose::Mail, subscriber: 4, edition: 5 };
    let text = old.write_token(token).unwrap();
    assert_eq!(new.current_key(), 2);
    assert_eq!(new.open(1, Column::Address, b"row", &sealed).unwrap(), "ana@example.org");
    assert_eq!(new.read_token(&text), Ok(token));
    assert_eq!(old.message_id(4, 5).unwrap(), new.message_id(4, 5).unwrap());
    let indexes = new.address_indexes(&address("ana@example.org"));
    assert_eq!(indexes.len(), 2);
    assert!(indexes.contains(&(1, old.address_index(&address("ana@example.org")).unwrap())));
}

#[test]
fn a_token_is_stable_opaque_and_of_one_length() {
    let vault = vault();
    let write = |subscriber| vault.write_token(Token { purpose: TokenPurpose::Mail, subscriber, edition: 1 }).unwrap();
    assert_eq!(write(1), write(1));
    assert_eq!((write(1).len(), write(i64::MAX).len()), (47, 47));
    let mut altered = write(1).into_bytes();
    for at in 0..altered.len() {
        altered[at] ^= 1;
        assert!(vault.read_token(std::str::from_utf8(&altered).unwrap()).is_err(), "byte {at}");
        altered[at] ^= 1;
    }
    for wrong in ["", "x", "////", &"A".repeat(47), &"A".repeat(10_000)] {
        assert_eq!(vault.read_token(wrong), Err(TokenError));
    }
}

#[test]
fn the_key_file_is_private_made_once_and_never_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("handbill.key");
    assert!(matches!(Vault::read(&path), Err(KeyFileError::Missing(_))));
    let made = Vault::create(&path, crate::clock::Timestamp(0)).unwrap();
    let check = made.check_value(1).unwrap();
    assert_eq!(Vault::read(&path).unwrap().check_value(1).unwrap(), check);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(Vault::create(&path, crate::clock::Timestamp(0)), Err(KeyFileError::Io { .. })));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Vault::read(&path), Err(KeyFileError::Open(_))));
}

#[test]
fn a_damaged_key_file_is_not_quoted() {
    use std::os::unix::fs::OpenOptionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("handbill.key");
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    std::io::Write::write_all(&mut file, b"[[key]]\nid = 1\nsecret = c2VjcmV0\n").unwrap();
    let error = Vault::read(&path).unwrap_err().to_string();
    assert!(error.contains("damaged") && !error.contains("c2VjcmV0"), "{error}");
}
