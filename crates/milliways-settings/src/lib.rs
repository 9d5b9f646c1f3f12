//! Every setting declared once, its sources, and profiles.
