//! What is left to chance, and can be had again.

/// Pseudo-random numbers (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    /// From the seed of the environment, or a new one; it is printed.
    pub(crate) fn begin(what: &str) -> Self {
        let given = std::env::var("CHRONICLE_FAULTS_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || u64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or_default();
        let seed = given.unwrap_or_else(clock);
        println!("{what}: CHRONICLE_FAULTS_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Some of these, at least one, in any order.
    pub(crate) fn some<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let mut left = all.to_vec();
        let mut chosen = Vec::new();
        loop {
            let place = self.below(left.len() as u64);
            chosen.push(left.swap_remove(usize::try_from(place).expect("below a length")));
            // Mostly one or two.
            if left.is_empty() || self.below(5) < 3 {
                return chosen;
            }
        }
    }
}
