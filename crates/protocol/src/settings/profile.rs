//! The shared config and credentials files.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::error::Invalid;

/// What both shared files say, by section.
#[derive(Default, Clone)]
pub struct Profiles {
    profiles: Sections,
    sso_sessions: Sections,
    services: Sections,
}

type Sections = BTreeMap<String, Section>;
type Section = BTreeMap<String, Zeroizing<String>>;

/// Which of the two files is read; they name their sections differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Config,
    Credentials,
}

/// What a section's header says that it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Heading {
    Profile(String),
    /// `[default]` in the config file, which counts only where there is no `[profile default]`.
    BareDefault,
    SsoSession(String),
    Services(String),
}

impl std::fmt::Debug for Profiles {
    /// Names only: the values include secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.profiles.keys()).finish()
    }
}

impl Profiles {
    /// Reads the texts of the config file and of the credentials file, either of which may be
    /// empty. Where both set a key of a profile, the credentials file wins.
    ///
    /// Sections and keys whose names no profile can have are passed over, as AWS's own tools do.
    ///
    /// # Errors
    /// [`Invalid`] names the file and the line that cannot be understood.
    pub fn parse(config: &str, credentials: &str) -> Result<Self, Invalid> {
        let mut profiles = Self::default();
        let mut sections = read(File::Config, config)?;
        if sections.contains_key(&Heading::Profile("default".to_owned())) {
            sections.remove(&Heading::BareDefault);
        }
        profiles.merge(sections);
        profiles.merge(read(File::Credentials, credentials)?);
        Ok(profiles)
    }

    fn merge(&mut self, sections: BTreeMap<Heading, Section>) {
        for (heading, section) in sections {
            let (sections, name) = match heading {
                Heading::Profile(name) => (&mut self.profiles, name),
                Heading::BareDefault => (&mut self.profiles, "default".to_owned()),
                Heading::SsoSession(name) => (&mut self.sso_sessions, name),
                Heading::Services(name) => (&mut self.services, name),
            };
            sections.entry(name).or_default().extend(section);
        }
    }

    /// Whether either file has a profile of that name.
    pub fn contains(&self, profile: &str) -> bool {
        self.profiles.contains_key(profile)
    }

    /// The names of all profiles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The keys of a profile, in lower case, and their values; nested settings are lines after an
    /// empty first one.
    pub fn entries(&self, profile: &str) -> impl Iterator<Item = (&str, &str)> {
        let section = self.profiles.get(profile);
        let entries = section.into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of `key` in a profile; one that is empty counts as not there.
    pub fn get(&self, profile: &str, key: &str) -> Option<&str> {
        value(&self.profiles, profile, key)
    }

    /// Whether there is an `sso-session` section of that name.
    pub fn contains_sso_session(&self, name: &str) -> bool {
        self.sso_sessions.contains_key(name)
    }

    /// The value of `key` in an `sso-session` section.
    pub fn sso_session(&self, name: &str, key: &str) -> Option<&str> {
        value(&self.sso_sessions, name, key)
    }

    /// The value of `key` for a service, such as `kinesis_video`, in the `services` section that a
    /// profile names.
    pub fn service(&self, profile: &str, service: &str, key: &str) -> Option<&str> {
        let section = self.get(profile, "services")?;
        let nested = value(&self.services, section, service)?;
        let mut entries = nested.lines().filter_map(|line| line.split_once('='));
        let (_, value) = entries.find(|(name, _)| name.trim().eq_ignore_ascii_case(key))?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }
}

fn value<'s>(sections: &'s Sections, name: &str, key: &str) -> Option<&'s str> {
    let value = sections.get(name)?.get(key)?.as_str();
    (!value.is_empty()).then_some(value)
}

/// Where the reader is.
enum Place {
    Nowhere,
    /// In a section that nothing is read of.
    Ignored,
    Section(Heading),
}

