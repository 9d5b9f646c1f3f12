//! The HTTP edge: extractors, middleware, routes, streams, the embedded UI.
