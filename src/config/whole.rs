//! The config as a whole: paths made absolute, secrets read, and what no section can see by itself.

use std::path::{Path, PathBuf};

use url::Url;

use super::Secret;
use super::color::{Color, DARK_GROUND, READABLE};
use super::sections::Config;
use super::source::Origin;
use crate::regions;

impl Config {
    /// Where the key file lies.
    pub fn key_file(&self) -> PathBuf {
        // `resolve_paths` has set it; the rest is for configs made in code.
        self.vault.key_file.clone().unwrap_or_else(|| PathBuf::from("handbill.key"))
    }

    /// Makes every path relative to the folder of the config file.
    pub(super) fn resolve_paths(&mut self, base: &Path) {
        let resolve = |path: &mut PathBuf| {
            if path.is_relative() {
                *path = base.join(&*path);
            }
        };
        let optional = [&mut self.store.password_file, &mut self.vault.key_file, &mut self.mail.templates];
        optional.into_iter().flatten().for_each(resolve);
        for source in &mut self.sources {
            if let Origin::Folder(folder) = &mut source.origin {
                resolve(&mut folder.path);
            }
        }
        if let Some(dkim) = &mut self.dkim {
            resolve(&mut dkim.key_file);
            dkim.ed25519_key_file.iter_mut().for_each(resolve);
        }
        self.notify.webhook_file.iter_mut().for_each(resolve);
        if let Some(program) = self.notify.command.first_mut().filter(|program| program.contains('/')) {
            // A bare name is looked up among the system's programs.
            *program = base.join(&*program).display().to_string();
        }
        for relay in self.relays.iter_mut().chain(&mut self.notify.relay) {
            [&mut relay.ca_file, &mut relay.password_file].into_iter().flatten().for_each(resolve);
        }
        let file = self.store.url.strip_prefix("sqlite://").or_else(|| self.store.url.strip_prefix("sqlite:"));
        if let Some(file) = file
            && Path::new(file).is_relative()
        {
            self.store.url = format!("sqlite://{}", base.join(file).display());
        }
        if self.vault.key_file.is_none() {
            let database = self.store.url.strip_prefix("sqlite://").map(Path::new);
            let folder = database.and_then(Path::parent).unwrap_or(base);
            self.vault.key_file = Some(folder.join("handbill.key"));
        }
    }

    /// Reads the files that hold secrets.
    pub(super) fn read_secrets(&mut self) -> Result<(), String> {
        if let Some(path) = &self.notify.webhook_file {
            let url = first_line(path, "notify.webhook_file")?;
            // What stands in the file is no part of the error.
            let url = Url::parse(&url).map_err(|error| format!("notify.webhook_file: its first line: {error}"))?;
            self.notify.webhook = Some(url);
        }
        for relay in self.relays.iter_mut().chain(&mut self.notify.relay) {
            if let Some(path) = &relay.password_file {
                relay.password = Some(Secret::new(first_line(path, "relay.password_file")?));
            }
        }
        if let Some(path) = &self.store.password_file {
            let password = first_line(path, "store.password_file")?;
            let mut url = Url::parse(&self.store.url).map_err(|error| format!("store.url: {error}"))?;
            url.set_password(Some(&password)).map_err(|()| "store.password_file: store.url takes no password")?;
            self.store.url = url.into();
        }
        Ok(())
    }

    /// Checks what the types cannot; the error is the key and what to do about it.
    pub(super) fn validate(&self) -> Result<(), (&'static str, String)> {
        let site = &self.site.url;
        let loopback = match site.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(("site.url", "write a whole address like https://news.example.org".to_owned())),
        };
        match site.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => {
                let why = "links in mail must not be read on the way: use https (http only on loopback)";
                return Err(("site.url", why.to_owned()));
            }
        }
        if self.site.name.trim().is_empty() || self.site.name.chars().any(char::is_control) {
            return Err(("site.name", "give the group's name, on one line".to_owned()));
        }
        if self.site.color.contrast(Color::WHITE) < READABLE {
            let why = format!("{} cannot be read on white; take a darker one", self.site.color);
            return Err(("site.color", why));
        }
        if let Some(color) = self.site.color_dark.filter(|color| color.contrast(DARK_GROUND) < READABLE) {
            let why = format!("{color} cannot be read on {DARK_GROUND}, the dark scheme's ground; take a lighter one");
            return Err(("site.color_dark", why));
        }
        self.site.logo_url().map_err(|error| ("site.logo", error))?;
        if self.site.postal_address.trim().is_empty() {
            return Err(("site.postal_address", "bulk mail must carry a postal address".to_owned()));
        }
        if !self.store.url.starts_with("sqlite:") && !self.store.url.starts_with("postgres") {
            return Err(("store.url", "use sqlite://FILE or postgres://USER@HOST/DATABASE".to_owned()));
        }
        if let Some(listen) = self.web.metrics_listen.filter(|listen| !listen.ip().is_loopback()) {
            let why = format!("{listen} is not on loopback; the numbers are not for everybody: use 127.0.0.1");
            return Err(("web.metrics_listen", why));
        }
        let digests = &self.digests;
        for (key, line) in [
            ("digests.daily", &digests.daily),
            ("digests.weekly", &digests.weekly),
            ("digests.monthly", &digests.monthly),
        ] {
            crate::schedule::Schedule::parse(line).map_err(|error| (key, error.to_string()))?;
        }
        let mut names: Vec<_> = self.sources.iter().map(|source| &source.name).collect();
        names.sort();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(("source.name", format!("two sources are called `{}`", twice[0])));
        }
        self.validate_relays()?;
        self.validate_domains()?;
        let wrong = self.appeals.regions.iter().find(|region| region.trim().is_empty() || region.contains(';'));
        if wrong.is_some() {
            return Err(("appeals.regions", "a region is a name without semicolons".to_owned()));
        }
        let is_twice = |(at, region): (usize, &String)| regions::find(&self.appeals.regions[..at], region).is_some();
        if let Some((_, twice)) = self.appeals.regions.iter().enumerate().find(|pair| is_twice(*pair)) {
            return Err(("appeals.regions", format!("`{twice}` is there twice")));
        }
        self.validate_dkim()?;
        self.validate_notify()
    }
}

fn first_line(path: &Path, key: &str) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{key}: cannot read {}: {error}", path.display()))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
