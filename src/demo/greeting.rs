//! What the demo says when it is at work, and when it has ended.

use std::path::Path;
use std::time::Duration;

use super::Demo;
use super::appeal::Ahead;

impl Demo {
    /// What was sent, what to open, and what to try.
    pub fn greeting(&self) -> String {
        let began = if self.folder.known { "goes on" } else { "is at work" };
        let sent = match (self.sent, self.folder.known) {
            (0, _) => "nothing new, as everybody had it before".to_owned(),
            (1, _) => "1 mail".to_owned(),
            (sent, true) => format!("{sent} mails, with what is new since last time"),
            (sent, false) => {
                format!("{sent} mails: the weekly digest, and all posts to those who want each of them at once")
            }
        };
        let (site, mailbox) = (self.site_url(), self.mailbox_url());
        let ahead = told(self.ahead);
        let posts = self.posts();
        let (folder, new, config) = (quoted(&posts), quoted(&posts.join("news-")), quoted(&self.folder.config_path()));
        format!(
            r#"The campaign {began}. Nothing of it leaves this machine.

  Sent      {sent}
  Sign up   {site}/
  Archive   {site}/archive
  Mailbox   {mailbox}/  (every mail ends here, also the one that confirms a sign-up)
  Posts     {folder}
{ahead}
A Markdown file put there is mailed to those who want each post. Try it, with the mailbox open:

  printf -- '---\ntitle: News from the picket\ntopics: [Appeals]\n---\nIt is %s, and we are still here. **Bring a friend.**\n' "$(date +%T)" > {new}"$(date +%s)".md

Other commands work on it from another terminal:

  handbill --config {config} status

Ctrl-C ends the demo.
"#
        )
    }

    /// How to come back, once it has ended.
    pub fn farewell(&self) -> String {
        let folder = quoted(self.folder());
        format!("The demo has ended. Come back to it with: handbill demo --dir {folder}")
    }
}

/// What will happen by itself, as a paragraph of its own.
fn told(ahead: Ahead) -> String {
    match ahead {
        Ahead::Call(hold, after) => format!(
            "\nIn {} an urgent appeal goes out with its calendar entry, to London and to those who chose no\n\
             region; {} later it is corrected: watch the mailbox.\n",
            spoken(hold),
            spoken(after)
        ),
        Ahead::Correction(after) => {
            format!("\nThe urgent appeal of last time is corrected in {}: watch the mailbox.\n", spoken(after))
        }
        Ahead::Nothing => String::new(),
    }
}

/// A time to wait, in whole seconds, begun ones counted.
fn spoken(wait: Duration) -> String {
    match wait.as_millis().div_ceil(1000) {
        0 => "a moment".to_owned(),
        1 => "a second".to_owned(),
        10 => "ten seconds".to_owned(),
        60 => "a minute".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_by_itself_is_told_with_its_time() {
        let wait = Duration::from_millis;
        let told_of = told(Ahead::Call(wait(9_400), wait(60_000)));
        assert!(told_of.contains("In ten seconds an urgent appeal") && told_of.contains("a minute later"), "{told_of}");
        assert!(told(Ahead::Correction(wait(41_001))).contains("in 42 seconds"));
        assert!(told(Ahead::Correction(Duration::ZERO)).contains("in a moment"));
        assert_eq!(told(Ahead::Nothing), "");
    }

    #[test]
    fn paths_are_quoted_where_a_shell_would_cut_them() {
        assert_eq!(quoted(Path::new("/tmp/handbill-demo-1/posts")), "/tmp/handbill-demo-1/posts");
        assert_eq!(quoted(Path::new("/tmp/our demo's")), r"'/tmp/our demo'\''s'");
    }
}
