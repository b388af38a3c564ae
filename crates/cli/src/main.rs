//! The command `chronicle`.

fn main() {}
