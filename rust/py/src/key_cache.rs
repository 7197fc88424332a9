//! `trustlane._core.KeyCache`.

use std::sync::Arc;

use pyo3::prelude::*;
use trustlane_core::dkim;

/// Key records that were read before, good or bad. Threads may share one.
#[pyclass(frozen, module = "trustlane._core")]
#[derive(Default)]
pub struct KeyCache(pub Arc<dkim::KeyCache>);

#[pymethods]
impl KeyCache {
    #[new]
    #[pyo3(signature = (max_keys = dkim::cache::MAX_CACHED_KEYS))]
    fn new(max_keys: usize) -> Self {
        Self(Arc::new(dkim::KeyCache::new(max_keys)))
    }

    #[getter]
    fn max_keys(&self) -> usize {
        self.0.max_keys()
    }

    /// Texts that were known already.
    #[getter]
    fn hits(&self) -> u64 {
        self.0.hits()
    }

    /// Texts that had to be read.
    #[getter]
    fn reads(&self) -> u64 {
        self.0.reads()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }
}

/// The caller's cache, or one for this call alone.
pub fn shared(cache: Option<&Bound<'_, KeyCache>>) -> Arc<dkim::KeyCache> {
    cache.map(|cache| Arc::clone(&cache.get().0)).unwrap_or_default()
}
