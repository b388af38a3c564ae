//! `chronicle token`: who may use the service.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use comfy_table::presets::NOTHING;
use gateway::{NewToken, Role, Scope, Token as Kept, TokenFile, TokenFileError};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use projector::instant;
use serde::Serialize;
use summit::OrganisationId;

use crate::ask::Shell;
use crate::error::Failure;
use crate::http::Tokens;
use crate::output::Output;

/// Say who may use the service: `chronicle serve` takes every change within a second
///
/// As long as there is no token, everybody on this machine may do everything, and nobody else anything.
#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

/// Make a token and print it, once: only a digest of it is kept
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle token create --role reader --name \"press room\" --expires 90d
  chronicle token create --role publisher --organisations sco,sco-plus > sco.token
  chronicle token create --role operator")]
struct Create {
    /// What it may: readers ask and listen, publishers store events as well, operators see how the service does as well
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Role,
    /// For which organisations it may publish, or all; for publishers
    #[arg(long, value_name = "SLUG,…|all", value_parser = scope)]
    organisations: Option<Scope>,
    /// Who holds it
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Until when it is good: the end of a day, an instant, or so long from now, such as 90d or 12h [default: for ever]
    #[arg(long, value_name = "DATE|DURATION", value_parser = expiry)]
    expires: Option<Timestamp>,
    #[command(flatten)]
    file: Tokens,
}

/// List the tokens, without their secrets
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle token list")]
struct List {
    #[command(flatten)]
    file: Tokens,
}

/// Revoke a token, for good
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle token revoke 3f9a01c4")]
struct Revoke {
    /// Which one, as `chronicle token list` names it
    id: String,
    #[command(flatten)]
    file: Tokens,
}

/// A token as it is told: all but its digest.
#[derive(Serialize)]
struct Told {
    id: String,
    name: Option<String>,
    role: Role,
    organisations: Vec<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    /// Only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Told {
    fn of(kept: &Kept, token: Option<String>) -> Result<Self, TokenFileError> {
        let organisations = match kept.scope()? {
            Scope::All => vec![ALL.to_owned()],
            Scope::Only(slugs) => slugs.iter().map(ToString::to_string).collect(),
        };
        let Kept { id, name, role, created_at, expires_at, revoked_at, .. } = kept.clone();
        Ok(Self { id, name, role, organisations, created_at, expires_at, revoked_at, token })
    }

    fn state(&self, now: Timestamp) -> String {
        match (self.revoked_at, self.expires_at) {
            (Some(at), _) => format!("revoked {at:.0}"),
            (None, Some(at)) if at <= now => format!("expired {at:.0}"),
            (None, Some(at)) => format!("until {at:.0}"),
            (None, None) => "for ever".to_owned(),
        }
    }
}

/// Every organisation.
const ALL: &str = "all";

impl Token {
    pub(crate) fn run(&self, shell: &Shell) -> Result<(), Failure> {
        match &self.what {
            What::Create(create) => create.run(shell),
            What::List(list) => list.run(shell),
            What::Revoke(revoke) => revoke.run(shell),
        }
    }
}

impl Create {
    fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let scope = match (self.role, &self.organisations) {
            (Role::Reader, None) => Scope::Only(BTreeSet::new()),
            (Role::Reader, Some(_)) => {
                return Err(Failure::usage("a reader publishes for nobody", "leave out --organisations"));
            }
            (Role::Publisher, None) => {
                let hint = "name them with --organisations, such as --organisations sco,sco-plus; or all";
                return Err(Failure::usage("a publisher publishes for some organisations", hint));
            }
            (Role::Operator, None) => Scope::All,
            (Role::Publisher | Role::Operator, Some(scope)) => scope.clone(),
        };
        let file = self.file.file(shell)?;
        let wanted = NewToken { name: self.name.clone(), role: self.role, scope, expires_at: self.expires };
        let (token, secret) = file.create(wanted, Timestamp::now()).map_err(failed(&file))?;
        let told = Told::of(&token, Some(secret.reveal())).map_err(failed(&file))?;
        if shell.output().json {
            return Output::json(&told);
        }
        shell.output().remark(format_args!(
            "token {}, {}, good {}; this is the only time that it is shown",
            told.id,
            told.role,
            told.state(Timestamp::now())
        ));
        Output::bytes(format!("{}\n", secret.reveal()).as_bytes())
    }
}

