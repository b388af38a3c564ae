//! Where HTTP is served, to whom, and how nobody else hears it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gateway::{Access, Bound, Reading, Service, Settings, Tls, TokenFile};
use tokio::task::JoinHandle;

use crate::ask::Shell;
use crate::connect;
use crate::error::Failure;

/// Where HTTP is served unless something else is said: for this machine only.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// The file of tokens in a data directory.
const TOKENS: &str = "tokens.json";

/// HTTP
#[derive(Debug, Args)]
pub(crate) struct Http {
    /// Where HTTP is served; port 0 takes one that is free [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "CHRONICLE_LISTEN", hide_env_values = true)]
    listen: Option<SocketAddr>,
    /// No HTTP, whatever --listen says
    #[arg(long = "no-http")]
    nowhere: bool,
    #[command(flatten)]
    tokens: Tokens,
    /// Who may read, where there are tokens
    #[arg(long, value_enum, value_name = "WHO", default_value = "tokens")]
    reading: Readers,
    /// The certificate, with its chain, as PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Proxies in front, which do the TLS: nobody else may come but from this machine, and X-Forwarded-For is believed
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    behind_proxy: Vec<IpAddr>,
    /// Requests a second, for each token and for each address [default: 100]
    #[arg(long, value_name = "NUMBER")]
    rate: Option<NonZeroU32>,
    /// Under which terms what is answered may be used: a line that stands in every export [default: "licence not stated"]
    #[arg(long, value_name = "TEXT", env = "CHRONICLE_LICENCE", hide_env_values = true)]
    licence: Option<String>,
}

/// Where the tokens are
#[derive(Debug, Clone, Args)]
pub(crate) struct Tokens {
    /// The file of tokens [default: tokens.json in the data directory]
    #[arg(long, value_name = "FILE", env = "CHRONICLE_TOKENS", hide_env_values = true)]
    tokens: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Readers {
    /// Everybody reads
    Public,
    /// Who has a token reads
    Tokens,
}

impl Tokens {
    pub(crate) fn file(&self, shell: &Shell) -> Result<TokenFile, Failure> {
        match self.tokens.as_ref().filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => Ok(TokenFile::at(path)),
            None => Ok(TokenFile::at(connect::data(&shell.global)?.join(TOKENS))),
        }
    }
}

/// A service that may be opened: nobody comes in who should not.
pub(crate) struct Door {
    address: SocketAddr,
    access: Access,
    tls: Option<Tls>,
    licence: Option<String>,
}

impl Http {
    /// What the options say, if it is safe; none where no HTTP is wanted.
    pub(crate) fn door(&self, shell: &Shell) -> Result<Option<Door>, Failure> {
        if self.nowhere {
            return Ok(None);
        }
        let address = self.listen.unwrap_or(LISTEN);
        let file = self.tokens.file(shell)?;
        let tls = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        let tls = tls.map(|(certificate, key)| Tls::read(certificate, key)).transpose()?;
        let settings = Settings {
            tokens: Some(file.clone()),
            reading: match self.reading {
                Readers::Public => Reading::Public,
                Readers::Tokens => Reading::Tokens,
            },
            proxies: self.behind_proxy.iter().map(IpAddr::to_canonical).collect(),
            requests_per_second: self.rate,
            tls: tls.is_some(),
        };
        let unusable = |source| Failure::Tokens { path: file.path().to_owned(), source };
        let access = Access::new(settings).map_err(unusable)?;
        let hidden = tls.is_some() || !self.behind_proxy.is_empty();
        // Behind a proxy, everybody comes from this machine.
        let local = address.ip().to_canonical().is_loopback() && self.behind_proxy.is_empty();
        if !local && !access.is_guarded() {
            return Err(Failure::usage(
                format!("at {address} everybody could do everything: there are no tokens"),
                NO_TOKENS,
            ));
        }
        if !local && !hidden {
            return Err(Failure::usage(
                format!("at {address} everybody could hear the tokens: there is no TLS"),
                NO_TLS,
            ));
        }
        let licence = self.licence.clone().filter(|licence| !licence.trim().is_empty());
        Ok(Some(Door { address, access, tls, licence }))
    }
}

/// What may be done where there are no tokens.
const NO_TOKENS: &str = "make one with `chronicle token create --role operator`, or serve at 127.0.0.1";
/// What may be done where there is no TLS.
const NO_TLS: &str = "give --tls-cert and --tls-key, or name the proxy in front that does the TLS with --behind-proxy";

impl Door {
    /// Serves until `end` comes.
    pub(crate) fn open(
        self,
        service: &Service,
        shell: &Shell,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Result<JoinHandle<std::io::Result<()>>, Failure> {
        let Self { address, access, tls, licence } = self;
        if let Some(licence) = licence {
            service.license(licence);
        }
        let bound = Bound::to(address).and_then(|bound| bound.address().map(|address| (bound, address)));
        let (bound, address) = bound.map_err(|source| Failure::Listen { address, source })?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        shell.output().remark(format_args!("answering at {scheme}://{address}"));
        let app = gateway::guarded(service, &access);
        Ok(tokio::spawn(gateway::serve(bound, app, access, tls, end)))
    }
}
