//! Every statement prepares on both databases.
