//! Credentials of a profile: its plan, carried out.

use super::asker::Stop;
use super::chain::{self, Context};
use super::keys::Credentials;
use super::plan::{Base, NamedSource, NoPlan, Plan};
use super::{container, imds, process, sso, sts};

pub(super) async fn load(context: &Context) -> Result<Credentials, Stop> {
    let plan = Plan::of(&context.profiles, &context.profile).map_err(|none| {
        // Its name stands before it already.
        let named = format!("profile {:?} ", context.profile);
        let brief = |why: String| why.strip_prefix(&named).map_or(why.clone(), str::to_owned);
        match none {
            NoPlan::Silent(why) => Stop::Absent(brief(why)),
            NoPlan::Wrong(why) => Stop::Failed(brief(why)),
        }
    })?;
    // Whoever has written it down means it: what does not work is not passed over.
    let mut credentials = base(context, plan.base).await.map_err(Stop::failed)?;
    for role in &plan.roles {
        credentials = sts::assume(context, role, &credentials).await?;
    }
    Ok(credentials)
}

async fn base(context: &Context, base: Base) -> Result<Credentials, Stop> {
    match base {
        Base::Keys(credentials) => Ok(credentials),
        Base::Source(NamedSource::Environment) => chain::environment(&context.asker).await,
        Base::Source(NamedSource::Ec2InstanceMetadata) => imds::load(context).await,
        Base::Source(NamedSource::EcsContainer) => container::load(&context.asker).await,
        Base::WebIdentity(identity) => sts::assume_with_token(context, &identity).await,
        Base::Sso(sso) => sso::load(context, &sso).await,
        Base::Process(line) => process::load(&context.asker, &line).await,
    }
}
