use super::*;

/// A PNG's beginning, which is all that its size is read from.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

/// A site at news.campaign.example with a folder that is published at campaign.example.
fn config(images: &str) -> (Config, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let posts = folder.path().join("posts");
    std::fs::create_dir_all(posts.join("img")).unwrap();
    std::fs::write(posts.join("img/gate in rain.png"), png(1072, 600)).unwrap();
    std::fs::write(posts.join("dot.png"), png(20, 20)).unwrap();
    std::fs::write(posts.join("huge.png"), [png(9, 9), vec![0; 300_000]].concat()).unwrap();
    std::fs::write(posts.join("page.png"), "<script>alert(1)</script>").unwrap();
    std::fs::write(folder.path().join("secret.png"), png(500, 500)).unwrap();
    let text = format!(
        "[site]\nname = \"C\"\nurl = \"https://news.campaign.example\"\nlanguage = \"en\"\ntime_zone = \"UTC\"\n\
         sender = \"news@campaign.example\"\npostal_address = \"1 Example Street\"\n\
         [[source]]\nname = \"posts\"\nkind = \"folder\"\npath = \"posts\"\nbase_url = \"https://campaign.example/\"\n\
         [mail]\nimages = \"{images}\"\n"
    );
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    (crate::config::load(&path, std::iter::empty()).unwrap(), folder)
}

const BODY: &str = "<p>Come.</p><img src=\"https://campaign.example/img/gate%20in%20rain.png\" alt=\"The gate &amp; us\">\
                    <img src=\"https://tracker.example/x.png\" alt=\"A third party\">";

#[test]
fn without_images_their_words_stay() {
    let (config, _folder) = config("none");
    let fitted = fit(&config, BODY);
    assert_eq!(fitted.html, "<p>Come.</p>The gate &amp; usA third party");
    assert_eq!((fitted.lead, fitted.inline), (None, vec![]));
}

#[test]
fn only_the_sites_own_images_are_shown_from_it() {
    let (config, _folder) = config("site");
    let fitted = fit(&config, BODY);
    assert!(
        fitted.html.contains(
            "<img src=\"https://campaign.example/img/gate%20in%20rain.png\" alt=\"The gate &amp; us\" width=\"536\">"
        ),
        "{}",
        fitted.html
    );
    assert!(fitted.html.ends_with("A third party") && !fitted.html.contains("tracker"), "{}", fitted.html);
    assert_eq!(fitted.lead.unwrap().alt, "The gate & us");
    for url in ["https://campaign.example.evil.example/x.png", "https://evil.example/campaign.example/x.png"] {
        assert!(!fit(&config, &format!("<img src=\"{url}\">")).html.contains("<img"), "{url}");
    }
    let sized = fit(&config, "<img src=\"https://news.campaign.example/a.png\" width=\"100\" height=\"50\">");
    assert_eq!(sized.html, "<img src=\"https://news.campaign.example/a.png\" alt=\"\" width=\"100\" height=\"50\">");
    assert_eq!(sized.lead, None);
}

#[test]
fn images_of_the_folder_are_brought_along() {
    let (config, _folder) = config("embed");
    let fitted = fit(&config, &format!("{BODY}{BODY}"));
    let [image] = fitted.inline.as_slice() else { panic!("{:?}", fitted.inline) };
    assert_eq!((image.media, &image.bytes[..]), ("image/png", &png(1072, 600)[..]));
    assert!(image.id.ends_with("@campaign.example"));
    let tag = format!("<img src=\"cid:{}\" alt=\"The gate &amp; us\" width=\"536\" height=\"300\">", image.id);
    assert_eq!(fitted.html.matches(&tag).count(), 2, "{}", fitted.html);
    let lead = fitted.lead.unwrap();
    assert_eq!((lead.width, lead.height), (536, Some(300)));
    assert!(!fitted.html.contains("tracker"));
}

#[test]
fn nothing_else_is_brought_along() {
    let (config, _folder) = config("embed");
    for path in ["../secret.png", "%2e%2e/secret.png", "huge.png", "page.png", "missing.png", "img", "%zz.png", ""] {
        let fitted = fit(&config, &format!("<img src=\"https://campaign.example/{path}\" alt=\"words\">"));
        assert_eq!((fitted.html.as_str(), fitted.inline.len()), ("words", 0), "{path}");
    }
    let small = fit(&config, "<img src=\"https://campaign.example/dot.png?v=2\">");
    assert_eq!((small.lead, small.inline.len()), (None, 1));
}

#[test]
fn sizes_are_read_from_each_kind_of_file() {
    let gif = b"GIF89a\x40\x01\xc8\x00".to_vec();
    assert_eq!(look(&gif), Some(("image/gif", Some((320, 200)))));
    let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x0b\x08\x00\xc8\x01\x40\x01\0\0\0".to_vec();
    assert_eq!(look(&jpeg), Some(("image/jpeg", Some((320, 200)))));
    for end in 0..jpeg.len() {
        look(&jpeg[..end]);
        look(&png(1, 1)[..end.min(24)]);
    }
    assert_eq!(look(b"<svg>"), None);
}
