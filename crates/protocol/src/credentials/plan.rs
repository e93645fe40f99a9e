//! What a profile says about credentials: where they begin, and which roles are assumed with them.

use std::fmt;

use super::keys::{Credentials, carried};
use crate::settings::Profiles;

/// How a profile's credentials come about: from a base, and through roles, each assumed with what
/// came before it.
///
/// ```
/// use kvs_protocol::credentials::Plan;
/// use kvs_protocol::credentials::plan::Base;
/// use kvs_protocol::settings::Profiles;
///
/// let config = "[profile ops]\nrole_arn = arn:aws:iam::1:role/ops\nsource_profile = me\n\
///               [profile me]\naws_access_key_id = AKID\naws_secret_access_key = secret\n";
/// let plan = Plan::of(&Profiles::parse(config, "")?, "ops")?;
/// assert!(matches!(plan.base, Base::Keys(_)));
/// assert_eq!(plan.roles[0].arn, "arn:aws:iam::1:role/ops");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where the first credentials are from.
    pub base: Base,
    /// The roles, in the order in which they are assumed.
    pub roles: Vec<Role>,
}

/// Where the first credentials are from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Base {
    /// They stand in the profile.
    Keys(Credentials),
    /// One of the other sources.
    Source(NamedSource),
    /// A role that a token in a file may assume.
    WebIdentity(WebIdentity),
    /// A person has signed in.
    Sso(Sso),
    /// A program writes them. Its command line is shown to nobody, for it may hold a secret.
    Process(CommandLine),
}

/// A source that `credential_source` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedSource {
    /// The variables of the environment.
    Environment,
    /// Instance metadata.
    Ec2InstanceMetadata,
    /// The container's endpoint.
    EcsContainer,
}

impl NamedSource {
    /// As it is spelled in the profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "Environment",
            Self::Ec2InstanceMetadata => "Ec2InstanceMetadata",
            Self::EcsContainer => "EcsContainer",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [
            Self::Environment,
            Self::Ec2InstanceMetadata,
            Self::EcsContainer,
        ]
        .into_iter()
        .find(|source| source.name() == name)
    }
}

/// A role that is assumed with other credentials.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// What the session is called; made up where there is none.
    pub session_name: Option<String>,
    /// What the owner of the role wants to be told.
    pub external_id: Option<String>,
    /// How long the credentials are to be good for, in seconds.
    pub duration_seconds: Option<u32>,
}

/// A role that a token in a file may assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdentity {
    /// Its ARN.
    pub role_arn: String,
    /// The file.
    pub token_file: String,
    /// What the session is called; made up where there is none.
    pub session_name: Option<String>,
}

/// What a person has signed in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sso {
    /// The profile that says so, for which the person signs in.
    pub profile: String,
    /// The `sso-session` section; none in the older form.
    pub session: Option<String>,
    /// Region of the portal.
    pub region: String,
    /// Where the person signs in.
    pub start_url: String,
    /// The account; a token alone goes without.
    pub account_id: Option<String>,
    /// The role in the account; a token alone goes without.
    pub role_name: Option<String>,
}

/// What to run, as one line.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine(pub String);

impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommandLine(…)")
    }
}

/// Why a profile leads to no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPlan {
    /// It does not speak of credentials; whoever can do without it may go on.
    Silent(String),
    /// What it says cannot be followed.
    Wrong(String),
}

impl fmt::Display for NoPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(why) | Self::Wrong(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NoPlan {}

fn wrong<T>(why: String) -> Result<T, NoPlan> {
    Err(NoPlan::Wrong(why))
}

impl Plan {
    /// The plan of the profile called `name`.
    ///
    /// # Errors
    /// [`NoPlan`] says whether the profile is silent or wrong, and names the key.
    pub fn of(profiles: &Profiles, name: &str) -> Result<Self, NoPlan> {
        if !profiles.contains(name) {
            let why = format!("profile {name:?} is in neither shared file");
            return Err(NoPlan::Silent(why));
        }
        let mut visited = Vec::new();
        let mut roles = Vec::new();
        let mut current = Profile { profiles, name };
        let base = loop {
            visited.push(current.name);
            // A source that has keys is one, whatever roles it could assume besides.
            if visited.len() > 1 && current.has_keys() {
                break current.base()?;
            }
            let Some(role) = current.role()? else {
                break current.base().map_err(|silent| match visited.len() {
                    1 => silent,
                    // Somebody counts on this one.
                    _ => NoPlan::Wrong(silent.to_string()),
                })?;
            };
            roles.push(role);
            let Some(source) = current.source()? else {
                break current.base()?;
            };
            if visited.contains(&source.name) {
                let why = format!("source_profile leads in a circle: {}", visited.join(", "));
                return wrong(why);
            }
            current = source;
        };
        roles.reverse();
        Ok(Self { base, roles })
    }
}

/// A profile, as it is read.
#[derive(Clone, Copy)]
struct Profile<'p> {
    profiles: &'p Profiles,
    name: &'p str,
}

