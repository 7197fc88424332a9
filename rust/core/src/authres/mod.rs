//! Authentication-Results (RFC 8601): written for our findings, recognised where a stranger wrote it.
