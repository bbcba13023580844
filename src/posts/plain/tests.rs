use super::*;

#[test]
fn paragraphs_lists_and_links_read_as_text() {
    let html = "<h2>When</h2>\n<p>On <strong>Monday</strong> at\n4pm, see <a href=\"https://campaign.example/map\">the \
                map</a>.</p><ul><li>banners</li><li>drums<ol start=\"3\"><li>big</li><li>small</li></ol></li></ul>\
                <blockquote><p>We stay.<br>All of us.</p></blockquote><hr>\
                <p>Write to <a href=\"mailto:office@campaign.example\">office@campaign.example</a> or \
                <a href=\"https://campaign.example/\">https://campaign.example</a></p>";
    let text = "When\n\nOn Monday at 4pm, see the map (https://campaign.example/map).\n\n- banners\n- drums\n  3. big\n  \
                4. small\n\n> We stay.\n> All of us.\n\n* * *\n\nWrite to office@campaign.example or \
                https://campaign.example";
    assert_eq!(body(html), text);
}

#[test]
fn tables_code_and_images_read_as_text() {
    let html = "<table><tbody><tr><th>Day</th><th>Place</th></tr><tr><td>Mon</td><td>London</td></tr></tbody></table>\
                <pre><code>  a &lt; b\n\n    c\n</code></pre><p><img src=\"https://campaign.example/i.png\" alt=\"A \
                banner\"> <a href=\"https://campaign.example/x\"><img src=\"https://campaign.example/j.png\" \
                alt=\"\"></a></p>";
    let text = "Day | Place\nMon | London\n\n  a < b\n\n    c\n\n[A banner] https://campaign.example/x";
    assert_eq!(body(html), text);
}

#[test]
fn a_list_of_paragraphs_keeps_its_dashes() {
    assert_eq!(
        body("<ul><li><p>one</p><p>more</p></li><li><p>two</p></li></ul><p>end</p>"),
        "- one\n\n  more\n\n- two\n\nend"
    );
}

#[test]
fn an_excerpt_is_running_text_cut_at_a_word() {
    let words = (1..=70).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let html = format!("<h2>Heading</h2><p><a href=\"https://campaign.example\">Read</a></p><ul><li>{words}</li></ul>");
    let excerpt = excerpt(&html);
    assert!(excerpt.starts_with("Read w1 w2 "), "{excerpt}");
    assert!(excerpt.ends_with("w58 w59…"), "{excerpt}");
    assert_eq!(super::excerpt("<p>short, </p>"), "short,");
    let endless = "ü".repeat(5000);
    assert_eq!(shorten(&endless).chars().count(), EXCERPT_CHARACTERS + 1);
}
