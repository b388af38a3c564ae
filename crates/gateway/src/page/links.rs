//! Addresses of pages, each with the vantage of the page that leads there.

use std::fmt::Display;

use form_urlencoded::Serializer;

/// The parameters that make a vantage.
pub(super) const VANTAGE: [&str; 5] = ["as_of", "known_at", "at_position", "according_to", "token"];
/// The language of names: it is kept like the vantage, and is no part of it.
pub(super) const LANGUAGE: &str = "language";

/// Makes addresses that look from where a page was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// The path of the page.
    path: String,
    /// What was said of the vantage.
    vantage: Vec<(String, String)>,
    /// The other parameters of the page.
    others: Vec<(String, String)>,
}

impl Links {
    /// From the address of a page.
    pub(super) fn of(path: &str, query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(_, value)| !value.is_empty());
        let (vantage, others) = pairs.partition(|(name, _)| VANTAGE.contains(&name.as_str()) || name == LANGUAGE);
        Self { path: path.to_owned(), vantage, others }
    }

    /// Another page, from the same vantage. `path` is a path of this service, whose parts are identifiers.
    pub(super) fn to(&self, path: impl Display) -> String {
        address(&path.to_string(), &self.vantage)
    }

    /// Another page, from the same vantage, with more parameters.
    pub(super) fn to_with<'p>(&self, path: impl Display, more: impl IntoIterator<Item = (&'p str, String)>) -> String {
        let more = more.into_iter().map(|(name, value)| (name.to_owned(), value));
        address(&path.to_string(), &self.vantage.iter().cloned().chain(more).collect::<Vec<_>>())
    }

    /// This page with one part of the vantage, or one parameter, said otherwise; left out where there is no value. What a
    /// token said is said no longer.
    pub(super) fn here_with(&self, name: &str, value: Option<&str>) -> String {
        let keep = |(given, _): &&(String, String)| given != name && given != "token";
        let all = self.others.iter().chain(&self.vantage).filter(keep).cloned();
        let changed = value.map(|value| (name.to_owned(), value.to_owned()));
        address(&self.path, &all.chain(changed).collect::<Vec<_>>())
    }

    /// This page from exactly there, in the parts of a vantage.
    pub(super) fn here_from(&self, vantage: impl IntoIterator<Item = (&'static str, String)>) -> String {
        let vantage = vantage.into_iter().map(|(name, value)| (name.to_owned(), value));
        let language = self.vantage.iter().filter(|(name, _)| name == LANGUAGE);
        address(&self.path, &self.others.iter().chain(language).cloned().chain(vantage).collect::<Vec<_>>())
    }

    /// The path of this page.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What is said of a part of the vantage.
    pub(super) fn said(&self, name: &str) -> Option<&str> {
        self.vantage.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// All parameters of this page, those of the vantage too, for forms that ask again from the same vantage.
    pub(super) fn all(&self) -> impl Iterator<Item = &(String, String)> {
        self.others.iter().chain(&self.vantage)
    }

    /// What is kept from page to page, for forms that lead to other pages from the same vantage.
    pub(super) fn kept(&self) -> &[(String, String)] {
        &self.vantage
    }

    /// Whether nothing is said of the vantage: the chronicle as it is now.
    pub(super) fn is_now(&self) -> bool {
        self.vantage.iter().all(|(name, _)| name == LANGUAGE)
    }

    /// The other parameters of this page, for forms that ask again.
    pub(super) fn others(&self) -> &[(String, String)] {
        &self.others
    }
}

fn address(path: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn links_keep_the_vantage_and_nothing_else() {
        let links = Links::of("/organisations/sco", "as_of=2017&according_to=A+%26+B&party=IND&known_at=");
        assert_eq!(links.to("/parties/IND"), "/parties/IND?as_of=2017&according_to=A+%26+B");
        assert_eq!(links.here_with("as_of", None), "/organisations/sco?party=IND&according_to=A+%26+B");
        let exactly = links.here_from([("as_of", "2017".to_owned()), ("at_position", "9".to_owned())]);
        assert_eq!(exactly, "/organisations/sco?party=IND&as_of=2017&at_position=9");
        assert_eq!(Links::of("/", "").to("/live"), "/live");
        let french = Links::of("/organisations/sco", "language=fr&as_of=2017");
        assert_eq!(french.to("/parties/IND"), "/parties/IND?language=fr&as_of=2017");
        assert_eq!(french.here_from([]), "/organisations/sco?language=fr");
        assert!(!french.is_now() && Links::of("/", "language=fr&q=x").is_now());
    }
}