impl<'p> Profile<'p> {
    fn get(self, key: &str) -> Option<&'p str> {
        self.profiles.get(self.name, key)
    }

    fn owned(self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    fn wrong<T>(self, problem: &str) -> Result<T, NoPlan> {
        wrong(format!("profile {:?} {problem}", self.name))
    }

    fn has_keys(self) -> bool {
        self.get("aws_access_key_id").is_some() && self.get("aws_secret_access_key").is_some()
    }

    /// The role that is assumed with other credentials, if that is what the profile asks for.
    fn role(self) -> Result<Option<Role>, NoPlan> {
        // With a token, the role is the base itself.
        if self.get("web_identity_token_file").is_some() {
            return Ok(None);
        }
        let Some(arn) = self.owned("role_arn") else {
            return Ok(None);
        };
        if self.get("mfa_serial").is_some() {
            return self.wrong(
                "sets mfa_serial, and there is nobody to ask for the code; \
                 get a session first and name its keys",
            );
        }
        let duration = self.get("duration_seconds").map(str::parse).transpose();
        let Ok(duration_seconds) = duration else {
            return self.wrong("has a duration_seconds that is no number");
        };
        Ok(Some(Role {
            arn,
            session_name: self.owned("role_session_name"),
            external_id: self.owned("external_id"),
            duration_seconds,
        }))
    }

    /// The profile with whose credentials the role is assumed; `None` when it is this one's base.
    fn source(self) -> Result<Option<Self>, NoPlan> {
        let source = self.get("source_profile");
        match (source, self.get("credential_source")) {
            (Some(_), Some(_)) => {
                self.wrong("sets both source_profile and credential_source; leave one out")
            }
            (None, None) => {
                self.wrong("has a role_arn, and neither source_profile nor credential_source")
            }
            (None, Some(_)) => Ok(None),
            (Some(name), None) if name == self.name => Ok(None),
            (Some(name), None) if !self.profiles.contains(name) => self.wrong(&format!(
                "names the source_profile {name:?}, which is not there"
            )),
            (Some(name), None) => Ok(Some(Self { name, ..self })),
        }
    }

    fn base(self) -> Result<Base, NoPlan> {
        if let Some(name) = self.get("credential_source") {
            let source = NamedSource::named(name);
            return source.map_or_else(
                || self.wrong(&format!("has a credential_source that is none: {name:?}")),
                |source| Ok(Base::Source(source)),
            );
        }
        if let Some(token_file) = self.owned("web_identity_token_file") {
            let Some(role_arn) = self.owned("role_arn") else {
                return self.wrong("sets web_identity_token_file, and no role_arn");
            };
            return Ok(Base::WebIdentity(WebIdentity {
                role_arn,
                token_file,
                session_name: self.owned("role_session_name"),
            }));
        }
        if let Some(sso) = self.sso()? {
            return Ok(Base::Sso(sso));
        }
        let process = self.owned("credential_process").map(CommandLine);
        match process.filter(|_| !self.has_keys()) {
            Some(line) => Ok(Base::Process(line)),
            None => self.keys().map(Base::Keys),
        }
    }

    fn keys(self) -> Result<Credentials, NoPlan> {
        let pair = (
            self.get("aws_access_key_id"),
            self.get("aws_secret_access_key"),
        );
        let credentials = match pair {
            (Some(id), Some(secret)) => Credentials::new(id, secret),
            (Some(_), None) => return self.wrong("has no aws_secret_access_key"),
            (None, Some(_)) => return self.wrong("has no aws_access_key_id"),
            (None, None) => {
                let why = format!("profile {:?} says nothing of credentials", self.name);
                return Err(NoPlan::Silent(why));
            }
        };
        for key in [
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
        ] {
            let carried = carried(key, self.get(key).unwrap_or_default());
            carried.or_else(|invalid| self.wrong(&format!("is of no use: {invalid}")))?;
        }
        Ok(match self.get("aws_session_token") {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        })
    }

    /// Both forms of single sign-on: by an `sso-session` section, or all in the profile.
    fn sso(self) -> Result<Option<Sso>, NoPlan> {
        let account_id = self.owned("sso_account_id");
        let role_name = self.owned("sso_role_name");
        let session = self.owned("sso_session");
        match (&account_id, &role_name, &session) {
            (None, None, None) => return Ok(None),
            (None, Some(_), _) => return self.wrong("sets sso_role_name, and no sso_account_id"),
            (Some(_), None, _) => return self.wrong("sets sso_account_id, and no sso_role_name"),
            _ => {}
        }
        let [region, start_url] = match &session {
            Some(session) => self.of_session(session)?,
            None => ["sso_region", "sso_start_url"].map(|key| self.owned(key)),
        };
        let (Some(region), Some(start_url)) = (region, start_url) else {
            return self.wrong("needs both sso_region and sso_start_url to sign in");
        };
        Ok(Some(Sso {
            profile: self.name.to_owned(),
            session,
            region,
            start_url,
            account_id,
            role_name,
        }))
    }

    /// Region and start URL of a session. The profile may repeat them, as the older form has them,
    /// and not say otherwise.
    fn of_session(self, session: &str) -> Result<[Option<String>; 2], NoPlan> {
        if !self.profiles.contains_sso_session(session) {
            return self.wrong(&format!(
                "names the sso-session {session:?}, which is not there"
            ));
        }
        let mut found = [None, None];
        for (key, found) in ["sso_region", "sso_start_url"].into_iter().zip(&mut found) {
            let theirs = self.profiles.sso_session(session, key);
            let ours = self.get(key);
            if ours.is_some() && ours != theirs {
                return self.wrong(&format!(
                    "sets {key}, which is for the sso-session {session:?} to say"
                ));
            }
            *found = theirs.map(str::to_owned);
        }
        Ok(found)
    }
}