impl List {
    fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let file = self.file.file(shell)?;
        let tokens = file.list().map_err(failed(&file))?.unwrap_or_default();
        let told =
            tokens.iter().map(|token| Told::of(token, None)).collect::<Result<Vec<_>, _>>().map_err(failed(&file))?;
        if shell.output().json {
            return Output::json(&told);
        }
        if told.is_empty() {
            shell.output().remark("no tokens: everybody on this machine may do everything, and nobody else anything");
            return Ok(());
        }
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_header(["id", "role", "organisations", "good", "holder"]);
        for one in &told {
            let (good, holder) = (one.state(Timestamp::now()), one.name.clone().unwrap_or_default());
            table.add_row([one.id.clone(), one.role.to_string(), one.organisations.join(", "), good, holder]);
        }
        Output::text(&format!("{table}\n"))
    }
}

impl Revoke {
    fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let file = self.file.file(shell)?;
        let token = file.revoke(&self.id, Timestamp::now()).map_err(failed(&file))?;
        let told = Told::of(&token, None).map_err(failed(&file))?;
        if shell.output().json {
            return Output::json(&told);
        }
        Output::text(&format!("token {} is {}\n", told.id, told.state(Timestamp::now())))
    }
}

fn failed(file: &TokenFile) -> impl Fn(TokenFileError) -> Failure {
    |source| Failure::Tokens { path: file.path().to_owned(), source }
}

fn role(text: &str) -> Result<Role, String> {
    let roles = [Role::Reader, Role::Publisher, Role::Operator];
    let found = roles.into_iter().find(|role| role.to_string() == text);
    found.ok_or_else(|| "allowed is reader, publisher or operator".to_owned())
}

fn scope(text: &str) -> Result<Scope, String> {
    if text == ALL {
        return Ok(Scope::All);
    }
    let slugs = text.split(',').map(|slug| slug.trim().parse::<OrganisationId>()).collect::<Result<_, _>>();
    slugs.map(Scope::Only).map_err(|bad: summit::BadId| bad.to_string())
}

/// When a token expires that is made now.
fn expiry(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now();
    let at = match text.parse::<Span>() {
        Ok(span) => {
            now.to_zoned_datetime(TimeZone::UTC).checked_add(span).map_err(|error| error.to_string())?.timestamp()
        }
        Err(_) => {
            instant(text).map_err(|_| "allowed is a date, an instant, or a duration such as 90d or 12h".to_owned())?
        }
    };
    if at <= now { Err(format!("{at:.0} is over")) } else { Ok(at) }
}

#[cfg(test)]
mod tests {
    use gateway::Scope;
    use jiff::{SignedDuration, Timestamp};

    use super::{expiry, scope};

    #[test]
    fn a_token_is_good_to_the_end_of_a_day_or_for_so_long() {
        assert_eq!(expiry("2999-12-31").map(|at| at.to_string()), Ok("2999-12-31T23:59:59.999999999Z".to_owned()));
        assert_eq!(expiry("2999-12-31T12:00:00+05:00").map(|at| at.to_string()), Ok("2999-12-31T07:00:00Z".to_owned()));
        for (text, hours) in [("90d", 90 * 24), ("12h", 12), ("2 weeks", 14 * 24), ("P1D", 24)] {
            let left = expiry(text).expect(text).duration_since(Timestamp::now());
            let expected = SignedDuration::from_hours(hours);
            assert!(left <= expected && left > expected - SignedDuration::from_mins(10), "{text}: {left}");
        }
        for (text, told) in [("soon", "a date"), ("2001-01-01", "is over"), ("-1d", "is over")] {
            assert!(expiry(text).expect_err(text).contains(told), "{text}");
        }
    }

    #[test]
    fn organisations_are_slugs_or_all() {
        assert_eq!(scope("all"), Ok(Scope::All));
        let some = ["sco", "sco-plus"].into_iter().map(|slug| slug.parse().expect("a slug")).collect();
        assert_eq!(scope("sco, sco-plus"), Ok(Scope::Only(some)));
        for bad in ["", "SCO", "sco,", "sco,*", "all,sco."] {
            assert!(scope(bad).is_err(), "{bad}");
        }
    }
}
