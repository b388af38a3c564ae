//! The names nearest to one that nobody knows.

/// How many names are offered.
pub(crate) const MOST: usize = 3;
/// How alike a name must be to be offered: 1 is the same (Jaro-Winkler similarity).
const ALIKE: f64 = 0.75;

/// The names most like an unknown one, the nearest first; names that hold it, or that it holds, before those that are
/// merely spelt alike.
pub(crate) fn nearest<'n>(unknown: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let unknown = unknown.to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let holds = name.contains(&unknown) || unknown.contains(&name);
        strsim::jaro_winkler(&unknown, &name) + if holds { 1.0 } else { 0.0 }
    };
    let mut near: Vec<(f64, &str)> =
        names.map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness >= ALIKE).collect();
    near.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
    near.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}
