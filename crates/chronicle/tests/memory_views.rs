//! The views in memory keep every rule of the contract.

#[tokio::test]
async fn views_in_memory_keep_the_contract() {
    chronicle::view_contract::all(async || chronicle::MemoryViews::new()).await;
}
