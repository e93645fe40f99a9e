//! The shared config and credentials files.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// The profiles of both shared files, by name.
#[derive(Default)]
pub struct Profiles {
    profiles: BTreeMap<String, BTreeMap<String, Zeroizing<String>>>,
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
    pub fn parse(config: &str, credentials: &str) -> Self {
        let mut profiles = Self::default();
        profiles.read(config, |section| {
            let named = section
                .strip_prefix("profile")
                .filter(|rest| rest.starts_with(char::is_whitespace));
            named
                .map(str::trim)
                .or((section == "default").then_some(section))
        });
        profiles.read(credentials, Some);
        profiles
    }

    fn read<'a>(&mut self, text: &'a str, profile_of: impl Fn(&'a str) -> Option<&'a str>) {
        let mut current = None;
        for line in text.lines() {
            // An indented line continues the key above it, as nested settings do: none of ours.
            if line.starts_with(char::is_whitespace) || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(section) = line.strip_prefix('[') {
                let name = section.split(']').next().unwrap_or_default().trim();
                current =
                    profile_of(name).map(|name| self.profiles.entry(name.to_owned()).or_default());
            } else if let (Some(profile), Some((key, value))) =
                (current.as_deref_mut(), line.split_once('='))
            {
                let value = without_comment(value).trim().to_owned();
                profile.insert(key.trim().to_ascii_lowercase(), Zeroizing::new(value));
            }
        }
    }

    /// Whether either file has a profile of that name.
    pub fn contains(&self, profile: &str) -> bool {
        self.profiles.contains_key(profile)
    }

    /// The value of `key` in a profile; one that is empty counts as not there.
    pub fn get(&self, profile: &str, key: &str) -> Option<&str> {
        let value = self.profiles.get(profile)?.get(key)?.as_str();
        (!value.is_empty()).then_some(value)
    }
}

/// A comment after a value begins with white space.
fn without_comment(value: &str) -> &str {
    let ends = [" #", " ;", "\t#", "\t;"]
        .iter()
        .filter_map(|mark| value.find(mark));
    value.split_at(ends.min().unwrap_or(value.len())).0
}
