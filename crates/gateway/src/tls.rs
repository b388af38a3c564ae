//! The certificate that the service shows, read again when its files have changed.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The files are looked at once in this time.
const LOOK: Duration = Duration::from_secs(10);

/// Why a certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of the certificate or that of the key is none.
    #[error("\"{}\" cannot be read as PEM", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// They do not go together.
    #[error("the certificate and the key cannot be used")]
    Unusable(#[from] rustls::Error),
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    config: RustlsConfig,
}

impl Tls {
    /// Reads a chain of certificates, the own one first, and the key of that one; both PEM.
    pub fn read(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, TlsError> {
        let (certificate, key) = (certificate.into(), key.into());
        let config = RustlsConfig::from_config(Arc::new(load(&certificate, &key)?));
        Ok(Self { certificate, key, config })
    }

    pub(crate) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Shows the new certificate to who comes after the files have changed, for ever.
    pub(crate) async fn follow(&self) -> Infallible {
        let mut seen = self.stamp();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.stamp();
            if now == seen {
                continue;
            }
            seen = now;
            self.again();
        }
    }

    fn again(&self) {
        match load(&self.certificate, &self.key) {
            Ok(config) => {
                self.config.reload_from_config(Arc::new(config));
                tracing::info!(path = %self.certificate.display(), "the certificate was read again");
            }
            // Files are written one after the other: the next change brings the other one.
            Err(error) => tracing::warn!(%error, "the certificate of before is shown"),
        }
    }

    fn stamp(&self) -> [Option<(SystemTime, u64)>; 2] {
        let of = |path: &Path| -> io::Result<_> {
            let found = fs::metadata(path)?;
            Ok((found.modified()?, found.len()))
        };
        [of(&self.certificate).ok(), of(&self.key).ok()]
    }
}

fn load(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let bad = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(bad(certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(bad(key))?;
    // Named, not taken from the process: others in it may have chosen another.
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = config.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Tls, TlsError};

    #[test]
    fn a_new_certificate_is_shown_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let write = || {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
            fs::write(&certificate, made.cert.pem()).expect("written");
            fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        };
        write();
        let tls = Tls::read(&certificate, &key).expect("read");
        let first = tls.config.get_inner();
        write();
        tls.again();
        let second = tls.config.get_inner();
        assert!(!std::sync::Arc::ptr_eq(&first, &second));
        fs::write(&key, "nothing").expect("written");
        tls.again();
        assert!(std::sync::Arc::ptr_eq(&second, &tls.config.get_inner()));
        let error = Tls::read(&certificate, &key).expect_err("no key");
        assert!(matches!(&error, TlsError::Pem { path, .. } if *path == key), "{error}");
    }
}