/// The last key of the section, which an indented line continues.
enum Key {
    None,
    Ignored,
    Named(String),
}

fn read(file: File, text: &str) -> Result<BTreeMap<Heading, Section>, Invalid> {
    let mut sections: BTreeMap<Heading, Section> = BTreeMap::new();
    let (mut place, mut key) = (Place::Nowhere, Key::None);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = |problem: &str| file.wrong(number, problem);
        if line.trim().is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            let (name, _) = header
                .split_once(']')
                .ok_or_else(|| wrong("begins a section with '[', and there is no ']'"))?;
            key = Key::None;
            place = file.heading(name.trim()).map_or(Place::Ignored, |heading| {
                // A section without keys is one, too.
                sections.entry(heading.clone()).or_default();
                Place::Section(heading)
            });
            continue;
        }
        let section = match &place {
            Place::Nowhere => return Err(wrong("is in no section; begin one with [name]")),
            Place::Ignored => continue,
            Place::Section(heading) => sections.entry(heading.clone()).or_default(),
        };
        if line.starts_with(char::is_whitespace) {
            match &key {
                Key::None => {
                    return Err(wrong("is indented, and there is no key that it continues"));
                }
                Key::Ignored => {}
                Key::Named(key) => {
                    proceed(section.entry(key.clone()).or_default(), line.trim()).map_err(wrong)?
                }
            }
        } else {
            key = begin(section, line).map_err(wrong)?;
        }
    }
    Ok(sections)
}

/// Reads `key = value`.
fn begin(section: &mut Section, line: &str) -> Result<Key, &'static str> {
    let (key, value) = line
        .split_once('=')
        .ok_or("must set a key, as in `key = value`")?;
    let key = key.trim().to_ascii_lowercase();
    if key.is_empty() {
        return Err("sets a key that has no name");
    }
    if !is_name(&key) {
        return Ok(Key::Ignored);
    }
    let value = without_comment(value).trim().to_owned();
    section.insert(key.clone(), Zeroizing::new(value));
    Ok(Key::Named(key))
}

/// Reads an indented line: more of a value, or one of the settings nested in an empty one.
fn proceed(value: &mut Zeroizing<String>, line: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.starts_with('\n') {
        let (name, _) = line
            .split_once('=')
            .ok_or("must set a nested key, as in `key = value`")?;
        if name.trim().is_empty() {
            return Err("sets a nested key that has no name");
        }
    }
    let joined = format!("{}\n{line}", value.as_str());
    *value = Zeroizing::new(joined);
    Ok(())
}

impl File {
    fn wrong(self, line: usize, problem: &str) -> Invalid {
        let name = match self {
            Self::Config => "config",
            Self::Credentials => "credentials",
        };
        Invalid::new(format!("line {line} of the {name} file"), problem)
    }

    /// What a section is; `None` for one that is passed over.
    fn heading(self, header: &str) -> Option<Heading> {
        let (kind, name) = match header.split_once(char::is_whitespace) {
            Some((kind, name)) => (Some(kind), name.trim()),
            None => (None, header),
        };
        if !is_name(name) {
            return None;
        }
        let owned = name.to_owned();
        match (self, kind) {
            (Self::Credentials, None) | (Self::Config, Some("profile")) => {
                Some(Heading::Profile(owned))
            }
            (Self::Config, None) if name == "default" => Some(Heading::BareDefault),
            (Self::Config, Some("sso-session")) => Some(Heading::SsoSession(owned)),
            (Self::Config, Some("services")) => Some(Heading::Services(owned)),
            _ => None,
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-/.%@_:+".contains(c);
    !text.is_empty() && text.chars().all(is_of_name)
}

/// A comment after a value begins with white space.
fn without_comment(value: &str) -> &str {
    let ends = [" #", " ;", "\t#", "\t;"]
        .iter()
        .filter_map(|mark| value.find(mark));
    value.split_at(ends.min().unwrap_or(value.len())).0
}
